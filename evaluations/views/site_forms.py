"""Site forms of evaluators: on ordinary pages, which work without JavaScript, and for the page that works without a
line (`projects.views.visit_app`), which takes along whom they evaluate and sends what was written later."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from evaluations import site_checklists
from evaluations.actions import site_forms as actions
from evaluations.forms import SiteFormForm, SiteSendingForm
from evaluations.models import Assignment, Evaluation, EvaluationVisit, SiteForm
from evaluations.views.evaluation import find
from people.models import User
from projects.actions.arrivals import Sending
from projects.forms import VisitPhotoForm
from projects.views.arrivals import base_of, invalid, refused, stored, wrong_head
from projects.views.visit_app import laid_out
from projects.visit_values import differences, together

NAMES = {
    "visited_at": gettext_lazy("when"),
    "place": gettext_lazy("place"),
    "present": gettext_lazy("signed by those present"),
    "objection": gettext_lazy("what those present say to it"),
    "findings": gettext_lazy("seen and found"),
    "interviews": gettext_lazy("what people said"),
    "photos_agreed": gettext_lazy("Whoever can be recognised on the photos has agreed"),
}
TEXTS, BELOW = ("place", "present", "objection", "findings", "interviews"), ("present", "findings", "interviews")
FORMS = 30
"""So many are taken along at most."""


def find_form(request: HttpRequest, pk: int) -> SiteForm:
    """A form of an evaluation whose findings I read; 404 otherwise."""
    related = (
        "evaluation__project__call__funder",
        "evaluation__project__applicant",
        "evaluation__commission",
        "writer",
    )
    return get_object_or_404(SiteForm.objects.visible_to(request.user).select_related(*related), pk=pk)


@login_required
def site_form_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a site form on a page like every other."""
    evaluation = find(request, pk)
    permit("evaluations.write_site_form", request.user, evaluation)
    now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
    place = str(evaluation.project.community or "")
    form = SiteFormForm(
        request.POST or None,
        request.FILES or None,
        instance=SiteForm(evaluation=evaluation, writer=request.user),
        initial={"visited_at": now, "place": place},
    )
    if request.method == "POST" and form.is_valid():
        photos = form.cleaned_data["photos"]
        try:
            version = actions.record_form(evaluation, by=request.user, values=form.values, photos=photos)
        except Refused as why:
            add_refusal(form, why)
        else:
            messages.success(request, _("The site form is stored."))
            return redirect(version.form)
    context = {"evaluation": evaluation, "project": evaluation.project, "form": form, "heading": _("Site form")}
    return render(request, "evaluations/site_form_edit.html", context)


@login_required
def site_form(request: HttpRequest, pk: int) -> HttpResponse:
    """One site form with its photos and its earlier versions; its writer takes it over as the record of the visit."""
    form = find_form(request, pk)
    evaluation = form.evaluation
    recorded = EvaluationVisit.objects.filter(evaluation=evaluation, recorded_at__isnull=False).exists()
    may_amend = rules.has_perm("evaluations.amend_site_form", request.user, form)
    if request.method == "POST":
        permit("evaluations.amend_site_form", request.user, form)
        try:
            actions.as_record(form, by=request.user)
        except Refused as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("It is the record of the visit now."))
        return redirect(form)
    context = {
        "site_form": form,
        "evaluation": evaluation,
        "project": evaluation.project,
        "parts": site_checklists.answered(form.checklist, form.answers),
        "attachments": Attachment.objects.of(form),
        "versions": form.versions.select_related("by"),
        "may_amend": may_amend,
        "may_take_over": may_amend
        and not recorded
        and evaluation.asks_visit
        and evaluation.state in ("site_visit", "draft"),
    }
    return render(request, "evaluations/site_form.html", context)


def checklist_of(form: SiteForm) -> Any:
    return site_checklists.every().get(form.checklist) or site_checklists.current(form.evaluation.purpose)


@login_required
def site_form_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The writer changes it; based on the version that the page was opened with."""
    stored_form = find_form(request, pk)
    permit("evaluations.amend_site_form", request.user, stored_form)
    base = base_of(request, stored_form)
    form = SiteFormForm(
        request.POST or None,
        request.FILES or None,
        instance=SiteForm(evaluation=stored_form.evaluation, writer=request.user),
        initial=SiteFormForm.initial_of(actions.values_of(stored_form)),
        checklist=checklist_of(stored_form),
    )
    if request.method == "POST" and form.is_valid():
        given = {"values": form.values, "key": stored_form.key, "photos": form.cleaned_data["photos"]}
        try:
            version = actions.record_form(stored_form.evaluation, by=request.user, sending=Sending(base=base), **given)
        except Refused as why:
            add_refusal(form, why)
        else:
            if version.is_waiting:
                return redirect("evaluations:site_form_compare", pk=pk, version_pk=version.pk)
            messages.success(request, _("Saved."))
            return redirect(stored_form)
    context = {"evaluation": stored_form.evaluation, "project": stored_form.project, "form": form, "base": base}
    context |= {"heading": _("Change the site form"), "back": stored_form}
    return render(request, "evaluations/site_form_edit.html", context)


@login_required
def site_form_compare(request: HttpRequest, pk: int, version_pk: int) -> HttpResponse:
    """Another version beside the present one; while it waits, the writer keeps, takes, or writes both into one."""
    stored_form = find_form(request, pk)
    version = get_object_or_404(stored_form.versions.select_related("by"), pk=version_pk)
    ours, checklist = actions.values_of(stored_form), checklist_of(stored_form)
    may_settle = version.is_waiting and rules.has_perm("evaluations.amend_site_form", request.user, stored_form)
    form = None
    if request.method == "POST":
        permit("evaluations.amend_site_form", request.user, stored_form)
    if request.method == "POST" and ("keep" in request.POST or "take" in request.POST):
        try:
            actions.settle_conflict(version, by=request.user, take="take" in request.POST)
        except Refused as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("Decided. Both versions can still be read."))
        return redirect(stored_form)
    if may_settle:
        form = SiteFormForm(
            request.POST or None,
            instance=SiteForm(evaluation=stored_form.evaluation, writer=request.user),
            initial=SiteFormForm.initial_of(together(ours, version.values, TEXTS, BELOW)),
            checklist=checklist,
        )
        del form.fields["photos"]
        if request.method == "POST" and form.is_valid():
            base = base_of(request, stored_form)
            try:
                actions.merge_conflict(version, by=request.user, values=form.values, base=base)
            except Refused as why:
                add_refusal(form, why)
            else:
                messages.success(request, _("Decided. Both versions can still be read."))
                return redirect(stored_form)
    context = {
        "evaluation": stored_form.evaluation,
        "project": stored_form.project,
        "site_form": stored_form,
        "version": version,
        "differences": differences(ours, version.values, NAMES, checklist),
        "form": form,
        "photos": Attachment.objects.of(stored_form),
    }
    return render(request, "evaluations/site_form_compare.html", context)


# -- without a line ------------------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def site_pack(request: HttpRequest) -> JsonResponse:
    """What an evaluator takes along: the evaluations they were sent to, the checklists, and their latest forms."""
    found = may_write(request.user)
    mine = SiteForm.objects.visible_to(request.user).filter(writer=request.user, evaluation__in=found)
    mine = mine.select_related("evaluation__project").prefetch_related("versions")
    pack = {
        "checklists": {one.version: laid_out(one) for one in site_checklists.every().values()},
        "evaluations": [
            {
                "id": one.pk,
                "title": one.project.title,
                "group": str(one.project.applicant),
                "place": str(one.project.community or ""),
                "which": one.get_purpose_display(),
                "checklist": site_checklists.current(one.purpose).version,
            }
            for one in found
        ],
        "forms": [
            _taken_along(form)
            for form in mine.select_related("evaluation__project").prefetch_related("versions")[:FORMS]
        ],
    }
    return JsonResponse(pack)


def may_write(user: User) -> list[Evaluation]:
    """The evaluations this person was sent to and can write a form for today."""
    sent = Assignment.objects.seated().filter(person=user, evaluation__isnull=False)
    found = Evaluation.objects.in_workspace_of(user).open().filter(pk__in=sent.values("evaluation"))
    found = found.select_related("project__applicant", "project__community", "project__call", "commission")
    return [one for one in found if rules.has_perm("evaluations.write_site_form", user, one)]


def _taken_along(form: SiteForm) -> dict[str, Any]:
    values = SiteFormForm.initial_of(actions.values_of(form))
    values["visited_at"] = f"{timezone.localtime(values['visited_at']):%Y-%m-%dT%H:%M}"
    values["photos_agreed"] = "on" if values["photos_agreed"] else ""
    waiting = next((version for version in form.versions.all() if version.is_waiting), None)
    return {
        "key": str(form.key),
        "project": form.evaluation_id,
        "title": form.evaluation.project.title,
        "version": form.version,
        "checklist": form.checklist,
        "url": form.get_absolute_url(),
        "values": values,
        "waiting": reverse("evaluations:site_form_compare", args=[form.pk, waiting.pk]) if waiting else "",
    }


@login_required
@require_POST
def site_sync(request: HttpRequest) -> JsonResponse:
    """Take in what a tablet wrote; it is answered in every case, and keeps what was not stored."""
    head = SiteSendingForm(request.POST)
    if not head.is_valid():
        return wrong_head(head)
    if head.cleaned_data["user"] != request.user.pk:
        return JsonResponse({"state": "other"})
    related = ("project__call", "commission")
    evaluation = Evaluation.objects.select_related(*related).filter(pk=head.cleaned_data["evaluation"]).first()
    if evaluation is None:
        return refused(_("This evaluation is not known here."))
    form = SiteFormForm(
        request.POST,
        instance=SiteForm(evaluation=evaluation, writer=request.user),
        checklist=head.cleaned_data["checklist"],
    )
    if not form.is_valid():
        return invalid(form)
    try:
        version = actions.record_form(
            evaluation, by=request.user, values=form.values, key=head.cleaned_data["key"], sending=head.sending
        )
    except Refused as why:
        return refused(str(why))
    except PermissionDenied:
        return refused(_("You were not sent to this evaluation, or its term is over."))
    compare = reverse("evaluations:site_form_compare", args=[version.form_id, version.pk])
    return stored(version, version.form, compare)


@login_required
@require_POST
def site_photo(request: HttpRequest) -> JsonResponse:
    """One photo of a form that is stored already; the same photo twice is kept once."""
    form = VisitPhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return wrong_head(form)
    found = SiteForm.objects.filter(key=form.cleaned_data["key"], writer=request.user)
    stored_form = found.select_related("evaluation").first()
    if stored_form is None:
        return refused(_("This visit is not known here."))
    try:
        actions.add_photos(stored_form, by=request.user, photos=form.cleaned_data["photo"])
    except Refused as why:
        return refused(str(why))
    return JsonResponse({"state": "stored"})
