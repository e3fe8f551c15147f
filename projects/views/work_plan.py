"""Plan and progress (计划与完成情况): steps, milestones, goals and figures of one project."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from projects.actions import delivery
from projects.figures import progress, so_far
from projects.forms import MilestoneChangeForm, MilestoneDoneForm, MilestoneForm
from projects.models import Activity, Milestone
from projects.views.delivery import simple
from projects.views.project import find


@login_required
def work_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What was planned, and how far it has come."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    activities = list(project.activities.with_signed())
    reached = progress(project)
    milestones = list(project.milestones.prefetch_related("reports"))
    proofs: dict[int, list[Attachment]] = {}
    files = Attachment.objects.filter(
        content_type__app_label="projects", content_type__model="milestone", object_id__in=[m.pk for m in milestones]
    )
    for file in files:
        proofs.setdefault(file.object_id, []).append(file)
    context = {
        "project": project,
        "figures": so_far(project),
        "steps": [(step, *_of_step(step, activities)) for step in project.plan_steps.all()],
        "milestones": [(milestone, proofs.get(milestone.pk, [])) for milestone in milestones],
        "targets": [(target, reached.get(target.key)) for target in project.targets.all()],
        "activities": activities,
    }
    return render(request, "projects/work_plan.html", context)


def _of_step(step, activities: list[Activity]) -> tuple[int, int]:
    """How often a step was carried out, and how many visits that made."""
    held = [one for one in activities if one.step_key == step.key and one.is_recorded]
    return len(held), sum(one.attendance for one in held)


@login_required
def milestone_create(request: HttpRequest, pk: int) -> HttpResponse:
    return simple(
        request,
        pk,
        permission="projects.plan_delivery",
        form_class=MilestoneForm,
        verb=delivery.add_milestone,
        new=lambda project: Milestone(project=project),
        heading=_("New milestone"),
        submit=_("Add the milestone"),
    )


def _open(request: HttpRequest, pk: int) -> Milestone:
    """A milestone that is still to be reached, for the group."""
    seen = Milestone.objects.visible_to(request.user)
    milestone = get_object_or_404(seen.select_related("project__call", "project__applicant"), pk=pk)
    permit("projects.plan_delivery", request.user, milestone.project)
    return milestone


@login_required
def milestone_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Move or rename a milestone, with the reason."""
    milestone = _open(request, pk)
    form = MilestoneChangeForm(request.POST or None, instance=Milestone.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        reason = values.pop("reason")
        try:
            delivery.change_milestone(milestone, by=request.user, values=values, reason=reason)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:work_plan", pk=milestone.project_id)
    context = {"project": milestone.project, "form": form, "heading": _("Change the milestone"), "submit": _("Save")}
    return render(request, "projects/form.html", context | {"lead": milestone.name})


@login_required
def milestone_done(request: HttpRequest, pk: int) -> HttpResponse:
    """A milestone is reached: on which day, and what shows it."""
    milestone = _open(request, pk)
    form = MilestoneDoneForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            delivery.reach_milestone(milestone, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The milestone is reached."))
            return redirect("projects:work_plan", pk=milestone.project_id)
    context = {"project": milestone.project, "form": form, "heading": _("Milestone reached"), "submit": _("Reached")}
    lead = f"{milestone.name} · {milestone.proof}" if milestone.proof else milestone.name
    return render(request, "projects/form.html", context | {"lead": lead})
