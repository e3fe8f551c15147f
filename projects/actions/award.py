"""Award and agreement."""

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.money import split
from core.numbering import next_number
from core.workflow import Refused, advance, record
from grants.actions import ledger
from people.models import Role, User
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.actions.proposals import release_reservation
from projects.models import Agreement, Project, State, Tranche
from projects.signals import dropped_out


@transaction.atomic
def approve(project: Project, *, by: User, note: str = "") -> Project:
    """Make the award. Consequences: the agreement is drawn up with its number, the instalments are planned
    by the call's plan (half-up to the fen, the remainder in the last), and the group is told to sign."""
    advance(project, "approve", by=by, note=note)
    year = clock.today().year
    Agreement.objects.create(
        project=project,
        number=f"{project.call.code}-XY-{year}-{next_number(f'agreement:{project.call.funder_id}:{year}'):03d}",
    )
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
    tell_group(project, _("approved, please sign the agreement by %(day)s") % {"day": project.due_on})
    return project


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
def sign_for_group(project: Project, *, by: User) -> Agreement:
    """The head of the group, or of the host of a filed group, signs; the funder's approvers are told."""
    agreement = _agreement_to_sign(project, "projects.sign_for_group", by)
    if agreement.group_signed_at:
        raise Refused(_("The group has signed already."))
    agreement.group_signed_at, agreement.group_signed_by = clock.now(), by
    agreement.save()
    record(project, "sign_for_group", by=by, label=_("Agreement signed by the group"))
    tell_funder(project, _("the group has signed, please countersign"), Role.APPROVER)
    return agreement


@transaction.atomic
def sign_for_funder(project: Project, *, by: User) -> Agreement:
    """The funder countersigns. Consequences: the reserved money is committed and the project runs."""
    agreement = _agreement_to_sign(project, "projects.sign_for_funder", by)
    if not agreement.group_signed_at:
        raise Refused(_("The group signs first."))
    agreement.funder_signed_at, agreement.funder_signed_by = clock.now(), by
    agreement.save()
    record(project, "sign_for_funder", by=by, label=_("Agreement signed by the funder"))
    project.refresh_from_db()
    advance(project, "start", by=by)
    ledger.commit(project.call.fund, project.amount_awarded, by=by, reference=project.number, memo=agreement.number)
    tell_group(project, _("the agreement is signed, the project may begin"))
    tell_funder(project, _("running: the first instalment can be requested"))
    tell_mentors(project, _("running"))
    return agreement


def _agreement_to_sign(project: Project, permission: str, by: User) -> Agreement:
    """The locked agreement of an approved project, if `by` may sign it."""
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if not rules.has_perm(permission, by, locked):
        raise PermissionDenied
    if locked.state != State.APPROVED:
        raise Refused(
            _("There is no agreement to sign: the state is “%(state)s”.") % {"state": locked.get_state_display()}
        )
    return Agreement.objects.select_for_update().get(project=locked)


@transaction.atomic
def forfeit(project: Project, *, by: User, note: str) -> Project:
    """The award is given up or not signed in time; the reserved money is free again and the waitlist moves up."""
    advance(project, "forfeit", by=by, note=note)
    for tranche in project.tranches.unsettled():
        advance(tranche, "cancel", by=by)
    release_reservation(project, by=by, memo=_("Forfeited"))
    tell_funder(project, _("forfeited"), body=note)
    tell_group(project, _("forfeited"), body=note)
    dropped_out.send(Project, project=project, why=_("forfeited"))
    return project
