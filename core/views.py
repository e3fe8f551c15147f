from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.forms import RhythmForm
from core.models import Attachment, MessagePreference, Notification, Rhythm
from core.notifications import choose_rhythm
from core.paging import page_of

PAGE = 20


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
    if not seen.filter(pk=found.object_id).exists():
        raise Http404
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)
    response["Content-Type"] = found.media_type
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
