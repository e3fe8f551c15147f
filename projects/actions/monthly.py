"""The monthly report: made by itself on the 1st, its figures follow the records, the group adds its words."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.models import Duty
from core.notifications import notify, write_to
from core.workflow import Refused, permit, record
from people.models import Role, User
from projects.actions.messages import holders, tell_funder
from projects.models import MonthlyRemark, MonthlyReport, Project, State
from projects.roll_up import rolled_up
from projects.rules import belongs_to_group, is_mentor

REPORTING = (State.RUNNING, State.SUSPENDED, State.MIDTERM, State.RECTIFYING, State.CLOSING)
DUTY = "monthly reports"


def make_monthly_reports() -> int:
    """Once a day: make the reports of the month before that are not there yet, and renew the figures of those that
    nobody has handed in. Says how many were made; asked again on the same day it does nothing."""
    today = clock.today()
    duty, _made = Duty.objects.get_or_create(name=DUTY)
    if duty.done_on == today:
        return 0
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    made = make_month(month)
    for report in MonthlyReport.objects.open().select_related("project"):
        renew(report)
    Duty.objects.filter(name=DUTY).update(done_on=today)
    return made


def make_month(month: date) -> int:
    """The reports of one month, for every project that was at work in it; those that are there stay as they are."""
    after = (month + timedelta(days=31)).replace(day=1)
    projects = Project.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lt=after),
        Q(ends_on__isnull=True) | Q(ends_on__gte=month),
        state__in=REPORTING,
        agreement__funder_signed_at__isnull=False,
    ).exclude(monthly_reports__month=month)
    signed = [p for p in projects.select_related("call", "agreement", "community") if _signed_before(p, after)]
    return sum(_make(project, month, after) for project in signed)


def _signed_before(project: Project, day: date) -> bool:
    signed = (project.agreement.group_signed_at, project.agreement.funder_signed_at)
    return all(moment is not None and clock.localdate(moment) < day for moment in signed)


@transaction.atomic
def _make(project: Project, month: date, after: date) -> int:
    due_on = after.replace(day=project.call.monthly_due_day)
    report, is_new = MonthlyReport.objects.get_or_create(project=project, month=month, defaults={"due_on": due_on})
    if not is_new:
        return 0
    renew(report)
    said = _("the report of %(month)s has been made: add your words and hand it in by %(day)s")
    words = {"month": f"{month:%Y-%m}", "day": due_on}
    notify(
        holders(project.applicant_id, Role.MANAGER, Role.STAFF),
        subject=_("“%(project)s”: %(subject)s") % {"project": project.title, "subject": said % words},
        url=report.get_absolute_url(),
        key=f"monthly-{report.pk}",
    )
    return 1


def renew(report: MonthlyReport) -> MonthlyReport:
    """The figures as the records have them now; a report that is handed in keeps its own."""
    if not report.is_handed_in:
        figures = rolled_up(report.project, report.month, report.last_day)
        if MonthlyReport.objects.open().filter(pk=report.pk).update(**figures):
            for name, value in figures.items():
                setattr(report, name, value)
    return report


@transaction.atomic
def save_words(report: MonthlyReport, *, by: User, values: dict[str, Any]) -> MonthlyReport:
    """Keep the group's words; the report stays open."""
    locked = _open(report, by)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save()
    return locked


@transaction.atomic
def hand_in(report: MonthlyReport, *, by: User, values: dict[str, Any]) -> MonthlyReport:
    """The figures stand from now on. The mentors are told, and every community of the project that has an e-mail gets
    the link under which it reads the report and can answer."""
    locked = save_words(report, by=by, values=values)
    renew(locked)
    locked.handed_in_by, locked.handed_in_at = by, clock.now()
    locked.save()
    project, month = locked.project, f"{locked.month:%Y-%m}"
    record(project, "hand_in_monthly", by=by, label=_("Monthly report of %(month)s") % {"month": month})
    subject = _("“%(project)s”: the report of %(month)s has come in") % {"project": project.title, "month": month}
    notify([one.person for one in project.mentors], subject=subject, url=locked.get_absolute_url())
    text = _("%(group)s reports on its project “%(project)s” in your community. Read it and answer here:\n%(link)s")
    link = link_for_community(locked)
    said = text % {"group": project.applicant, "project": project.title, "link": link}
    for email in sorted(_community_mails(project)):
        write_to(email, subject=subject, text=said)
    report.refresh_from_db()
    return locked


def _community_mails(project: Project) -> set[str]:
    places = [project.community, *project.other_communities.all()]
    return {place.email for place in places if place is not None and place.email}


def link_for_community(report: MonthlyReport) -> str:
    """The whole address where it is known, otherwise the path."""
    return settings.SITE_URL + reverse("projects:monthly_read", args=[report.token])


def _open(report: MonthlyReport, by: User) -> MonthlyReport:
    found = MonthlyReport.objects.select_for_update(of=("self",)).select_related("project__call", "project__community")
    locked = found.get(pk=report.pk)
    permit("projects.write_monthly", by, locked)
    if locked.is_handed_in:
        raise Refused(_("This report has been handed in already. What is to be added is said as a remark."))
    return locked


@transaction.atomic
def remark(report: MonthlyReport, *, by: User, text: str) -> MonthlyRemark:
    """Mentor, clerk or group say something to a report that is handed in; the others are told."""
    permit("projects.remark_on_monthly", by, report)
    if not report.is_handed_in:
        raise Refused(_("A remark can be made once the report is handed in."))
    project, part = report.project, MonthlyRemark.Part
    who = part.GROUP if belongs_to_group(by, project) else part.MENTOR if is_mentor(by, project) else part.FUNDER
    made = MonthlyRemark.objects.create(report=report, part=who, by=by, text=text)
    people = holders(project.applicant_id, Role.MANAGER, Role.STAFF) + [one.person for one in project.mentors]
    _tell_of(report, made, [person for person in people if person != by])
    return made


@transaction.atomic
def remark_of_community(report: MonthlyReport, *, name: str, text: str) -> MonthlyRemark:
    """The community answers by its link; group, mentor and clerk read it."""
    part = MonthlyRemark.Part.COMMUNITY
    made = MonthlyRemark.objects.create(report=report, part=part, name=name, text=text)
    project = report.project
    people = holders(project.applicant_id, Role.MANAGER, Role.STAFF) + [one.person for one in project.mentors]
    _tell_of(report, made, people)
    tell_funder(project, _("the community says something to the monthly report"), body=text)
    return made


def _tell_of(report: MonthlyReport, made: MonthlyRemark, people: list[User]) -> None:
    subject = _("“%(project)s”: a remark on the report of %(month)s") % {
        "project": report.project.title,
        "month": f"{report.month:%Y-%m}",
    }
    notify(people, subject=subject, body=f"{made.said_by}：{made.text}", url=report.get_absolute_url())


def note_reading(report: MonthlyReport) -> None:
    """The community has opened its link for the first time."""
    MonthlyReport.objects.filter(pk=report.pk, read_at__isnull=True).update(read_at=clock.now())
