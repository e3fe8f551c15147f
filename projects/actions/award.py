"""Award: made, refused, given up."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.money import split
from core.workflow import advance
from people.models import User
from projects.actions import agreements
from projects.actions import plan as plan_versions
from projects.actions.agreements import sign_for_funder, sign_for_group
from projects.actions.changing import begin_optimisation
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.actions.proposals import release_reservation
from projects.models import PlanVersion, Project, Tranche
from projects.signals import dropped_out

__all__ = ["approve", "forfeit", "needs_finishing", "refuse", "sign_for_funder", "sign_for_group"]


@transaction.atomic
def approve(project: Project, *, by: User, note: str = "") -> Project:
    """Make the award. Consequences: the plan is frozen as it was judged, and the instalments are planned by the call's
    plan (half-up to the fen, the remainder in the last). Where the call says so, or where less was awarded than the
    budget asks for, the group and its mentor finish the plan first; else the agreement is drawn up at once."""
    advance(project, "approve", by=by, note=note)
    plan_versions.write_version(project, PlanVersion.Kind.JUDGED, why="", approved_by=by)
    plan = list(project.call.tranche_plan.rules.prefetch_related("gates"))
    amounts = split(project.amount_awarded, [rule.percentage for rule in plan])
    Tranche.objects.bulk_create(
        Tranche(
            project=project,
            ordinal=rule.ordinal,
            percentage=rule.percentage,
            amount=amount,
            gates=[
                {"kind": gate.kind, "figure": str(gate.figure or ""), "basis": gate.legal_basis}
                for gate in rule.gates.all()
            ],
        )
        for rule, amount in zip(plan, amounts, strict=True)
    )
    if needs_finishing(project):
        change = begin_optimisation(project)
        subject = _("approved, please finish the plan and sign the agreement by %(day)s") % {"day": project.due_on}
        tell_group(project, subject, url=change.get_absolute_url())
        tell_mentors(project, _("approved, please help to finish the plan"))
    else:
        agreements.draw_up_with_award(project, by=by)
    return project


def needs_finishing(project: Project) -> bool:
    """Whether the plan is finished before it is signed: the call says so, or its money does not add up to the award."""
    return project.track.optimises or project.grant_budget != project.amount_awarded


@transaction.atomic
def refuse(project: Project, *, by: User, note: str) -> Project:
    """Do not make the proposed award: the reserved money is free again, the waitlist moves up, the group reads why."""
    proposed = Project.objects.get(pk=project.pk)
    advance(project, "refuse", by=by, note=note)
    release_reservation(proposed, by=by, memo=_("Award refused"))
    tell_group(project, _("not selected"), body=note)
    tell_funder(project, _("the award was refused"), body=note)
    dropped_out.send(Project, project=project, why=_("the award was refused"))
    return project


@transaction.atomic
def forfeit(project: Project, *, by: User, note: str) -> Project:
    """The award is given up or not signed in time; the reserved money is free again and the waitlist moves up."""
    advance(project, "forfeit", by=by, note=note)
    plan_versions.close_changes(project)
    for tranche in project.tranches.unsettled():
        advance(tranche, "cancel", by=by)
    release_reservation(project, by=by, memo=_("Forfeited"))
    tell_funder(project, _("forfeited"), body=note)
    tell_group(project, _("forfeited"), body=note)
    dropped_out.send(Project, project=project, why=_("forfeited"))
    return project
