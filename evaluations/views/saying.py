"""Behind the poster: what anybody can say on a phone, without an account, a message or JavaScript."""

from typing import Any
from urllib.parse import quote, unquote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.forms import add_refusal
from core.models import Attachment
from core.paging import page_of
from core.strangers import device_of, new_device, remember_device, sender_of
from core.workflow import Refused
from evaluations.actions import grievances, voices
from evaluations.forms import DeskForm, GrievanceForm, MoreForm, SayForm, kept_from
from evaluations.models import Channel, Grievance, Questionnaire, Voice, VoiceCode
from evaluations.satisfaction import satisfaction_of
from projects.models import Project
from projects.models.state import FUNDED

SIZES = ("", "l", "xl")
"""The type of these pages: large, larger, and the care version (关怀版)."""
SIZE = "type-size"
SIZE_FOR = 400 * 24 * 3600
WRITER = "desk-writer"
"""Who writes down at the community's desk, kept on this device for a working day: a name is in no address."""
WRITER_FOR = 12 * 3600
PAGE = 20


def _find(code: str) -> VoiceCode | None:
    related = ("project__call__funder", "project__call__fund", "project__applicant", "activity")
    return VoiceCode.objects.select_related(*related).typed(code)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page in the type size that this phone has chosen; the phone is known again from here on."""
    size = request.POST.get("size", request.COOKIES.get(SIZE, ""))
    size = size if size in SIZES else ""
    sizes = (("", _("Large")), ("l", _("Larger")), ("xl", _("Care version")))
    response = render(request, template, context | {"size": size, "sizes": sizes}, status=status)
    if "size" in request.POST:
        response.set_cookie(SIZE, size, max_age=SIZE_FOR, httponly=True, samesite="Lax", secure=request.is_secure())
    if not device_of(request):
        remember_device(request, response, new_device())
    return response


def _unknown(request: HttpRequest, code: VoiceCode | None = None) -> HttpResponse:
    """No such code, or one that is worth nothing any more; with whom to call, where that is known."""
    context = {"code": code, "closed": voices.why_closed(code) if code else ""}
    return _page(request, "evaluations/voice_closed.html", context, status=410 if code else 404)


def _sent(request: HttpRequest) -> Any:
    """What was sent to be stored; nothing when somebody only changes the size of the type, and keeps what was typed."""
    return request.POST if request.method == "POST" and "size" not in request.POST else None


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {"initial": request.POST.dict()} if "size" in request.POST else {}


@never_cache
@require_safe
def voice_find(request: HttpRequest) -> HttpResponse:
    """Type the code of a poster."""
    typed = request.GET.get("code", "")
    if typed and (found := VoiceCode.objects.typed(typed)):
        return redirect(found)
    return _page(request, "evaluations/voice_find.html", {"typed": typed[:20]})


@never_cache
def voice_say(request: HttpRequest, code: str) -> HttpResponse:
    """Three faces and one line; afterwards the receipt, what else can be said, and how to take it back."""
    found = _find(code)
    if found is None or voices.why_closed(found):
        return _unknown(request, found)
    if found.is_desk:
        return _desk(request, found)
    device = device_of(request)
    said = voices.mine(found, device)
    questionnaire = Questionnaire.objects.in_force(found.project.call.funder, found.audience)
    form = SayForm(_sent(request), questionnaire=questionnaire, activity=found.activity, **_typed(request))
    if form.is_bound and form.is_valid():
        response = redirect(found)
        if form.is_trapped:
            return response  # a program: it learns nothing from the answer
        device = device or new_device()
        try:
            voices.say(found, device=device, sender=sender_of(request), values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            remember_device(request, response, device)
            return response
    context = {"code": found, "project": found.project, "form": form, "said": said, "funder": found.project.call}
    if said and not form.is_bound:
        return _page(request, "evaluations/voice_said.html", context)
    return _page(request, "evaluations/voice_say.html", context)


def _desk(request: HttpRequest, code: VoiceCode) -> HttpResponse:
    """A residents' committee writes down what people say by phone or at the door."""
    questionnaire = Questionnaire.objects.in_force(code.project.call.funder, code.audience)
    form = DeskForm(
        _sent(request),
        questionnaire=questionnaire,
        project=code.project,
        channels=[Channel.PHONE, Channel.DOOR],
        **(_typed(request) or {"initial": kept_from(request.GET) | {"name": unquote(request.COOKIES.get(WRITER, ""))}}),
    )
    if form.is_bound and form.is_valid():
        if form.is_trapped:
            return redirect(code)
        who = {"name": form.cleaned_data["name"], "channel": form.cleaned_data["channel"]}
        try:
            said = voices.enter_at_desk(code, sender=sender_of(request), values=form.values, **who)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, _("Saved, number %(number)s. You can write down the next one.") % {"number": said}
            )
            response = redirect(f"{code.get_absolute_url()}?{form.for_the_next}")
            response.set_cookie(WRITER, quote(who["name"]), max_age=WRITER_FOR, path=code.get_absolute_url(),
                                httponly=True, samesite="Lax", secure=request.is_secure())  # fmt: skip
            return response
    return _page(request, "evaluations/voice_desk.html", {"code": code, "project": code.project, "form": form})


@never_cache
def voice_more(request: HttpRequest, code: str) -> HttpResponse:
    """The longer form, for whoever has answered on this phone today."""
    found = _find(code)
    if found is None or voices.why_closed(found):
        return _unknown(request, found)
    said = voices.mine(found, device_of(request))
    if said is None or not said.can_say_more:
        return redirect(found)
    form = MoreForm(_sent(request), questionnaire=said.questionnaire, **_typed(request))
    if form.is_bound and form.is_valid():
        try:
            voices.say_more(said, answers=form.answers)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect(found)
    context = {"code": found, "project": found.project, "said": said, "form": form}
    return _page(request, "evaluations/voice_more.html", context)


@never_cache
def voice_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take back what this phone has said, by its button; whoever comes back to the address sees how it stands."""
    found = _find(code)
    if found is None:
        return _unknown(request)
    said = voices.mine(found, device_of(request)) if request.method == "POST" else None
    if said is not None:
        try:
            voices.withdraw(said)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Taken back: nothing of it is left. You can answer anew if you like."))
    return redirect(found)


@never_cache
def grievance_create(request: HttpRequest, code: str) -> HttpResponse:
    """Report a problem; also behind a poster whose time is over."""
    found = _find(code)
    if found is None:
        return _unknown(request)
    form = GrievanceForm(_sent(request), request.FILES or None if _sent(request) else None, **_typed(request))
    if form.is_bound and form.is_valid():
        if form.is_trapped:
            return redirect(found)
        try:
            made = grievances.report(
                found.project,
                activity=found.activity,
                sender=sender_of(request),
                values=form.values,
                files=form.cleaned_data["files"],
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect(made.get_follow_url())
    context = {"code": found, "project": found.project, "form": form}
    return _page(request, "evaluations/grievance_form.html", context)


@never_cache
@require_safe
def grievance_follow(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt of a report, and the answer once there is one: for whoever has the link."""
    related = ("project__call__funder", "activity")
    found = get_object_or_404(Grievance.objects.select_related(*related), token=token)
    context = {"grievance": found, "link": request.build_absolute_uri(), "files": Attachment.objects.of(found)}
    return _page(request, "evaluations/grievance_follow.html", context)


@require_safe
def voice_public(request: HttpRequest, pk: int) -> HttpResponse:
    """What residents say of a project, for everybody: figures, and the words that a person has looked at."""
    related = ("call__funder", "applicant", "field", "community")
    project = get_object_or_404(Project.objects.filter(state__in=FUNDED).select_related(*related), pk=pk)
    shown = Voice.objects.shown().filter(project=project).select_related("activity").order_by("-said_at", "-pk")
    context = {
        "project": project,
        "figures": satisfaction_of(project),
        "page_obj": page_of(shown, PAGE, request.GET.get("page")),
    }
    return render(request, "evaluations/voice_public.html", context)
