"""What every warning and every talk goes through: with a project (`trouble`) or with an organisation as a whole
(`evaluations.actions.cautions`): the checks and what is written. Who is told, and the log, is said there.

Each is called inside a transaction with a row that is locked, after the permission was asked.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused
from people.models import User
from projects.models.warning import TalkShape, WarningShape


def refuse_if_over(answer_until: date) -> None:
    if answer_until < clock.today():
        raise Refused(_("The last day to answer has passed already."))


def answer_warning(warning: WarningShape, *, by: User, answer: str) -> None:
    """Whoever was warned answers once, late or not, until it is closed."""
    if warning.outcome:
        raise Refused(_("The funder has closed this warning already."))
    if warning.answer:
        raise Refused(_("It has been answered already."))
    if not answer.strip():
        raise Refused(_("Please write an answer."))
    warning.answer, warning.answered_by, warning.answered_at = answer.strip(), by, clock.now()
    warning.save()


def close_warning(warning: WarningShape, outcome: str, *, by: User, note: str) -> None:
    """It is lifted, or talked about: once, and with words."""
    if warning.outcome:
        raise Refused(_("The funder has closed this warning already."))
    if not note.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    warning.outcome, warning.closing_note = outcome, note.strip()
    warning.closed_by, warning.closed_at = by, clock.now()
    warning.save()


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


def close(talk: TalkShape, *, by: User, note: str) -> None:
    """What became of what was agreed: said once, after the talk was written down."""
    if not talk.is_recorded:
        raise Refused(_("The talk has not been written down yet."))
    if talk.outcome:
        raise Refused(_("It has been closed already."))
    talk.outcome, talk.closed_by, talk.closed_at = note.strip(), by, clock.now()
    talk.save()
