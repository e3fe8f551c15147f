"""What the group and its mentor record while the project runs."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.money import yuan
from core.workflow import Refused, advance, permit, record
from people.models import User
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.models import Milestone, Project, Report
from projects.spending import keeps_books, spent


@transaction.atomic
def add_milestone(project: Project, *, by: User, values: dict[str, Any]) -> Milestone:
    """Add a milestone to the plan."""
    permit("projects.plan_delivery", by, project)
    return Milestone.objects.create(project=project, **values)


@transaction.atomic
def change_milestone(milestone: Milestone, *, by: User, values: dict[str, Any], reason: str) -> Milestone:
    """Another name, day or proof, with the reason; the mentor reads it. One that is reached stays as it is."""
    locked = _open_milestone(milestone, by)
    before = locked.due_on
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save()
    label = _("Milestone changed: %(name)s") % {"name": locked.name}
    data = {"due_on": [before.isoformat(), locked.due_on.isoformat()]}
    record(locked.project, "change_milestone", by=by, label=label, note=reason, **data)
    tell_mentors(locked.project, _("a milestone was changed"), body=reason)
    return locked


@transaction.atomic
def reach_milestone(
    milestone: Milestone, *, by: User, done_on: date, note: str, files: Iterable[UploadedFile] = ()
) -> Milestone:
    """A milestone is reached: on which day, and what shows it, in words or as files."""
    locked = _open_milestone(milestone, by)
    uploads = list(files)
    if not note and not uploads:
        raise Refused(_("Please say what shows it, or add a file."))
    if done_on > clock.today():
        raise Refused(_("This day is in the future."))
    locked.done_on, locked.done_by, locked.done_note = done_on, by, note
    locked.save()
    for upload in uploads:
        attach(locked, upload, by=by, kind="proof")
    label = _("Milestone reached: %(name)s") % {"name": locked.name}
    record(locked.project, "reach_milestone", by=by, label=label, note=note)
    tell_mentors(locked.project, label)
    return locked


def _open_milestone(milestone: Milestone, by: User) -> Milestone:
    permit("projects.plan_delivery", by, milestone.project)
    locked = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk)
    if locked.is_done:
        raise Refused(_("This milestone is reached; it stays as it is."))
    return locked


@transaction.atomic
def submit_report(project: Project, *, by: User, values: dict[str, Any], files: Iterable[UploadedFile] = ()) -> Report:
    """Hand in a milestone or closing report; the mentor and the clerk hear of it at once. What was spent is what was
    recognised of the payments, where they are entered one by one."""
    permit("projects.plan_delivery", by, project)
    if keeps_books(project):
        values = values | {"spent": spent(project)}
    if values["spent"] > (project.amount_awarded or 0):
        raise Refused(
            _("More than the award of %(award)s yuan cannot be spent from it.")
            % {"award": yuan(project.amount_awarded)}
        )
    report = Report.objects.create(project=project, submitted_by=by, **values)
    for upload in files:
        attach(report, upload, by=by, kind="report")
    record(project, "submit_report", by=by, label=_("Submitted: %(what)s") % {"what": report.get_kind_display()})
    tell_funder(project, _("a report has come in"))
    tell_mentors(project, _("a report has come in"))
    return report


@transaction.atomic
def accept_report(report: Report, *, by: User) -> Report:
    """The clerk accepts a report; the group is told."""
    permit("projects.accept_report", by, report.project)
    locked = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if locked.accepted_at:
        raise Refused(_("This report has been accepted already."))
    locked.accepted_at, locked.accepted_by = clock.now(), by
    locked.save()
    record(locked.project, "accept_report", by=by, label=_("Accepted: %(what)s") % {"what": locked.get_kind_display()})
    tell_group(locked.project, _("your report has been accepted"))
    return locked


@transaction.atomic
def supervise(project: Project, name: str, *, by: User, note: str) -> Project:
    """`suspend`, `resume` or `reject_closing`: the group reads the reason."""
    if name not in ("suspend", "resume", "reject_closing"):
        raise LookupError(name)
    advance(project, name, by=by, note=note)
    tell_group(project, project.get_state_display(), body=note)
    return project


@transaction.atomic
def request_closing(project: Project, *, by: User, note: str = "") -> Project:
    """The group asks for closure; the clerk opens the final evaluation."""
    advance(project, "request_closing", by=by, note=note)
    tell_funder(project, _("asks for closure"))
    return project
