"""The audit of a project's account: handed in, confirmed by somebody else or sent back."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.money import yuan
from core.workflow import Refused, permit, record
from people.models import Membership, Organization, Role, User
from projects.actions.messages import tell_funder, tell_group
from projects.models import Audit, Pledge, Project
from projects.spending import keeps_books
from projects.spending_plan import SpendingPlan


@transaction.atomic
def hand_in_audit(
    project: Project,
    *,
    by: User,
    values: dict[str, Any],
    adjustments: Sequence[dict[str, Any]] = (),
    files: Iterable[UploadedFile] = (),
) -> Audit:
    """Hand in the report of the accounting firm with what it takes off, line by line; the finance office is told.

    Refused when the firm is tied to the project: it is the group, its host or a giver, or somebody belongs to both.
    """
    locked = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=project.pk)
    permit("projects.hand_in_audit", by, locked)
    if hasattr(locked, "archive_file"):
        raise Refused(_("The project's file is confirmed: its account stays as it is."))
    if locked.audits.waiting().exists():
        raise Refused(_("An audit waits to be confirmed already."))
    if reason := tie_of(locked, values["firm"], values["firm_code"]):
        raise Refused(_("The firm must be independent: %(reason)s") % {"reason": reason})
    uploads = list(files)
    if not uploads:
        raise Refused(_("Please add the report itself as a file."))
    if values["dated_on"] > clock.today():
        raise Refused(_("This day has not come yet."))
    _keep_to_the_lines(locked, adjustments)
    made = Audit.objects.create(project=locked, handed_in_by=by, **values)
    for row in adjustments:
        made.adjustments.create(**row)
    for upload in uploads:
        attach(made, upload, by=by, kind=Audit.REPORT)
    label = _("Audit handed in: %(firm)s, No. %(number)s") % {"firm": made.firm, "number": made.number}
    record(locked, "hand_in_audit", by=by, label=label, opinion=made.opinion, deducted=str(made.deducted))
    tell_funder(locked, _("an audit waits to be confirmed"), Role.FINANCE)
    return made


def tie_of(project: Project, firm: str, firm_code: str) -> str:
    """What ties the firm to the project, in words; empty when nothing is known; the rest is declared."""
    own = {project.applicant_id, project.host_id} - {None}
    givers = set(Pledge.objects.binding().filter(project=project).values_list("giver", flat=True))
    same = Organization.objects.filter(Q(credit_code=firm_code) | Q(name=firm.strip()))
    for organization in same:
        if organization.pk in own:
            return _("it is the group itself, or its host.")
        if organization.pk in givers:
            return _("it gives to this project.")
        here = Membership.objects.current().filter(organization=organization).values("user")
        if Membership.objects.current().filter(organization__in=own, user__in=here).exists():
            return _("somebody belongs to the firm and to the group.")
    return ""


def _keep_to_the_lines(project: Project, adjustments: Sequence[dict[str, Any]]) -> None:
    """Off a line goes no more than was recognised of it."""
    lines = SpendingPlan(project).by_key
    recognised: dict[str, Decimal] = {}
    for expense in project.expenses.all():
        recognised[expense.line_key] = recognised.get(expense.line_key, Decimal("0.00")) + expense.recognised
    for row in adjustments:
        line = lines.get(row["line_key"])
        if line is None:
            raise Refused(_("This budget line is not in the plan."))
        most = recognised.get(line.key, Decimal("0.00")) if keeps_books(project) else line.amount
        if row["amount"] > most:
            said = _("“%(line)s”: only %(most)s yuan were recognised, more cannot be taken off.")
            raise Refused(said % {"line": line.item, "most": yuan(most)})


@transaction.atomic
def decide_audit(audit: Audit, *, by: User, accepted: bool, answer: str = "") -> Audit:
    """The finance office confirms it, or sends it back with the reason; never who handed it in. One that was confirmed
    before gives way: it is kept as set aside."""
    project = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=audit.project_id)
    permit("projects.confirm_audit", by, audit)
    locked = Audit.objects.select_for_update(of=("self",)).get(pk=audit.pk)
    if not locked.is_open:
        raise Refused(_("It has been decided already."))
    if not accepted and not answer.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    if accepted:
        for earlier in project.audits.accepted():
            earlier.is_accepted, earlier.replaced_at = False, clock.now()
            earlier.save(update_fields=["is_accepted", "replaced_at"])
    locked.is_accepted, locked.answer = accepted, answer.strip()
    locked.decided_by, locked.decided_at = by, clock.now()
    locked.save()
    label = _("Audit confirmed") if accepted else _("Audit sent back")
    record(project, "decide_audit", by=by, label=label, note=locked.answer)
    tell_group(project, label, body=locked.answer, url=locked.get_absolute_url())
    return locked
