"""What the group should look at before it asks for closure, and what its closing report starts from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.money import plain, yuan
from projects.figures import Figures, figures, progress, unit_of_progress
from projects.models import Activity, ClosingReport, Expense, Gift, Project, Report, VolunteerTime
from projects.models.activity import STANDING
from projects.spending import keeps_books, spent


@dataclass(frozen=True)
class OpenItem:
    """Something that is not finished: what, and where to go."""

    words: str
    url: str
    who: str = ""


def open_items(project: Project) -> list[OpenItem]:
    """Everything that is still open, each with where to settle it; a constant number of queries."""
    return [*_spending(project), *_work(project), *_decisions(project), *_money(project)]


def _counted(found: QuerySet[Any], say: Callable[[int], str], url: str, who: str) -> Iterator[OpenItem]:
    """One line for all of a kind; none when there are none."""
    if number := found.count():
        yield OpenItem(say(number) % {"n": number}, url, who)


def _clerk(project: Project) -> str:
    return _("clerk of %(funder)s") % {"funder": project.call.funder}


def _spending(project: Project) -> Iterator[OpenItem]:
    page, group, expenses = reverse("projects:spending", args=[project.pk]), str(project.applicant), project.expenses
    yield from _counted(
        expenses.filter(state=Expense.State.ENTERED),
        lambda n: ngettext("%(n)s payment is not handed in.", "%(n)s payments are not handed in.", n),
        page + "?state=entered",
        group,
    )
    yield from _counted(
        expenses.filter(state=Expense.State.RETURNED),
        lambda n: ngettext("%(n)s payment was sent back.", "%(n)s payments were sent back.", n),
        page + "?state=returned",
        group,
    )
    yield from _counted(
        expenses.waiting(),
        lambda n: ngettext("%(n)s payment waits for a decision.", "%(n)s payments wait for a decision.", n),
        page + "?state=handed_in",
        _clerk(project),
    )
    if not keeps_books(project):
        yield OpenItem(_("No payment is entered."), page, group)
    yield from _counted(
        project.monthly_reports.open(),
        lambda n: ngettext("%(n)s monthly report is not handed in.", "%(n)s monthly reports are not handed in.", n),
        reverse("projects:monthly_list", args=[project.pk]),
        group,
    )


def _work(project: Project) -> Iterator[OpenItem]:
    group, now = str(project.applicant), clock.now()
    plan = reverse("projects:work_plan", args=[project.pk])
    unrecorded = project.activities.filter(state__in=STANDING).exclude(state=Activity.State.RECORDED)
    yield from _counted(
        unrecorded.filter(starts_at__lt=now),
        lambda n: ngettext("%(n)s activity has no record.", "%(n)s activities have no record.", n),
        plan,
        group,
    )
    yield from _counted(
        unrecorded.filter(starts_at__gte=now),
        lambda n: ngettext("%(n)s activity is still to come.", "%(n)s activities are still to come.", n),
        plan,
        group,
    )
    yield from _counted(
        VolunteerTime.objects.waiting().filter(volunteer__project=project),
        lambda n: ngettext("%(n)s volunteer's time is not confirmed.", "%(n)s volunteers' times are not confirmed.", n),
        reverse("projects:volunteer_list", args=[project.pk]),
        group,
    )
    yield from _counted(
        project.milestones.filter(done_on=None),
        lambda n: ngettext("%(n)s milestone is not reached.", "%(n)s milestones are not reached.", n),
        plan,
        group,
    )
    yield from _counted(
        Report.objects.filter(project=project, accepted_at=None).exclude(kind=Report.Kind.CLOSING),
        lambda n: ngettext("%(n)s report is not accepted yet.", "%(n)s reports are not accepted yet.", n),
        project.get_absolute_url(),
        _clerk(project),
    )


def _decisions(project: Project) -> Iterator[OpenItem]:
    group, clerk = str(project.applicant), _clerk(project)
    for change in project.change_requests.open():
        words = _("A change is not decided: %(kind)s.") % {"kind": change.get_kind_display()}
        yield OpenItem(words, change.get_absolute_url(), group if change.is_writable else "")
    for warning in project.warnings.open():
        yield OpenItem(_("A warning is open."), warning.get_absolute_url(), clerk if warning.answer else group)
    for talk in project.talks.filter(outcome=""):
        yield OpenItem(_("A talk has no outcome yet."), talk.get_absolute_url(), clerk)
    if project.state in (Project.State.RECTIFYING, Project.State.MIDTERM):
        words = _("The midterm evaluation is not passed: “%(state)s”.") % {"state": project.get_state_display()}
        yield OpenItem(words, project.get_absolute_url())
    elif project.midterm_passed_on is None:
        yield OpenItem(_("There was no midterm evaluation."), project.get_absolute_url(), clerk)


def _money(project: Project) -> Iterator[OpenItem]:
    page = reverse("projects:project_money", args=[project.pk])
    clerk = _clerk(project)
    for tranche in project.tranches.filter(state="paid"):
        words = _("The receipt of instalment %(n)s is missing.") % {"n": tranche.ordinal}
        yield OpenItem(words, reverse("projects:tranche_step", args=[tranche.pk, "receipt"]), str(project.payee))
    yield from _counted(
        project.matching_proofs.filter(is_accepted__isnull=True),
        lambda n: ngettext("%(n)s proof of matching funds waits.", "%(n)s proofs of matching funds wait.", n),
        page,
        clerk,
    )
    yield from _counted(
        Gift.objects.waiting().filter(pledge__project=project),
        lambda n: ngettext("%(n)s gift waits to be confirmed.", "%(n)s gifts wait to be confirmed.", n),
        page,
        clerk,
    )
    if project.amount_paid and spent(project) < project.amount_paid:
        left = project.amount_paid - spent(project)
        words = _("%(left)s of %(paid)s yuan that were paid are not recognised as spent; they would have to come back.")
        yield OpenItem(words % {"left": yuan(left), "paid": yuan(project.amount_paid)}, page)


# -- What the closing report starts from --------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """One measurable goal at the end: planned, reached by the records, and what the group says otherwise."""

    key: str
    goal: str
    indicator: str
    unit: str
    planned: Decimal
    recorded: Decimal | None
    own: Decimal | None = None
    reason: str = ""

    @property
    def recorded_unit(self) -> str:
        """What the records count in: attendance where the goal is a number of persons."""
        return unit_of_progress(self.unit)

    @property
    def reached(self) -> Decimal | None:
        return self.own if self.own is not None else self.recorded

    @property
    def rate(self) -> int | None:
        """Whole percent of what was planned, rounded down: 99.9 is not yet reached."""
        if self.reached is None or not self.planned:
            return None
        return int(self.reached * 100 / self.planned)

    @property
    def is_reached(self) -> bool:
        return self.reached is not None and self.reached >= self.planned


def goals_of(project: Project, own: dict[str, dict[str, str]]) -> list[Reached]:
    """Every goal of the plan with what the records say, and the figure of the group where it differs."""
    recorded = progress(project)
    found = []
    for target in project.targets.all():
        said = own.get(target.key) or {}
        value = Decimal(said["value"]) if said.get("value") else None
        found.append(
            Reached(
                target.key, target.goal, target.indicator, target.unit, target.value, recorded.get(target.key), value,
                said.get("reason", ""),
            )
        )  # fmt: skip
    return found


def counted(project: Project) -> Figures:
    """What was counted from the first day to the last, or to today."""
    first = project.starts_on or clock.localdate(project.created_at)
    last = min(project.ends_on or clock.today(), clock.today())
    return figures(project, first, max(first, last))


def facts_of_closing(report: ClosingReport) -> dict[str, Any]:
    """What is kept of a closing report when it is handed in: as it was counted on that day."""
    project = report.project
    found = counted(project)
    names = (
        *("activities_planned", "activities_held", "activities_cancelled", "visits", "activity_visits"),
        *("service_visits", "persons", "first_timers", "volunteers", "reach"),
    )
    goals = [
        {
            "goal": one.goal,
            "indicator": one.indicator,
            "unit": one.unit,
            "recorded_unit": one.recorded_unit,
            "planned": plain(one.planned),
            "recorded": "" if one.recorded is None else plain(one.recorded),
            "own": "" if one.own is None else plain(one.own),
            "reason": one.reason,
            "rate": one.rate,
            "is_reached": one.is_reached,
        }
        for one in goals_of(project, report.own_figures)
    ]
    figures_said = {name: getattr(found, name) for name in names}
    figures_said |= {
        "volunteer_hours": plain(found.volunteer_hours),
        "since": str(found.since),
        "until": str(found.until),
    }
    return {"figures": figures_said, "goals": goals}
