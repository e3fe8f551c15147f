"""The codes on posters and behind links: made when somebody asks for them, revoked by who could have made them."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit, record
from evaluations.models import Audience, VoiceCode
from people.models import User
from projects.models import Activity, Project

GOOD_FOR = timedelta(days=30)
"""After the end of what it asks about: people still remember, and the poster still hangs."""


@transaction.atomic
def issue_code(
    project: Project,
    *,
    by: User,
    activity: Activity | None = None,
    audience: str = Audience.RESIDENT,
    is_desk: bool = False,
) -> VoiceCode:
    """The code for these people: the one in force, or a new one when there is none or its day is over.

    The community's desk gets its link from the mentor or a clerk, never from the group.
    """
    permit("evaluations.open_desk" if is_desk else "evaluations.ask_residents", by, project)
    if activity is not None and (activity.project_id != project.pk or activity.is_cancelled or activity.is_draft):
        raise Refused(_("Residents are asked about activities that are announced and not cancelled."))
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    same = VoiceCode.objects.filter(
        project=project, activity=activity, audience=audience, is_desk=is_desk, revoked_at__isnull=True
    )
    if found := same.first():
        if found.is_in_force:
            return found
        _revoke(found, by)
    made = VoiceCode.objects.create(
        project=project,
        activity=activity,
        audience=audience,
        is_desk=is_desk,
        expires_on=_last_day(project, activity),
        made_by=by,
    )
    record(project, "issue_voice_code", by=by, label=_("Code for residents made"), note=str(made), code=made.code)
    return made


@transaction.atomic
def revoke_code(code: VoiceCode, *, by: User) -> VoiceCode:
    """What was printed is worth nothing from now on; what was said with it stays."""
    permit("evaluations.open_desk" if code.is_desk else "evaluations.ask_residents", by, code.project)
    locked = VoiceCode.objects.select_for_update(of=("self",)).select_related("project", "activity").get(pk=code.pk)
    if locked.revoked_at:
        raise Refused(_("This code was revoked already."))
    _revoke(locked, by)
    record(locked.project, "revoke_voice_code", by=by, label=_("Code for residents revoked"), note=str(locked))
    return locked


def _revoke(code: VoiceCode, by: User) -> None:
    code.revoked_at, code.revoked_by = clock.now(), by
    code.save(update_fields=["revoked_at", "revoked_by"])


def _last_day(project: Project, activity: Activity | None):
    end = clock.localdate(activity.ends_at or activity.starts_at) if activity else project.ends_on
    return max(end or clock.today(), clock.today()) + GOOD_FOR
