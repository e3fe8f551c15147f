"""Activities: planned, handed in, changed with a reason, cancelled, and recorded with everything the form asks for."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.files import attach
from core.workflow import Refused, advance, permit, record
from people.models import User
from projects.actions.messages import tell_mentors
from projects.models import Activity, ActivityItem, ActivityPartner, ActivityTarget, Project
from projects.models.activity import new_sign_in_key


def lock(activity: Activity, by: User) -> Activity:
    """The activity as it is now, for somebody who may work on it."""
    permit("projects.plan_delivery", by, activity.project)
    related = ("project__call", "project__applicant", "project__community")
    return Activity.objects.select_for_update(of=("self",)).select_related(*related).get(pk=activity.pk)


@transaction.atomic
def plan_activity(
    project: Project,
    *,
    by: User,
    values: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]] = (),
    partners: Sequence[Mapping[str, Any]] = (),
    targets: Iterable[str] = (),
    activity: Activity | None = None,
    reason: str = "",
) -> Activity:
    """Write the plan of an activity, or change it while it is not held; handed in, the change says why.

    `targets`: keys of the project's measurable goals that it serves. After a change the mentor reads the reason.
    """
    if activity is None:
        permit("projects.plan_delivery", by, project)
        activity = Activity(project=project)
    else:
        activity = lock(activity, by)
        if not activity.is_to_come:
            raise Refused(_("This activity is recorded or cancelled; its plan can no longer change."))
    is_new = activity.pk is None
    for name, value in values.items():
        setattr(activity, name, value)
    if not activity.is_draft and not activity.place:
        raise Refused(_("The plan is handed in: the place cannot be left open again."))
    activity.save()
    _set_rows(activity, items, partners, targets)
    if activity.is_draft:
        label = _("Activity planned: %(theme)s") if is_new else _("Plan of the activity edited: %(theme)s")
        record(activity, "plan_activity", by=by, label=_clip(label, activity))
        if is_new:
            record(project, "plan_activity", by=by, label=_clip(label, activity))
        return activity
    advance(activity, "change", by=by, note=reason)
    _tell(activity, "change_activity", _("Plan of the activity changed: %(theme)s"), by, reason)
    return activity


def _set_rows(
    activity: Activity,
    items: Sequence[Mapping[str, Any]],
    partners: Sequence[Mapping[str, Any]],
    targets: Iterable[str],
) -> None:
    """The tables of the plan anew: nothing hangs on their rows."""
    activity.items.all().delete()
    activity.partners.all().delete()
    activity.target_links.all().delete()
    rows = [dict(item) for item in items]
    for row in rows:
        product = ActivityItem.product(row.get("unit_price"), row.get("count"))
        row["amount"] = product if product is not None else row["amount"]
    ActivityItem.objects.bulk_create(ActivityItem(activity=activity, **row) for row in rows)
    ActivityPartner.objects.bulk_create(ActivityPartner(activity=activity, **row) for row in partners)
    known = set(activity.project.targets.values_list("key", flat=True))
    ActivityTarget.objects.bulk_create(
        ActivityTarget(activity=activity, key=key) for key in dict.fromkeys(targets) if key in known
    )


@transaction.atomic
def hand_in(activity: Activity, *, by: User) -> Activity:
    """The plan is whole: the mentor is told, and residents read of it if it is meant for them."""
    advance(activity, "hand_in", by=by)
    _tell(activity, "hand_in_activity", _("Plan of the activity handed in: %(theme)s"), by)
    return activity


@transaction.atomic
def cancel(activity: Activity, *, by: User, reason: str) -> Activity:
    """It does not take place; mentor and residents read why. Volunteers' time that waits for it goes."""
    advance(activity, "cancel", by=by, note=reason, cancel_reason=reason[:300])
    activity.volunteer_times.waiting().delete()
    _tell(activity, "cancel_activity", _("Activity cancelled: %(theme)s"), by, reason)
    return activity


@transaction.atomic
def save_record(
    activity: Activity,
    *,
    by: User,
    values: Mapping[str, Any],
    achieved: Mapping[str, Decimal | None] | None = None,
    sheets: Iterable[UploadedFile] = (),
) -> Activity:
    """Keep what is written of the record so far; nobody has to finish it in one go."""
    locked = lock(activity, by)
    if locked.state not in (Activity.State.PLANNED, Activity.State.CHANGED):
        raise Refused(_("Only an activity whose plan is handed in, and which is not recorded yet, can be recorded."))
    _write_record(locked, values, achieved)
    for upload in sheets:
        attach(locked, upload, by=by, kind=Activity.SIGN_IN_SHEET)
    return locked


def _write_record(activity: Activity, values: Mapping[str, Any], achieved: Mapping[str, Decimal | None] | None) -> None:
    for name, value in values.items():
        setattr(activity, name, value)
    activity.save()
    for key, value in (achieved or {}).items():
        ActivityTarget.objects.update_or_create(activity=activity, key=key, defaults={"achieved": value})


@transaction.atomic
def record_activity(
    activity: Activity,
    *,
    by: User,
    values: Mapping[str, Any],
    achieved: Mapping[str, Decimal | None] | None = None,
    sheets: Iterable[UploadedFile] = (),
) -> Activity:
    """Record how an activity went, once and whole; from then on it counts in every figure."""
    locked = save_record(activity, by=by, values=values, achieved=achieved, sheets=sheets)
    advance(locked, "record", by=by)
    label = _clip(_("Activity recorded: %(theme)s"), locked)
    record(locked.project, "record_activity", by=by, label=label)
    activity.refresh_from_db()
    return activity


@transaction.atomic
def amend_record(
    activity: Activity,
    *,
    by: User,
    values: Mapping[str, Any],
    achieved: Mapping[str, Decimal | None] | None = None,
    reason: str,
) -> Activity:
    """Correct a record with the reason; the log of the activity keeps which figures were there before."""
    locked = lock(activity, by)
    if not locked.is_recorded:
        raise Refused(_("This activity is not recorded yet."))
    if not reason.strip():
        raise Refused(_("Please say why the record is corrected."))
    before = {name: str(getattr(locked, name)) for name in values if getattr(locked, name) != values[name]}
    _write_record(locked, values, achieved)
    if locked.attendance < 1:
        raise Refused(_("At least one person came: signed in, or counted by heads."), at="head_count")
    record(locked, "amend_record", by=by, label=_("Record corrected"), note=reason, before=before)
    label = _clip(_("Record corrected: %(theme)s"), locked)
    record(locked.project, "amend_record", by=by, label=label, note=reason)
    tell_mentors(locked.project, label, body=reason)
    return locked


@transaction.atomic
def renew_code(activity: Activity, *, by: User) -> Activity:
    """A new sign-in code: every sheet and picture with the old one is worth nothing from now on."""
    locked = lock(activity, by)
    locked.sign_in_key = new_sign_in_key()
    locked.save(update_fields=["sign_in_key"])
    record(locked, "renew_code", by=by, label=_("New sign-in code"))
    return locked


def _tell(activity: Activity, name: str, words: str, by: User, reason: str = "") -> None:
    label = _clip(words, activity)
    record(activity.project, name, by=by, label=label, note=reason)
    tell_mentors(activity.project, label, body=reason)


def _clip(words: str, activity: Activity) -> str:
    """A line of the log has room for so much of a theme."""
    return (words % {"theme": activity.theme})[:120]
