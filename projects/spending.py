"""What a project has spent of its grant: the only place that says so."""

from decimal import Decimal
from typing import Any


def last_account(project: Any) -> Any:
    """The latest accepted report, which says what was spent so far; None before there is one."""
    accepted = [report for report in project.reports.all() if report.accepted_at is not None]
    return max(accepted, key=lambda report: (report.submitted_at, report.pk), default=None)


def spent(project: Any) -> Decimal:
    """Yuan of this grant spent so far, as the funder has accepted it."""
    report = last_account(project)
    return report.spent if report is not None else Decimal("0.00")
