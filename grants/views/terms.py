"""What calls choose from: rubrics and evaluation frameworks with their editions, tranche plans with their gates."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.workflow import Refused, permit
from grants.actions import terms
from grants.comparison import compare
from grants.descriptions import describe_rubric
from grants.forms import (
    CriterionFormSet,
    GateRuleFormSet,
    LevelFormSet,
    NameForm,
    RubricForm,
    TranchePlanForm,
    TrancheRuleFormSet,
)
from grants.frameworks import frameworks
from grants.models import Call, Criterion, Rubric, TranchePlan, TrancheRule
from grants.presets import examples
from grants.sheet_sections import sheets_of

CHOSEN_FROM: dict[str, Any] = {
    "rubrics": (Rubric, RubricForm, CriterionFormSet),
    "plans": (TranchePlan, TranchePlanForm, TrancheRuleFormSet),
}


def permit_terms(request: HttpRequest, which: str = "plans") -> None:
    """Clerks see all of them; evaluators only score sheets."""
    permission = "grants.see_frameworks" if which == "rubrics" else "grants.see_terms"
    permit(permission, request.user)


def find(request: HttpRequest, pk: int) -> Rubric:
    """A rubric that I may see."""
    permit_terms(request, "rubrics")
    related = ("funder", "evaluator", "made_from")
    return get_object_or_404(Rubric.objects.visible_to(request.user).select_related(*related), pk=pk)


@login_required
def terms_list(request: HttpRequest) -> HttpResponse:
    """The rubrics and tranche plans that calls choose from: the shared ones, one's own, and what is proposed."""
    permit_terms(request, "rubrics")
    rubrics = Rubric.objects.visible_to(request.user).select_related("funder", "evaluator").prefetch_related("criteria")
    there = {(rubric.name, rubric.edition) for rubric in rubrics if rubric.is_shared}
    plans = TranchePlan.objects.visible_to(request.user).select_related("funder").prefetch_related("rules__gates")
    sees_all = rules.has_perm("grants.see_terms", request.user)
    context = {
        "rubrics": rubrics,
        "ready": [each for each in frameworks().values() if (each.name, each.edition) not in there],
        "plans": plans if sees_all else [],
        "sees_all": sees_all,
    }
    return render(request, "grants/terms_list.html", context)


@login_required
def defaults(request: HttpRequest) -> HttpResponse:
    """Which published rules the platform's defaults follow: for who sets up, approves or audits a call; on no page of
    applicants."""
    permit("grants.see_defaults", request.user)
    ready = [each for each in frameworks().values() if each.example]
    return render(request, "grants/defaults.html", {"examples": examples(), "frameworks": ready})


@login_required
def levels_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The anchored levels of one criterion: what a score means in words."""
    permit_terms(request, "rubrics")
    found = Criterion.objects.filter(rubric__in=Rubric.objects.visible_to(request.user)).select_related("rubric")
    criterion = get_object_or_404(found, pk=pk)
    permit("grants.change_terms", request.user, criterion.rubric)
    formset = LevelFormSet(request.POST or None, instance=criterion, prefix="rows")
    if request.method == "POST" and formset.is_valid():
        terms.save_terms(criterion.rubric, [formset.save], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("grants:terms_edit", which="rubrics", pk=criterion.rubric_id)
    return render(request, "grants/levels_form.html", {"criterion": criterion, "formset": formset})


@login_required
def gates_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What opens one instalment: each gate with its figure and its basis."""
    permit_terms(request)
    found = TrancheRule.objects.filter(plan__in=TranchePlan.objects.visible_to(request.user)).select_related("plan")
    rule = get_object_or_404(found, pk=pk)
    permit("grants.change_terms", request.user, rule.plan)
    formset = GateRuleFormSet(request.POST or None, instance=rule, prefix="rows")
    if request.method == "POST" and formset.is_valid():
        terms.save_terms(rule.plan, [formset.save], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("grants:terms_edit", which="plans", pk=rule.plan_id)
    return render(request, "grants/gates_form.html", {"rule": rule, "formset": formset})


@login_required
def terms_edit(request: HttpRequest, which: str, pk: int) -> HttpResponse:
    """Change a rubric or a plan of one's own that no published call has announced; else make a copy of it."""
    if which not in CHOSEN_FROM:
        raise Http404
    permit_terms(request, which)
    model, form_class, formset_class = CHOSEN_FROM[which]
    thing = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    fixed = not rules.has_perm("grants.change_terms", request.user, thing)
    copying = "copy" in request.POST
    name_form = NameForm(request.POST if copying else None, user=request.user, of=thing, prefix="copy")
    if copying and name_form.is_valid():
        copy = terms.copy_terms(thing, by=request.user, **name_form.cleaned_data)
        messages.success(request, _("Copied. Now change what is different."))
        return redirect("grants:terms_edit", which=which, pk=copy.pk)
    sent = request.POST if request.method == "POST" and not copying else None
    if sent is not None and fixed:
        raise PermissionDenied
    form = form_class(sent, instance=thing)
    formset = formset_class(sent, instance=thing, prefix="rows")
    if sent is not None and form.is_valid() and formset.is_valid():
        terms.save_terms(thing, [form.save, formset.save], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("grants:terms_edit", which=which, pk=pk)
    context = {"thing": thing, "which": which, "fixed": fixed, "form": form, "formset": formset, "name_form": name_form}
    return render(request, "grants/terms_form.html", context)


# -- Evaluation frameworks -------------------------------------------------------------------------

STEPS: dict[str, Any] = {
    "publish": ("grants.change_terms", terms.publish_edition, gettext_lazy("Publish this edition")),
    "edition": ("grants.make_edition", terms.new_edition, gettext_lazy("Make a new edition")),
    "propose": ("grants.propose_framework", terms.propose, gettext_lazy("Propose to funders")),
}
DONE = {
    "publish": gettext_lazy("Published: this edition is never changed any more."),
    "edition": gettext_lazy("This is the new edition: change what is different, then publish it."),
    "propose": gettext_lazy("Proposed to funders."),
}


@login_required
def framework_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A framework as an evaluator will see it, for each nature of project; its editions, and what can be done."""
    rubric = find(request, pk)
    named = Call.objects.visible_to(request.user)
    uses = Q(review_rubric=rubric) | Q(midterm_rubric=rubric) | Q(final_rubric=rubric)
    context = {
        "rubric": rubric,
        "sheets": sheets_of(rubric),
        "editions": terms.editions(rubric),
        "calls": named.filter(uses),
        "name_form": NameForm(user=request.user, of=rubric, prefix="copy"),
        "steps": [
            (name, label)
            for name, (permission, _verb, label) in STEPS.items()
            if rules.has_perm(permission, request.user, rubric)
        ],
    }
    return render(request, "grants/framework_detail.html", context)


@login_required
@require_POST
def framework_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publish an edition, make the next one, propose it to funders."""
    rubric = find(request, pk)
    if name not in STEPS:
        raise Http404
    _permission, verb, _label = STEPS[name]
    try:
        made = verb(rubric, by=request.user)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
        return redirect("grants:framework_detail", pk=pk)
    messages.success(request, DONE[name])
    if name == "edition":
        return redirect("grants:terms_edit", which="rubrics", pk=made.pk)
    return redirect("grants:framework_detail", pk=pk)


@login_required
def framework_compare(request: HttpRequest, pk: int, other_pk: int) -> HttpResponse:
    """What one edition says otherwise than another one, or than what it was copied from."""
    rubric, other = find(request, pk), find(request, other_pk)
    differences = compare(describe_rubric(other), describe_rubric(rubric))
    context = {"rubric": rubric, "other": other, "differences": differences}
    return render(request, "grants/framework_compare.html", context)


@login_required
@require_POST
def framework_ready(request: HttpRequest, key: str) -> HttpResponse:
    """Make a framework that comes with the platform available to calls."""
    permit_terms(request)
    if key not in frameworks():
        raise Http404
    return redirect("grants:framework_detail", pk=terms.ready_framework(frameworks()[key], by=request.user).pk)
