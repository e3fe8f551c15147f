from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock, workflow
from core.chain import moment
from core.forms import RhythmForm
from core.models import Attachment, DailyRoot, MessagePreference, Notification, Rhythm, Seal
from core.notifications import choose_rhythm
from core.paging import page_of

PAGE = 20
ROOTS = 31


def given_out(response: HttpResponseBase) -> HttpResponseBase:
    """A file that somebody has handed in, on its way out: even opened in a browser it can do nothing, it is taken for
    what we say it is, and no cache on the way keeps it for others (a consent can be withdrawn at any moment)."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-cache"
    return response


def not_offered(request: HttpRequest, thing: Any, name: str, *, seen: str, to: Any) -> HttpResponse:
    """The answer to whoever asks for a step of a thing they see, which `choices` does not offer them: where the
    step is over, or the page they press on is older than the thing (`seen`, its state or edition), the record (`to`)
    with what is now; else 403."""
    said = workflow.out_of_turn(thing, name, request.user)
    if not said and request.method == "POST" and request.POST.get("seen", seen) != seen:
        said = workflow.moved_on(thing)
    if not said:
        raise PermissionDenied
    messages.error(request, said)
    return redirect(to)


def acknowledge(response: HttpResponse, tab: str) -> HttpResponse:
    """Tell the script of the form that was sent that all of it is stored: the device need not keep it any longer.

    Nothing else proves it: an error page of a proxy, or a page opened later, must not make words disappear.
    """
    if tab:
        response.set_cookie("stored-from", tab.partition("-")[0], max_age=600, samesite="Lax")
    return response


@login_required
def attachment(request: HttpRequest, pk) -> HttpResponseBase:
    """A private file: for whoever may see the object it belongs to, unless its files are for fewer people
    (`files_visible_to`); always a download, never shown inline."""
    found = get_object_or_404(Attachment, pk=pk)
    owner: Any = found.content_type.model_class()
    if owner is None:
        raise Http404
    seen = getattr(owner.objects, "files_visible_to", owner.objects.visible_to)(request.user)
    thing = seen.filter(pk=found.object_id).first()
    if thing is None:
        raise Http404
    if request.method == "GET" and hasattr(thing, "file_taken"):
        thing.file_taken(by=request.user)  # says who people are: that it was taken along is kept
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)
    response["Content-Type"] = found.media_type
    return given_out(response)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The daily roots of the sealed log, for everybody: what they mean, and how to check them without us."""
    page = page_of(DailyRoot.objects.all(), ROOTS, request.GET.get("page"))
    context = {"page_obj": page, "last": Seal.objects.order_by("number").last(), "months": settings.EVENTS_KEPT_MONTHS}
    return render(request, "core/log.html", context)


@require_safe
def log_roots(request: HttpRequest) -> HttpResponseBase:
    """Every daily root as csv, the oldest first: what one keeps elsewhere."""
    roots = DailyRoot.objects.order_by("day").values_list("day", "number", "hash", "taken_at")
    rows = ((day.isoformat(), number, root, moment(at)) for day, number, root, at in roots)
    return _csv("roots.csv", ["day", "number", "hash", "taken_at"], rows)


@require_safe
def log_links(request: HttpRequest, day: date) -> HttpResponseBase:
    """The links between the root before and that of a day: hashes alone, which say nothing of anybody."""
    root = get_object_or_404(DailyRoot, pk=day)
    before = DailyRoot.objects.filter(day__lt=day).order_by("day").last()
    return _csv(f"{day}.csv", ["number", "sealed_at", "digest", "hash"], _links(before.number if before else 0, root))


def _links(after: int, root: DailyRoot) -> Iterator[list[Any]]:
    """By their number, so that a day of very many takes no more memory."""
    while after < root.number:
        links = Seal.objects.filter(number__gt=after, number__lte=root.number).order_by("number")[:2000]
        found = list(links.values_list("number", "sealed_at", "digest", "hash"))
        if not found:
            return
        for number, at, *hashes in found:
            yield [number, moment(at), *hashes]
        after = found[-1][0]


def _csv(name: str, head: list[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Figures, days and hashes only: nothing has to be quoted."""
    lines = (",".join(map(str, row)) + "\r\n" for row in chain([head], rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """My messages, newest first, and how I want to hear of them."""
    mine = Notification.objects.filter(recipient=request.user.pk).prefetch_related("dispatches")
    page = page_of(mine, PAGE, request.GET.get("page"))
    preference = MessagePreference.objects.filter(person=request.user.pk).first()
    form = RhythmForm(initial={"rhythm": preference.rhythm if preference else Rhythm.AT_ONCE})
    unread = any(message.read_at is None for message in page)
    return render(request, "core/notification_list.html", {"page_obj": page, "form": form, "unread": unread})


@login_required
@require_POST
def rhythm_choose(request: HttpRequest) -> HttpResponse:
    """How often I hear of messages outside the site."""
    form = RhythmForm(request.POST)
    if form.is_valid():
        choose_rhythm(request.user, form.cleaned_data["rhythm"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Please choose one of the three."))
    return redirect("core:notification_list")


@login_required
@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """All my messages are read."""
    Notification.objects.filter(recipient=request.user.pk, read_at=None).update(read_at=clock.now())
    return redirect("core:notification_list")


@login_required
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it points."""
    found = get_object_or_404(Notification, recipient=request.user.pk, pk=pk)
    if found.read_at is None:
        found.read_at = clock.now()
        found.save(update_fields=["read_at"])
    if found.url and url_has_allowed_host_and_scheme(found.url, allowed_hosts=None):
        return redirect(found.url)
    return redirect("core:notification_list")
