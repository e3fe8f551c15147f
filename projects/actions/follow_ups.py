"""After the end: groups are asked 6, 12 and 24 months later whether they go on; mentors and clerks call the silent."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import write_to
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.follow_up_link import new_code
from projects.models import FollowUp, Project, State
from projects.models.follow_up import ANSWER_WITHIN, new_key

CATCH_UP = timedelta(days=60)
"""A date that passed longer ago is not asked about any more: the next one is."""
REMIND_AFTER = (timedelta(days=10), timedelta(days=20))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def follow_up_by_clock() -> int:
    """What happens by the clock: ask what is due, remind who has not answered. Says how many were asked or reminded."""
    return _ask_what_is_due() + _remind()


def _ask_what_is_due() -> int:
    today, asked = clock.today(), 0
    oldest = months_after(today, -FollowUp.Months.TWO_YEARS) - CATCH_UP
    completed = Project.objects.filter(state=State.COMPLETED, state_since__date__gte=oldest)
    for project in completed.select_related("call", "applicant").prefetch_related("follow_ups"):
        there = {one.months for one in project.follow_ups.all()}
        for months in FollowUp.Months.values:
            due_on = months_after(clock.localdate(project.state_since), months)
            if months not in there and today - CATCH_UP <= due_on <= today:
                _ask(project, months, due_on)
                asked += 1
    return asked


@transaction.atomic
def _ask(project: Project, months: int, due_on: date) -> None:
    """The days for the answer begin when it is asked, also when the clock was late."""
    found, made = FollowUp.objects.get_or_create(
        project=project, months=months, defaults={"due_on": due_on, "answer_until": clock.today() + ANSWER_WITHIN}
    )
    if made:
        _send(found)
        record(project, "ask_follow_up", by=None, label=_("Asked how it goes on: %(when)s") % _when(found))


def _when(asked: FollowUp) -> dict[str, Any]:
    return {"when": asked.get_months_display(), "day": asked.answer_until}


def path_of(asked: FollowUp) -> str:
    return reverse("projects:follow_up_answer", args=[new_code(asked)])


def _send(asked: FollowUp) -> None:
    """By mail to the group's own address, and to the people of the group that have an account."""
    project, path = asked.project, path_of(asked)
    subject = _("how does it go on? Please answer by %(day)s") % _when(asked)
    tell_group(project, subject, url=path)
    if project.applicant.email:
        text = _(
            "Your project “%(project)s” ended some time ago (%(when)s). Do you still carry it on? Five short "
            "questions, without an account, until %(day)s:\n\n%(link)s"
        )
        said = text % (_when(asked) | {"project": project.title, "link": settings.SITE_URL + path})
        write_to(project.applicant.email, subject=f"{project.title}：{subject}", text=said)


def _remind() -> int:
    """Twice; on the day after the last one mentor and clerk are asked to call."""
    today, done = clock.today(), 0
    silent = FollowUp.objects.open().select_related("project__call", "project__applicant")
    for asked in silent.filter(reminders__lt=len(REMIND_AFTER), answer_until__gte=today):
        assert asked.answer_until is not None  # it was asked
        begun = asked.answer_until - ANSWER_WITHIN
        if today >= begun + REMIND_AFTER[asked.reminders]:
            _send(asked)
            FollowUp.objects.filter(pk=asked.pk).update(reminders=asked.reminders + 1)
            done += 1
    for asked in silent.filter(reminders=len(REMIND_AFTER), answer_until__lt=today):
        subject = _("has not answered how it goes on: please call or visit")
        tell_mentors(asked.project, subject)
        tell_funder(asked.project, subject)
        FollowUp.objects.filter(pk=asked.pk).update(reminders=asked.reminders + 1)
        done += 1
    return done


@transaction.atomic
def answer_by_link(asked: FollowUp, *, values: dict[str, Any]) -> FollowUp:
    """The group answers, once; mentor and funder are told when it has stopped or needs something."""
    locked = _locked(asked)
    if not locked.link_is_open:
        raise Refused(_("This link has been used already, or is too old."))
    _fill(locked, values | {"how": FollowUp.How.LINK, "seen_on": clock.today()})
    record(locked.project, "answer_follow_up", by=None, label=_answered(locked))
    if not locked.still_active or locked.needs:
        tell_mentors(locked.project, _answered(locked), body=locked.needs or locked.note)
        tell_funder(locked.project, _answered(locked), body=locked.needs or locked.note)
    return locked


@transaction.atomic
def write_down(asked: FollowUp, *, by: User, values: dict[str, Any]) -> FollowUp:
    """Mentor or clerk has called or visited the group that was asked."""
    permit("projects.follow_up", by, asked.project)
    locked = _locked(asked)
    if locked.is_answered:
        raise Refused(_("This has been answered already."))
    _check_by_somebody(locked.project, values)
    _fill(locked, values | {"by": by})
    record(locked.project, "answer_follow_up", by=by, label=_answered(locked))
    return locked


@transaction.atomic
def look_back(project: Project, *, by: User, values: dict[str, Any]) -> FollowUp:
    """Write down a look back at another time."""
    permit("projects.follow_up", by, project)
    _check_by_somebody(project, values)
    seen = FollowUp(project=project)
    _fill(seen, values | {"by": by})
    record(project, "answer_follow_up", by=by, label=_answered(seen))
    return seen


@transaction.atomic
def send_again(asked: FollowUp, *, by: User) -> FollowUp:
    """A new link; the old one ends. From now on the group has its whole time again."""
    permit("projects.follow_up", by, asked.project)
    locked = _locked(asked)
    if locked.is_answered:
        raise Refused(_("This has been answered already."))
    locked.key, locked.reminders = new_key(), 0
    locked.answer_until = clock.today() + ANSWER_WITHIN
    locked.due_on = max(locked.due_on or clock.today(), clock.today() - ANSWER_WITHIN)
    locked.save()
    _send(locked)
    record(locked.project, "ask_follow_up", by=by, label=_("Asked how it goes on: %(when)s") % _when(locked))
    return locked


def _locked(asked: FollowUp) -> FollowUp:
    related = ("project__call", "project__applicant")
    return FollowUp.objects.select_for_update(of=("self",)).select_related(*related).get(pk=asked.pk)


def _check_by_somebody(project: Project, values: dict[str, Any]) -> None:
    if values.get("how") not in (FollowUp.How.PHONE, FollowUp.How.VISIT):
        raise Refused(_("Say whether it was by phone or at a visit."))
    if values["seen_on"] > clock.today():
        raise Refused(_("This day has not come yet."))
    if values["seen_on"] < clock.localdate(project.state_since):
        raise Refused(_("On this day the project was not completed yet."))


def _fill(asked: FollowUp, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(asked, name, value)
    asked.still_active = asked.form != FollowUp.Form.STOPPED
    asked.save()


def _answered(asked: FollowUp) -> str:
    return _("Looked back: %(form)s") % {"form": asked.get_form_display()}
