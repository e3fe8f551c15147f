"""What the group and its mentor record while the project runs."""

from collections.abc import Iterable, Sequence
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.money import yuan
from core.workflow import Refused, advance, record
from people.models import User
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.models import Activity, ActivityItem, FollowUp, MentoringNote, Milestone, Project, Report
from projects.spending import keeps_books, spent


def _permit(permission: str, by: User, project: Project) -> None:
    if not rules.has_perm(permission, by, project):
        raise PermissionDenied


@transaction.atomic
def add_milestone(project: Project, *, by: User, values: dict[str, Any]) -> Milestone:
    """Add a milestone to the plan."""
    _permit("projects.plan_delivery", by, project)
    return Milestone.objects.create(project=project, **values)


@transaction.atomic
def plan_activity(
    project: Project,
    *,
    by: User,
    values: dict[str, Any],
    items: Sequence[dict[str, Any]],
    activity: Activity | None = None,
) -> Activity:
    """Plan an activity, or change its plan while it is not recorded."""
    _permit("projects.plan_delivery", by, project)
    if activity is not None:
        activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    if activity is not None and activity.is_recorded:
        raise Refused(_("This activity has been recorded; its plan can no longer change."))
    activity = activity or Activity(project=project)
    for name, value in values.items():
        setattr(activity, name, value)
    activity.save()
    activity.items.all().delete()
    ActivityItem.objects.bulk_create(ActivityItem(activity=activity, **item) for item in items)
    record(project, "plan_activity", by=by, label=_("Activity planned: %(theme)s") % {"theme": activity.theme})
    return activity


@transaction.atomic
def record_activity(
    activity: Activity, *, by: User, values: dict[str, Any], files: Iterable[UploadedFile] = ()
) -> Activity:
    """Record how an activity went, once, with its sign-in sheet and photos."""
    _permit("projects.plan_delivery", by, activity.project)
    locked = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    if locked.is_recorded:
        raise Refused(_("This activity has been recorded already."))
    if locked.starts_at > clock.now():
        raise Refused(_("An activity can be recorded after it has begun."))
    for name, value in values.items():
        setattr(locked, name, value)
    locked.recorded_at, locked.recorded_by = clock.now(), by
    locked.save()
    for upload in files:
        attach(locked, upload, by=by, kind="evidence")
    record(locked.project, "record_activity", by=by, label=_("Activity recorded: %(theme)s") % {"theme": locked.theme})
    activity.refresh_from_db()
    return activity


@transaction.atomic
def submit_report(project: Project, *, by: User, values: dict[str, Any], files: Iterable[UploadedFile] = ()) -> Report:
    """Hand in a milestone or closing report; the mentor and the clerk hear of it at once. What was spent is what was
    recognised of the payments, where they are entered one by one."""
    _permit("projects.plan_delivery", by, project)
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
    _permit("projects.accept_report", by, report.project)
    locked = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if locked.accepted_at:
        raise Refused(_("This report has been accepted already."))
    locked.accepted_at, locked.accepted_by = clock.now(), by
    locked.save()
    record(locked.project, "accept_report", by=by, label=_("Accepted: %(what)s") % {"what": locked.get_kind_display()})
    tell_group(locked.project, _("your report has been accepted"))
    return locked


@transaction.atomic
def add_mentoring_note(project: Project, *, by: User, values: dict[str, Any]) -> MentoringNote:
    """A mentor writes down a session; the group reads the advice."""
    _permit("projects.mentor", by, project)
    note = MentoringNote.objects.create(project=project, mentor=by, **values)
    record(project, "mentor", by=by, label=_("Coached: %(topic)s") % {"topic": note.get_topic_display()})
    tell_group(project, _("your mentor has written advice"), body=note.advice)
    return note


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


@transaction.atomic
def add_follow_up(project: Project, *, by: User, values: dict[str, Any]) -> FollowUp:
    """Record a look back after the end."""
    _permit("projects.follow_up", by, project)
    return FollowUp.objects.create(project=project, by=by, **values)
