"""Personal data on the bureau's side: requests, what is due to be forgotten, who was entrusted, what was weighed."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.forms import add_refusal
from core.models import Event
from core.paging import page_of
from core.workflow import Refused, disclosed, permit
from people import actions
from people.models import DataRequest, ImpactAssessment, Organization, PrivacyNotice, Role
from reports.actions.personal import erase, why_not
from reports.forms import AnswerForm, AssessmentForm, IdentityNoteForm, NoticeForm, RequestAtTheDeskForm
from reports.personal import entrusting, finding, holding
from reports.personal.entrusting import bureaus_of
from reports.personal.retention import due
from reports.personal_papers import personal_copy
from reports.views.output import respond
from reports.views.privacy import send_json

PAGE = 50
IN_BUREAU = (Role.STAFF, Role.APPROVER, Role.AUDITOR)


@require_safe
@login_required
def request_list(request: HttpRequest) -> HttpResponse:
    """What my bureau was asked: what is open first, by the day until which it is answered."""
    permit("reports.see_privacy_desk", request.user)
    found = DataRequest.objects.visible_to(request.user).filter(funder__in=bureaus_of(request.user, *IN_BUREAU))
    context = {
        "open": found.open().order_by("due_on", "pk").select_related("funder"),
        "page_obj": page_of(found.exclude(state="received").select_related("funder"), PAGE, request.GET.get("page")),
        "may_enter": bool(bureaus_of(request.user, Role.STAFF)),
    }
    return render(request, "reports/privacy/request_list.html", context)


@login_required
def request_create(request: HttpRequest) -> HttpResponse:
    """Write down at the desk or on the phone what somebody without an account asks."""
    permit("people.enter_data_request", request.user)
    mine = bureaus_of(request.user, Role.STAFF)
    form = RequestAtTheDeskForm(request.POST or None, initial={"relation": "self", "funder": mine[0].pk})
    form.fields["funder"].queryset = Organization.objects.filter(pk__in=[one.pk for one in mine])
    if request.method == "POST" and form.is_valid():
        made = actions.receive_data_request(form.cleaned_data["funder"], by=request.user, values=form.values)
        messages.success(request, _("%(number)s: to be answered until %(day)s.") % _said(made))
        return redirect(made)
    return render(request, "reports/privacy/request_form.html", {"form": form, "desk": True})


def _said(made: DataRequest) -> dict[str, str]:
    return {"number": made.number, "day": made.due_on.isoformat()}


def _find(request: HttpRequest, pk: int) -> DataRequest:
    found = DataRequest.objects.visible_to(request.user).select_related("funder", "user", "decided_by")
    return get_object_or_404(found.filter(funder__in=bureaus_of(request.user, *IN_BUREAU)), pk=pk)


def _known(asked: DataRequest) -> list[finding.Section]:
    """What is found of whom it is about; nothing before it was made sure who asks. Whoever has an account gets a copy
    of what hangs on it by themselves: here it is the account alone, and what the bureau keeps under the same name."""
    if asked.user_id:
        known = finding.of_person(asked.funder, name=asked.name, phone=asked.phone, email=asked.email)
        return finding.of_user(asked.user, only=("account",)) + known
    if not asked.identity_note:
        return []
    found = finding.of_person(asked.funder, name=asked.about, phone=asked.phone, email=asked.email)
    return finding.without(found, asked)


@login_required
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: who asks, what is found, what to do, and the answer."""
    asked = _find(request, pk)
    may = asked.is_open and rules.has_perm("people.answer_data_request", request.user, asked)
    forms = {"identify": IdentityNoteForm(prefix="who", instance=asked), "answer": AnswerForm(prefix="answer")}
    if request.method == "POST":
        permit("people.answer_data_request", request.user, asked)
        done = _do(request, asked, forms)
        if done is not None:
            return done
    sections = _known(asked) if may else []
    if sections:
        label = _("Personal data looked up for a request")
        disclosed("person", by=request.user, label=label, funder=asked.funder_id, request=asked.pk,
                  number=finding.count(sections))  # fmt: skip
    held = holding.held_projects() if sections else {}
    ticked = finding.chosen(sections, request.POST.getlist("record")) if "erase" in request.POST else []
    context = {
        "asked": asked,
        "may": may,
        "forms": forms,
        "erasing": [record for section in ticked for record in section.records],
        "found": [(one.kind, [(rec, why_not(rec, held)) for rec in one.records]) for one in sections],
        "sees_found": bool(asked.user_id or asked.identity_note),
        "events": Event.objects.about(asked),
    }
    return render(request, "reports/privacy/request_detail.html", context)


def _do(request: HttpRequest, asked: DataRequest, forms: dict[str, Any]) -> HttpResponse | None:
    """What was pressed: made sure who asks, erase what is ticked (asked for once more), or the answer."""
    try:
        if "identify" in request.POST:
            form = forms["identify"] = IdentityNoteForm(request.POST, prefix="who", instance=asked)
            if form.is_valid():
                actions.identify_asker(asked, by=request.user, note=form.cleaned_data["identity_note"])
                return redirect(asked)
        elif "erase" in request.POST:
            sections = finding.chosen(_known(asked), request.POST.getlist("record"))
            records = [record for section in sections for record in section.records]
            if records and "sure" not in request.POST:
                return None
            number = erase(asked, records, by=request.user)
            messages.success(request, _("Erased: %(n)s. Now answer the request.") % {"n": number})
            return redirect(asked)
        else:
            form = forms["answer"] = AnswerForm(request.POST, prefix="answer")
            if form.is_valid():
                words = form.cleaned_data["answer"]
                actions.answer_data_request(asked, by=request.user, granted="grant" in request.POST, words=words)
                messages.success(request, _("The request is answered."))
                return redirect(asked)
    except Refused as refused:
        if "erase" in request.POST:
            messages.error(request, str(refused))
            return redirect(asked)
        add_refusal(form, refused)
    asked.refresh_from_db()
    return None


def _copy(request: HttpRequest, pk: int) -> tuple[DataRequest, list[finding.Section]]:
    """What is ticked, to be handed over (nothing, when nothing is); that it was taken along is kept."""
    asked = _find(request, pk)
    permit("people.answer_data_request", request.user, asked)
    if not asked.is_open:
        raise Http404
    sections = finding.chosen(_known(asked), request.POST.getlist("record"))
    if not sections:
        messages.error(request, _("Nothing is ticked: please tick what is to be copied."))
        return asked, []
    label = _("Copy of somebody's data made for a request")
    disclosed("person", by=request.user, label=label, taken=True, funder=asked.funder_id, request=asked.pk,
              number=finding.count(sections))  # fmt: skip
    return asked, sections


@require_POST
@login_required
def request_json(request: HttpRequest, pk: int) -> HttpResponse:
    asked, sections = _copy(request, pk)
    if not sections:
        return redirect(asked)
    return send_json(finding.as_json({"name": asked.about, "request": asked.number}, sections), f"{asked.number}.json")


@require_POST
@login_required
def request_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    asked, sections = _copy(request, pk)
    if not sections:
        return redirect(asked)
    return respond(personal_copy(asked.about, sections, number=asked.number))


@require_safe
@login_required
def retention(request: HttpRequest) -> HttpResponse:
    """What is due to be forgotten and what waits, rule by rule; the site does it by itself once a day."""
    permit("reports.see_privacy_desk", request.user)
    return render(request, "reports/privacy/retention.html", {"rules": due()})


@require_safe
@login_required
def entrusted(request: HttpRequest) -> HttpResponse:
    """Who sees something of my bureau's projects from outside, and until when."""
    permit("reports.see_privacy_desk", request.user)
    funders = [one.pk for one in bureaus_of(request.user, *IN_BUREAU)]
    found, is_cut = entrusting.entrusted(funders)
    page = page_of(found, PAGE, request.GET.get("page"))
    context = {"page_obj": page, "most": entrusting.MOST if is_cut else None}
    return render(request, "reports/privacy/entrusted.html", context)


@login_required
def notice_edit(request: HttpRequest) -> HttpResponse:
    """A new version of the notice: everybody is asked again at the next sign-in."""
    permit("people.word_notice", request.user)
    now = PrivacyNotice.objects.in_force()
    form = NoticeForm(request.POST or None, initial={"text": now.text})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.publish_notice(by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("In force from now on: %(text)s") % {"text": made})
            return redirect("privacy:latest")
    return render(request, "reports/privacy/notice_form.html", {"form": form, "now": now})


@require_safe
@login_required
def assessment_list(request: HttpRequest) -> HttpResponse:
    """The impact assessments of my bureau, the latest first, each kept for three years at least."""
    permit("reports.see_privacy_desk", request.user)
    found = ImpactAssessment.objects.filter(funder__in=bureaus_of(request.user, *IN_BUREAU))
    context = {
        "page_obj": page_of(found.select_related("made_by"), 10, request.GET.get("page")),
        "may_write": bool(bureaus_of(request.user, Role.STAFF)),
    }
    return render(request, "reports/privacy/assessment_list.html", context)


@login_required
def assessment_create(request: HttpRequest) -> HttpResponse:
    permit("people.assess_impact", request.user)
    form = AssessmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        [funder, *_others] = bureaus_of(request.user, Role.STAFF)
        actions.assess_impact(funder, by=request.user, values=form.cleaned_data)
        messages.success(request, _("The impact assessment is kept."))
        return redirect("privacy:assessment_list")
    return render(request, "reports/privacy/assessment_form.html", {"form": form})
