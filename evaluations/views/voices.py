"""What residents say, for those who work with it: figures, posters, answers written down, words to look at."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, Q, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.lately import asked_by, lately
from core.models import Event
from core.paging import page_of, page_of_keys
from core.workflow import Refused, permit
from evaluations.actions import moderating, voice_codes, voices
from evaluations.forms import HideForm, LookForm, ReplyForm, ShowForm, WhyForm, WriteDownVoiceForm, kept_from
from evaluations.models import Audience, Channel, Questionnaire, Voice, VoiceCode
from evaluations.satisfaction import by_question, satisfaction_of, satisfactions, satisfactions_of_activities, whole
from evaluations.voice_words import flag_words
from people.models import User
from projects.forms import Narrowing
from projects.models import Activity, Project
from projects.models.project_queries import ProjectQuerySet
from projects.models.state import FUNDED

PAGE = 20
WAITING_FIRST = Case(When(state=Voice.State.WAITING, then=0), default=1)
ODD = 60
"""So many odd answers are looked at on one page."""


def _project(request: HttpRequest, pk: int, permission: str = "evaluations.see_satisfaction") -> Project:
    """A funded project whose delivery this person may see (404), if this is theirs to do (403)."""
    related = ("call__funder", "call__fund", "applicant", "host", "community")
    seen = Project.objects.delivery_visible_to(request.user).filter(state__in=FUNDED)
    project = get_object_or_404(seen.select_related(*related), pk=pk)
    permit(permission, request.user, project)
    return project


@login_required
def voice_list(request: HttpRequest) -> HttpResponse:
    """How satisfied people are with every project that I follow; a receipt number leads to its answer."""
    if number := "".join(letter for letter in request.GET.get("number", "").upper() if letter.isalnum())[:12]:
        if found := Voice.objects.visible_to(request.user).filter(number=number).first():
            return redirect(found)
        messages.warning(request, _("There is no answer with this number, or it is not yours to see."))
    narrowing = Narrowing(request.GET, user=request.user)
    seen = narrowing.of(Project.objects.delivery_visible_to(request.user).filter(state__in=FUNDED)).with_names()
    keys, counted_at = lately(f"voices:{asked_by(request)}", lambda: _most_waiting(seen))
    page = page_of_keys(keys, _with_voices(seen), PAGE, request.GET.get("page"))
    figures = satisfactions([project.pk for project in page])
    rows = [(project, figures[project.pk]) for project in page]
    context = {"page_obj": page, "rows": rows, "number": number, "narrowing": narrowing, "counted_at": counted_at}
    if narrowing.asked:
        context["answers"], _at = lately(f"answers:{asked_by(request)}", lambda: whole(seen).n)
    return render(request, "evaluations/voice_list.html", context)


def _with_voices(projects: ProjectQuerySet) -> ProjectQuerySet:
    waiting = Q(voices__state=Voice.State.WAITING, voices__withdrawn_at__isnull=True)
    return projects.annotate(waiting=Count("voices", filter=waiting), said=Count("voices"))


def _most_waiting(projects: ProjectQuerySet) -> list[int]:
    """Those first in which most words wait to be looked at; every answer has to be counted to know it."""
    order = ("-waiting", "-said", "-starts_on", "pk")
    return list(_with_voices(projects.select_related(None)).order_by(*order).values_list("pk", flat=True))


@login_required
def voice_overview(request: HttpRequest, pk: int) -> HttpResponse:
    """One project: how satisfied people are, by whom and how it was said, its posters, and its words."""
    project = _project(request, pk)

    def may(permission: str) -> bool:
        return rules.has_perm(permission, request.user, project)

    look = LookForm(request.POST or None, project=project)
    if request.method == "POST":
        permit("evaluations.exclude_voice", request.user, project)
        if look.is_valid():
            try:
                said = _judge(project, request, look)
            except Refused as refused:
                add_refusal(look, refused)
            else:
                messages.success(request, said)
                return redirect("evaluations:voice_overview", pk=pk)
    reads, moderates = may("evaluations.read_voices"), may("evaluations.moderate_voice")
    words = Voice.objects.standing().filter(project=project).exclude(text="").select_related("activity")
    if not reads and not moderates:
        words = words.shown()
    activities = list(Activity.objects.standing().filter(project=project).order_by("-starts_at", "pk"))
    of_activities = satisfactions_of_activities(activities)
    odd = Voice.objects.to_look_at().filter(project=project).select_related("activity").order_by("said_at", "pk")
    context = {
        "project": project,
        "figures": satisfaction_of(project),
        "others": [
            (audience.label, satisfaction_of(project, audience=audience))
            for audience in Audience
            if audience != "resident"
        ],
        "questions": by_question(project),
        "activities": [(activity, of_activities[activity.pk]) for activity in activities],
        "codes": _codes(project),
        "asks": may("evaluations.ask_residents"),
        "opens_desk": may("evaluations.open_desk"),
        "may_enter": may("evaluations.enter_voice") or may("evaluations.enter_paper"),
        "reads": reads,
        "moderates": moderates,
        "excludes": may("evaluations.exclude_voice"),
        "look": look,
        "odd": [(voice, flag_words(voice)) for voice in odd[:ODD]] if reads or moderates else [],
        "odd_more": max(0, odd.count() - ODD),
        "words": page_of(words.order_by(WAITING_FIRST, "-said_at", "-pk"), PAGE, request.GET.get("page")),
        "waiting": words.filter(state=Voice.State.WAITING).count(),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "evaluations/voice_overview.html", context)


def _judge(project: Project, request: HttpRequest, form: LookForm) -> str:
    """Count what was looked at, or leave it out; what was done, in words."""
    chosen = form.cleaned_data["voices"]
    if "leave_out" in request.POST:
        n = moderating.leave_out(project, by=request.user, voices=chosen, reason=form.cleaned_data["reason"])
        return ngettext("%(n)s answer is left out.", "%(n)s answers are left out.", n) % {"n": n}
    n = moderating.look(project, by=request.user, voices=chosen)
    return ngettext("Looked at: %(n)s answer counts.", "Looked at: %(n)s answers count.", n) % {"n": n}


def _codes(project: Project) -> dict[str, Any]:
    """The codes that have not been revoked: of the project by audience, of its activities by their number, the desk."""
    found: dict[str, Any] = {"activities": {}}
    for code in VoiceCode.objects.filter(project=project, revoked_at__isnull=True).select_related("activity"):
        code.project = project
        if code.activity_id:
            found["activities"][code.activity_id] = code
        else:
            found["desk" if code.is_desk else code.audience] = code
    return found


@login_required
@require_POST
def code_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the code of a poster or link."""
    project = _project(request, pk)
    audience = request.POST.get("audience", Audience.RESIDENT)
    number = request.POST.get("activity", "")
    if audience not in Audience.values or (number and not (number.isascii() and number.isdigit() and len(number) < 19)):
        raise Http404
    activity = get_object_or_404(Activity, project=project, pk=number) if number else None
    is_desk = "desk" in request.POST
    try:
        voice_codes.issue_code(project, by=request.user, activity=activity, audience=audience, is_desk=is_desk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The code is made: print the poster, or pass the link on."))
    return redirect("evaluations:voice_overview", pk=pk)


@login_required
@require_POST
def code_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    code = get_object_or_404(VoiceCode.objects.visible_to(request.user).select_related("project__call"), pk=pk)
    try:
        voice_codes.revoke_code(code, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The code is revoked. Please take the posters down."))
    return redirect("evaluations:voice_overview", pk=code.project_id)


@login_required
def voice_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what somebody said: mentor, evaluator and clerk by phone or on the spot, the group from paper."""
    project = _project(request, pk)
    channels = _channels(request.user, project)
    if not channels:
        raise PermissionDenied
    audience = request.GET.get("audience", Audience.RESIDENT)
    audience = audience if audience in Audience.values else Audience.RESIDENT
    questionnaire = Questionnaire.objects.in_force(project.call.funder, audience)
    about = {"questionnaire": questionnaire, "project": project, "channels": channels}
    form = WriteDownVoiceForm(request.POST or None, initial=kept_from(request.GET), **about)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        what = {"activity": data["activity"], "audience": audience, "channel": data["channel"]}
        try:
            said = voices.enter(project, by=request.user, values=form.values, **what)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, _("Saved, number %(number)s. You can write down the next one.") % {"number": said}
            )
            return redirect(f"{request.path}?audience={audience}&{form.for_the_next}")
    context = {"project": project, "form": form, "audience": audience, "audiences": Audience.choices}
    context["is_paper"] = channels == [Channel.PAPER]
    return render(request, "evaluations/voice_enter.html", context)


def _channels(user: User, project: Project) -> list[Channel]:
    if rules.has_perm("evaluations.enter_voice", user, project):
        return [Channel.PHONE, Channel.DOOR]
    return [Channel.PAPER] if rules.has_perm("evaluations.enter_paper", user, project) else []


def _find(request: HttpRequest, pk: int) -> Voice:
    """An answer that this person may read: the group only one whose words are shown."""
    related = ("project__call__funder", "project__applicant", "activity", "questionnaire", "entered_by", "moderated_by")
    related += ("replied_by", "looked_by", "excluded_by")
    voice = get_object_or_404(Voice.objects.visible_to(request.user).select_related(*related), pk=pk)
    is_told = voice.state == Voice.State.SHOWN and rules.has_perm("evaluations.see_satisfaction", request.user, voice)
    if not is_told and not rules.has_perm("evaluations.moderate_voice", request.user, voice):
        permit("evaluations.read_voices", request.user, voice)
    return voice


@login_required
def voice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer: show its words or not, leave it out or take it in, answer it, take it back for whoever asked."""
    voice = _find(request, pk)

    def may(permission: str) -> bool:
        return rules.has_perm(permission, request.user, voice)

    forms = _forms(request, voice)
    for name, form in forms.items():
        if name in request.POST and form.is_valid():
            try:
                done = _act(voice, name, form.cleaned_data, request.user)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, done)
                if name == "take_back":
                    return redirect("evaluations:voice_overview", pk=voice.project_id)
                return redirect(voice)
    reads = may("evaluations.read_voices") or may("evaluations.moderate_voice")
    context = {
        "voice": voice,
        "project": voice.project,
        "forms": forms,
        "form": next((form for form in forms.values() if form.is_bound), None),
        "flags": flag_words(voice) if reads else [],
        "reads": reads,
        "events": Event.objects.about(voice) if reads else [],
    }
    return render(request, "evaluations/voice_detail.html", context)


def _forms(request: HttpRequest, voice: Voice) -> dict[str, Any]:
    """The forms that are this person's to send now, by the name of their button."""

    def sent(name: str) -> Any:
        return request.POST if name in request.POST else None

    found: dict[str, Any] = {}
    if voice.withdrawn_at:
        return found
    if rules.has_perm("evaluations.moderate_voice", request.user, voice):
        if voice.state in (Voice.State.WAITING, Voice.State.HIDDEN):
            found["show"] = ShowForm(sent("show"))
        if voice.state in (Voice.State.WAITING, Voice.State.SHOWN):
            found["hide"] = HideForm(sent("hide"))
    if rules.has_perm("evaluations.answer_voice", request.user, voice):
        found["reply"] = ReplyForm(sent("reply"))
    if rules.has_perm("evaluations.exclude_voice", request.user, voice):
        name = "take_in" if voice.excluded_at else "leave_out"
        found[name] = WhyForm(sent(name), auto_id="id_out_%s")
        found["take_back"] = WhyForm(sent("take_back"), auto_id="id_back_%s")
    return found


def _act(voice: Voice, name: str, data: dict[str, Any], by: User) -> str:
    if name == "show":
        moderating.show(voice, by=by, names=data["names"])
        return _("Shown. The group has been told and can answer once.")
    if name == "hide":
        moderating.hide(voice, by=by, why=data["why"], note=data["note"])
        return _("Not shown. The answer counts all the same.")
    if name == "reply":
        moderating.answer(voice, by=by, text=data["text"])
        return _("Your answer stands below the words.")
    if name == "leave_out":
        moderating.leave_out(voice.project, by=by, voices=[voice], reason=data["note"])
        return _("Left out; both figures stay to be seen.")
    if name == "take_in":
        moderating.take_in(voice, by=by, reason=data["note"])
        return _("It counts again.")
    voices.withdraw_on_request(voice, by=by, note=data["note"])
    return _("Taken back for whoever asked.")
