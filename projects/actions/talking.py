"""What every warning and every talk goes through, to a project (`trouble`) or to an organisation as a whole
(`evaluations.actions.cautions`): the checks and what is written. Who is told, and the log, is said there.

Each is called inside a transaction with a row that is locked, after the permission was asked.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused
from people.models import User
from projects.models.warning import TalkShape


def refuse_unless_ahead(planned_at: datetime) -> None:
    if planned_at <= clock.now():
        raise Refused(_("The talk must lie ahead."))


def move(talk: TalkShape, *, planned_at: datetime, place: str) -> None:
    """Another time or place, before it has taken place."""
    if talk.is_recorded:
        raise Refused(_("The talk has taken place already."))
    refuse_unless_ahead(planned_at)
    talk.planned_at, talk.place = planned_at, place
    talk.save()


def invitation(talk: TalkShape) -> str:
    """When, where and why, for whoever is called."""
    when = f"{timezone.localtime(talk.planned_at):%Y-%m-%d %H:%M}"
    return "\n".join([_("%(when)s, %(place)s") % {"when": when, "place": talk.place}, talk.reason])


def write_down(
    talk: TalkShape, *, by: User, present: str, said: str, agreed: str = "", agreed_until: date | None = None
) -> None:
    """What was said and agreed; until it is confirmed it can be mended."""
    if talk.planned_at > clock.now():
        raise Refused(_("A talk can be written down after it has begun."))
    if talk.confirmed_at:
        raise Refused(_("The group has confirmed the record: it can no longer change."))
    if bool(agreed.strip()) != (agreed_until is not None):
        raise Refused(_("What is to be done needs a last day, and a last day something to be done."))
    if agreed_until is not None and agreed_until < timezone.localtime(talk.planned_at).date():
        raise Refused(_("What is to be done cannot be due before the talk: please look at the last day."))
    talk.present, talk.said, talk.agreed = present.strip(), said.strip(), agreed.strip()
    talk.agreed_until, talk.recorded_by, talk.recorded_at = agreed_until, by, clock.now()
    talk.save()


def confirm(talk: TalkShape, *, by: User, remark: str) -> None:
    """The record is confirmed once, with a remark where it is seen otherwise."""
    if not talk.is_recorded:
        raise Refused(_("The talk has not been written down yet."))
    if talk.confirmed_at:
        raise Refused(_("The record has been confirmed already."))
    talk.remark, talk.confirmed_by, talk.confirmed_at = remark.strip(), by, clock.now()
    talk.save()
