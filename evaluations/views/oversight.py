"""Warnings to organisations, talks, and delisting: each page for the organisation itself and its funder."""

from functools import partial
from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.workflow import permit
from evaluations.actions import cautions, delisting
from evaluations.forms import (
    CautionForm,
    CautionTalkForm,
    CautionTalkMoveForm,
    CautionTalkRecordForm,
    DecisionOnDelistingForm,
    DelistingAppealForm,
    DelistingForm,
    DelistingRulingForm,
    LeaveForm,
    LiftForm,
    StatementForm,
)
from evaluations.models import Caution, CautionProposal, CautionTalk, Delisting
from people.models import Organization, Role
from projects.forms import ClosingForm, TalkConfirmForm, WarningAnswerForm
from projects.models import Project
from projects.models.state import UNDER_WAY
from projects.views.trouble import press


def _form_page(request: HttpRequest, organization: Any, form: Form, **words: Any) -> HttpResponse:
    return render(request, "evaluations/oversight_form.html", {"organization": organization, "form": form, **words})


def for_clerks(request: HttpRequest, pk: int) -> tuple[Organization, Any]:
    """An organisation to which the person does not belong, and the funders for which they are a clerk."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    funders = Organization.objects.funders_of(request.user, Role.STAFF)
    if not funders.exists() or request.user.has_role(organization.pk):
        raise PermissionDenied
    return organization, funders


# -- Warnings ------------------------------------------------------------------------------------------


@login_required
def caution_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Warn an organisation; `?proposal=` names what the stars propose."""
    organization, funders = for_clerks(request, pk)
    asked = request.GET.get("proposal", "")
    open_ones = CautionProposal.objects.filter(
        star__organization=organization, answered_at__isnull=True, star__year__funder__in=funders
    )
    proposal = open_ones.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 16 else None
    initial = {"ground": proposal.ground, "words": _proposed_words(proposal)} if proposal else None
    form = CautionForm(
        request.POST or None, funders=funders, initial=initial, proposed=proposal.ground if proposal else ""
    )
    if request.method == "POST" and form.is_valid():
        verb = partial(cautions.warn, organization, form.funder, by=request.user, proposal=proposal, **form.values)
        made = press(request, form, lambda **_given: verb(), _("The organisation is warned."))
        if made:
            return redirect(made)
    lead = _("The organisation reads this at once and can answer. Nothing else follows by itself.")
    return _form_page(request, organization, form, heading=_("Warn the organisation"), submit=_("Send the warning"),
                      lead=lead)  # fmt: skip


def _proposed_words(proposal: CautionProposal) -> str:
    facts = proposal.facts
    if proposal.ground == Caution.Ground.BAD_VOICES:
        return _("%(bad)s of %(n)s residents are not satisfied; the limit is %(limit)s%%.") % facts
    years = "、".join(str(year) for year in facts.get("years", []))
    return _("Last in the group in %(years)s (place %(rank)s of %(of)s).") % (facts | {"years": years})


@login_required
def caution_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """What the stars propose by themselves: a clerk warns, or says why nobody is warned."""
    mine = CautionProposal.objects.filter(star__year__funder__in=list(request.user.roles))
    related = ("star__organization", "star__year__funder", "caution", "answered_by")
    proposal = get_object_or_404(mine.select_related(*related), pk=pk)
    may_answer = rules.has_perm("evaluations.caution", request.user, proposal) and proposal.is_open
    form = LeaveForm(request.POST or None)
    if request.method == "POST":
        permit("evaluations.caution", request.user, proposal)
        if press(request, form, partial(cautions.answer_proposal, proposal, by=request.user), _("Saved.")):
            return redirect(proposal)
    context = {
        "proposal": proposal,
        "star": proposal.star,
        "words": _proposed_words(proposal),
        "form": form if may_answer else None,
    }
    return render(request, "evaluations/caution_proposal.html", context)


@login_required
def caution_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A warning, its answer, and what the funder says to it."""
    related = ("organization", "funder", "issued_by", "answered_by", "talk")
    caution = get_object_or_404(Caution.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("evaluations.see_oversight", request.user, caution)
    may_answer = rules.has_perm("evaluations.answer_caution", request.user, caution)
    may_close = rules.has_perm("evaluations.caution", request.user, caution)
    answer, closing = WarningAnswerForm(None), ClosingForm(None)
    del answer.fields["files"]
    if request.method == "POST" and "lift" in request.POST:
        permit("evaluations.caution", request.user, caution)
        closing = ClosingForm(request.POST)
        if press(
            request, closing, partial(cautions.lift_caution, caution, by=request.user), _("The warning is lifted.")
        ):
            return redirect(caution)
    elif request.method == "POST":
        permit("evaluations.answer_caution", request.user, caution)
        answer = WarningAnswerForm(request.POST)
        del answer.fields["files"]
        verb = partial(cautions.answer_caution, caution, by=request.user)
        if press(request, answer, verb, _("The funder has your answer.")):
            return redirect(caution)
    context = {
        "caution": caution,
        "organization": caution.organization,
        "talk": getattr(caution, "talk", None),
        "answer": answer if may_answer and not caution.answer and not caution.outcome else None,
        "closing": closing if may_close and not caution.outcome else None,
    }
    return render(request, "evaluations/caution_detail.html", context)


# -- Talks ---------------------------------------------------------------------------------------------


@login_required
def caution_talk_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the organisation to a talk because of a warning."""
    caution = get_object_or_404(Caution.objects.visible_to(request.user).select_related("organization"), pk=pk)
    permit("evaluations.caution", request.user, caution)
    if request.method == "GET" and caution.outcome:  # closed in another tab, or the talk is called already
        return redirect(getattr(caution, "talk", None) or caution)
    form = CautionTalkForm(request.POST or None, initial={"reason": caution.words})
    verb = partial(cautions.call_to_talk, caution, by=request.user)
    if talk := press(request, form, verb, _("The organisation is called to the talk.")):
        return redirect(talk)
    heading = _("Call to a talk")
    return _form_page(request, caution.organization, form, heading=heading, submit=_("Send the invitation"),
                      back=caution)  # fmt: skip


def _talk(request: HttpRequest, pk: int) -> CautionTalk:
    related = ("organization", "funder", "caution", "recorded_by", "confirmed_by")
    talk = get_object_or_404(CautionTalk.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("evaluations.see_oversight", request.user, talk)
    return talk


@login_required
def caution_talk_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A talk: when and why, what was said and agreed on, what became of it."""
    talk = _talk(request, pk)
    may_confirm = rules.has_perm("evaluations.confirm_caution_talk", request.user, talk)
    may_lead = rules.has_perm("evaluations.caution", request.user, talk)
    confirm, closing = TalkConfirmForm(None), ClosingForm(None)
    if request.method == "POST" and "close" in request.POST:
        permit("evaluations.caution", request.user, talk)
        closing = ClosingForm(request.POST)
        if press(request, closing, partial(cautions.close_talk, talk, by=request.user), _("Saved.")):
            return redirect(talk)
    elif request.method == "POST":
        permit("evaluations.confirm_caution_talk", request.user, talk)
        confirm = TalkConfirmForm(request.POST)
        verb = partial(cautions.confirm_talk, talk, by=request.user)
        if press(request, confirm, verb, _("The record is confirmed.")):
            return redirect(talk)
    open_to_close = may_lead and talk.is_recorded and not talk.outcome
    context = {
        "talk": talk,
        "organization": talk.organization,
        "may_lead": may_lead,
        "confirm": confirm if may_confirm and talk.is_recorded and not talk.confirmed_at else None,
        "closing": closing if open_to_close else None,
        "delistings": talk.delistings.all(),
    }
    return render(request, "evaluations/caution_talk_detail.html", context)


@login_required
def caution_talk_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time or place."""
    talk = _talk(request, pk)
    permit("evaluations.caution", request.user, talk)
    form = CautionTalkMoveForm(request.POST or None, instance=CautionTalk.objects.get(pk=talk.pk))
    if moved := press(request, form, partial(cautions.move_talk, talk, by=request.user), _("Everybody is told.")):
        return redirect(moved)
    heading = _("Move the talk")
    return _form_page(request, talk.organization, form, heading=heading, submit=heading, back=talk)


@login_required
def caution_talk_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was said."""
    talk = _talk(request, pk)
    permit("evaluations.caution", request.user, talk)
    form = CautionTalkRecordForm(request.POST or None, instance=CautionTalk.objects.get(pk=talk.pk))
    verb = partial(cautions.record_talk, talk, by=request.user)
    if recorded := press(request, form, verb, _("Saved. The group is asked to confirm it.")):
        return redirect(recorded)
    heading = _("Record of the talk")
    return _form_page(request, talk.organization, form, heading=heading, submit=_("Save the record"), back=talk)


# -- Delisting -----------------------------------------------------------------------------------------


@login_required
def delisting_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to delist after a talk that did not help."""
    talk = _talk(request, pk)
    permit("evaluations.propose_delisting", request.user, talk)
    form = DelistingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verb = partial(delisting.propose, talk, by=request.user)
        if made := press(request, form, verb, _("Proposed. The organisation is heard first.")):
            return redirect(made)
    lead = _("The organisation is heard, then an approver decides. Projects that run go on; each is ended only by a "
             "decision of its own.")  # fmt: skip
    heading = _("Propose to delist")
    return _form_page(request, talk.organization, form, heading=heading, submit=heading, lead=lead, back=talk)


@login_required
def delisting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal to delist with everything that was said to it; each person finds the one form that is theirs now."""
    related = ("organization", "funder", "talk__caution", "proposed_by", "stated_by", "decided_by", "ruled_by")
    found = get_object_or_404(
        Delisting.objects.visible_to(request.user).select_related(*related, "credit_record"), pk=pk
    )
    offers = _offers(found, request.user)
    forms = {name: form(None) for name, (form, _verb, _done) in offers.items()}
    if request.method == "POST":
        name = next((one for one in OFFERS if one in request.POST), "")
        if name not in offers:
            raise PermissionDenied
        form, verb, done = offers[name]
        forms[name] = form(request.POST)
        if press(request, forms[name], partial(verb, found, by=request.user), done):
            return redirect(found)
    projects = Project.objects.filter(applicant=found.organization_id, state__in=UNDER_WAY)
    context = {
        "delisting": found,
        "organization": found.organization,
        "offers": [(name, OFFERS[name][0], forms[name]) for name in offers],
        "projects": projects.visible_to(request.user).select_related("call") if found.is_in_force else [],
    }
    return render(request, "evaluations/delisting_detail.html", context)


OFFERS: dict[str, tuple[Any, str]] = {
    "state": (gettext_lazy("Say what you have to say"), "evaluations.state_on_delisting"),
    "decide": (gettext_lazy("Decide"), "evaluations.decide_delisting"),
    "appeal": (gettext_lazy("Appeal"), "evaluations.appeal_delisting"),
    "rule": (gettext_lazy("Rule on the appeal"), "evaluations.rule_on_delisting"),
    "lift": (gettext_lazy("Lift it before its day"), "evaluations.lift_delisting"),
}


def _offers(found: Delisting, user: Any) -> dict[str, Any]:
    """What this person can do now, by the name of its button: the form, the verb, and what is said when it is done."""
    is_proposed = found.state == Delisting.State.PROPOSED
    is_possible = {
        "state": is_proposed and not found.statement,
        "decide": is_proposed and found.was_heard,
        "appeal": found.takes_appeal,
        "rule": found.awaits_ruling,
        "lift": found.is_in_force and not found.awaits_ruling,
    }
    verbs = {
        "state": (StatementForm, delisting.state, _("The funder reads it before it decides.")),
        "decide": (DecisionOnDelistingForm, delisting.decide, _("Decided; the organisation is told.")),
        "appeal": (DelistingAppealForm, delisting.appeal, _("The appeal is made; somebody else rules on it.")),
        "rule": (DelistingRulingForm, delisting.rule_on_appeal, _("The ruling is given; the organisation reads it.")),
        "lift": (LiftForm, delisting.lift, _("Lifted: it can apply again from today.")),
    }
    return {
        name: verbs[name]
        for name, (_label, permission) in OFFERS.items()
        if is_possible[name] and rules.has_perm(permission, user, found)
    }


@login_required
def oversight_list(request: HttpRequest) -> HttpResponse:
    """What the funder watches over: open proposals and warnings, talks, delistings."""
    funders = Organization.objects.funders_of(request.user, *Role.values)
    if not funders.exists():
        raise PermissionDenied
    mine = {"funder__in": funders}
    context = {
        "proposals": CautionProposal.objects.filter(answered_at=None, star__year__funder__in=funders).select_related(
            "star"
        ),
        "cautions": Caution.objects.open().filter(**mine).select_related("organization"),
        "talks": CautionTalk.objects.filter(**mine, outcome="").select_related("organization"),
        "delistings": Delisting.objects.filter(**mine).select_related("organization"),
    }
    return render(request, "evaluations/oversight_list.html", context)
