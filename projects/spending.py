"""What a project has spent of its grant: the only place that says so."""

from datetime import date
from decimal import Decimal
from typing import Any

ZERO = Decimal("0.00")
AT_THE_END = {"final", "settling", "terminated"}


def last_account(project: Any) -> Any:
    """The latest accepted report, which says what was spent so far; None before there is one."""
    accepted = [report for report in project.reports.all() if report.accepted_at is not None]
    return max(accepted, key=lambda report: (report.submitted_at, report.pk), default=None)


def keeps_books(project: Any) -> bool:
    """Whether its payments are entered one by one: then they count, and no figure is typed."""
    return bool(project.expenses.all())


def accepted_whole(project: Any) -> bool:
    """Whether the last account was accepted as one figure and nothing but the settlement is left: a payment that is
    entered now would begin the books, and nothing of what was accepted would count any more."""
    return project.state in AT_THE_END and not keeps_books(project) and last_account(project) is not None


def spent(project: Any, until: date | None = None) -> Decimal:
    """Yuan of this grant spent so far (or up to a day), as the funder has recognised it; without payments, as it
    accepted a report.

    Whoever asks about many projects reads `expenses` and `reports` with them.
    """
    if keeps_books(project):
        granted = (one for one in project.expenses.all() if one.is_granted)
        return sum((one.recognised for one in granted if until is None or one.spent_on <= until), ZERO)
    report = last_account(project)
    return report.spent if report is not None else ZERO


def claimed(project: Any) -> Decimal:
    """Yuan of this grant that the group says are gone: what nobody has decided on counts whole.

    This is how the work goes on, not what the funder owes: for mentors, never for a payment.
    """
    if not keeps_books(project):
        return spent(project)
    granted = (one for one in project.expenses.all() if one.is_granted)
    return sum((one.recognised if one.is_decided else one.amount for one in granted), ZERO)
