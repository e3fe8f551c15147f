"""What the records of a project already know about its indicators, so that no evaluator has to type it.

Nothing is counted here: figures come from `projects.figures`, spending from `projects.spending`, what a payment breaks
from `projects.expense_facts`, lateness from the monthly reports. A fact that cannot be said (nothing was promised,
nothing paid) is left out, and its line is filled in by hand. Shares are shown rounded; points go by the exact figure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.money import plain, round_half_up, yuan
from evaluations.satisfaction import satisfaction_of
from grants.models import FactKind
from projects.expense_facts import ExpenseBook
from projects.figures import Figures, figures, progress
from projects.models import Project
from projects.spending import ZERO, keeps_books, last_account, spent

OUTSIDE_THE_PLAN = {"early", "unplanned", "line"}
"""Findings of `projects.expense_rules` by which money was spent before, or without, an approved change (未批先变)."""


@dataclass(frozen=True)
class Fact:
    """One figure of the records: its value, how it came about in words, and where that can be looked up.

    `value` is what is shown, and may be rounded; `exact` is what points are given by, where the two differ."""

    value: Decimal
    words: str
    source_url: str
    exact: Fraction | None = None

    @property
    def figure(self) -> Fraction:
        """What a band or a number of units is compared with: 89.996 percent is shown as 90.00 and does not reach 90."""
        return Fraction(self.value) if self.exact is None else self.exact

    @property
    def kept(self) -> dict[str, str]:
        """As it is frozen on a sheet."""
        return {"value": plain(self.value), "words": self.words, "source_url": self.source_url}


Known = Fact | None


@dataclass(frozen=True)
class _Records:
    """Read once for all facts."""

    project: Project
    until: date
    figures: Figures

    def url(self, name: str) -> str:
        return reverse(f"projects:{name}", args=[self.project.pk])

    def share(self, part: Decimal | int, whole: Decimal | int | None, words: str, page: str) -> Known:
        """So many percent; `words` name part and whole."""
        if not whole:
            return None
        rate = Fraction(part) * 100 / Fraction(whole)
        shown = round_half_up(Decimal(part) * 100 / Decimal(whole))
        return Fact(shown, words % {"rate": plain(shown)}, self.url(page), rate)


def facts_of(project: Project, until: date | None = None) -> dict[str, Fact]:
    """Everything that is known by the end of that day (today), by `FactKind`; a constant number of queries."""
    last = until or clock.today()
    since = project.starts_on or clock.localdate(project.created_at)
    prefetch_related_objects(
        [project], "plan_steps", "targets", "monthly_reports", "expenses", "reports", "other_communities"
    )
    records = _Records(project, last, figures(project, min(since, last), last))
    found = {kind: read(records) for kind, read in READERS.items()}
    return {str(kind): fact for kind, fact in found.items() if fact is not None}


def _persons(records: _Records) -> Known:
    reached, promised = records.figures.persons, records.project.beneficiaries
    said = _("%(n)s different persons known by name, of %(promised)s promised: ") % {"n": reached, "promised": promised}
    return records.share(reached, promised, said + "%(rate)s%%", "work_plan")


def _visits(records: _Records) -> Known:
    planned = sum(step.visits or 0 for step in records.project.plan_steps.all())
    said = _("%(n)s visits of %(planned)s planned: ") % {"n": records.figures.visits, "planned": planned}
    return records.share(records.figures.visits, planned, said + "%(rate)s%%", "work_plan")


def _activities(records: _Records) -> Known:
    held, planned = records.figures.activities_held, records.figures.activities_planned
    said = _("%(n)s activities held of %(planned)s planned until then: ") % {"n": held, "planned": planned}
    return records.share(held, planned, said + "%(rate)s%%", "work_plan")


def _targets(records: _Records) -> Known:
    """The mean of what is reached of each goal that activities count for, none counted above 100 percent."""
    reached = progress(records.project, records.until)
    rates = [
        min(Fraction(100), Fraction(reached[target.key]) * 100 / Fraction(target.value))
        for target in records.project.targets.all()
        if target.value and target.key in reached
    ]
    if not rates:
        return None
    mean = sum(rates, Fraction(0)) / len(rates)
    shown = round_half_up(Decimal(mean.numerator) / Decimal(mean.denominator))
    words = {"n": len(rates), "all": len(records.project.targets.all()), "rate": plain(shown)}
    said = (
        _(
            "%(n)s of %(all)s goals are counted from activity records, everybody each time they came: "
            "on average reached to %(rate)s%%"
        )
        % words
    )
    return Fact(shown, said, records.url("work_plan"), mean)


def _is_accounted(project: Project) -> bool:
    """Somebody has said what was spent."""
    return keeps_books(project) or last_account(project) is not None


def _execution(records: _Records) -> Known:
    project = records.project
    if not _is_accounted(project):
        return None
    used = spent(project, records.until)
    words = {"spent": yuan(used), "award": yuan(project.amount_awarded or ZERO)}
    said = _("%(spent)s yuan recognised of %(award)s yuan granted: ") % words
    return records.share(used, project.amount_awarded, said + "%(rate)s%%", "spending")


def _spent_of_paid(records: _Records) -> Known:
    project = records.project
    if not _is_accounted(project):
        return None
    used = spent(project, records.until)
    said = _("%(spent)s yuan recognised of %(paid)s yuan paid out: ") % {
        "spent": yuan(used),
        "paid": yuan(project.amount_paid),
    }
    return records.share(used, project.amount_paid, said + "%(rate)s%%", "spending")


def _recognised(records: _Records) -> Known:
    decided = [
        one
        for one in records.project.expenses.all()
        if one.is_granted and one.is_decided and one.spent_on <= records.until
    ]
    whole = sum((one.amount for one in decided), ZERO)
    part = sum((one.recognised for one in decided), ZERO)
    words = {"n": len(decided), "part": yuan(part), "whole": yuan(whole)}
    said = _("%(part)s of %(whole)s yuan recognised in %(n)s payments: ") % words
    return records.share(part, whole, said + "%(rate)s%%", "spending")


def _late_days(records: _Records) -> Known:
    due = [report for report in records.project.monthly_reports.all() if report.due_on <= records.until]
    days = []
    for report in due:
        done = clock.localdate(report.handed_in_at) if report.handed_in_at else records.until
        days.append(max(0, (min(done, records.until) - report.due_on).days))
    late = [n for n in days if n]
    words = {"all": len(due), "n": len(late), "days": sum(late)}
    said = _("%(n)s of %(all)s monthly reports late, %(days)s days in all") % words
    return Fact(Decimal(sum(late)), said, records.url("monthly_list")) if due else None


def _unapproved(records: _Records) -> Known:
    if not keeps_books(records.project):
        return None
    book = ExpenseBook(records.project)
    claimed = [one for one in book.expenses if not one.is_editable and one.spent_on <= records.until]
    found = book.findings(claimed)
    outside = [one for one in claimed if any(finding.kind in OUTSIDE_THE_PLAN for finding in found[one.pk])]
    words = {"n": len(outside), "all": len(claimed)}
    said = _("%(n)s of %(all)s payments were spent before or without an approved change of the plan") % words
    return Fact(Decimal(len(outside)), said, records.url("spending"))


def _volunteers(records: _Records) -> Known:
    people = records.figures.volunteers
    said = _("%(n)s volunteers with confirmed time") % {"n": people}
    return Fact(Decimal(people), said, records.url("volunteer_list"))


def _volunteer_hours(records: _Records) -> Known:
    hours = records.figures.volunteer_hours
    words = {"hours": plain(hours), "n": records.figures.volunteers}
    return Fact(hours, _("%(hours)s confirmed hours of %(n)s volunteers") % words, records.url("volunteer_list"))


def _satisfaction(records: _Records) -> Known:
    """What residents say, where enough of them have said something (field guide 2.11: below 30 there is no grade)."""
    found = satisfaction_of(records.project, until=records.until)
    if not found.is_enough or found.share is None:
        return None
    words = {"n": found.n, "share": plain(found.share), "low": plain(found.low), "high": plain(found.high)}
    said = _("%(share)s%% of %(n)s answers are satisfied (95%% interval %(low)s–%(high)s%%)") % words
    return Fact(found.share, said, reverse("evaluations:voice_overview", args=[records.project.pk]), found.exact)


READERS: dict[Any, Callable[[_Records], Known]] = {
    FactKind.PERSONS: _persons,
    FactKind.VISITS: _visits,
    FactKind.ACTIVITIES: _activities,
    FactKind.TARGETS: _targets,
    FactKind.EXECUTION: _execution,
    FactKind.SPENT_OF_PAID: _spent_of_paid,
    FactKind.RECOGNISED: _recognised,
    FactKind.SATISFACTION: _satisfaction,
    FactKind.LATE_DAYS: _late_days,
    FactKind.UNAPPROVED: _unapproved,
    FactKind.VOLUNTEERS: _volunteers,
    FactKind.VOLUNTEER_HOURS: _volunteer_hours,
}
