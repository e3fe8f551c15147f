"""The plan against which money is spent: the only place that knows where its lines come from.

Since the award these are the versions of the plan: the newest says what a line holds now, the one in force on the day
of a payment what it held then. Before an award there is no version, and the budget of the proposal speaks for itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from projects.models import BudgetLine, PlanVersion, Project
from projects.spending_account import PlanLine

ZERO = Decimal("0.00")


class SpendingPlan:
    """The lines of one project's plan, as agreed first, as they hold now, and as they held on any day."""

    def __init__(self, project: Project):
        self.project = project

    @cached_property
    def versions(self) -> list[PlanVersion]:
        """Oldest first. What people read in them is long and not asked for here."""
        return list(self.project.plan_versions.defer("content").order_by("ordinal"))

    @cached_property
    def lines(self) -> list[PlanLine]:
        """Every line that money is spent on, in the order of the plan now; then, at zero, those that were dropped.

        What is given in kind is no payment.
        """
        now = self._now()
        agreed = [version for version in self.versions if version.kind in PlanVersion.AGREED_FIRST]
        original = _amounts(agreed[-1].lines) if agreed else {line.key: line.amount for line in now}
        known = {line.key for line in now}
        dropped = {
            row["key"]: _line(row, ZERO)
            for version in self.versions
            for row in version.lines
            if _is_paid(row) and row["key"] not in known
        }
        return [replace(line, original=original.get(line.key, ZERO)) for line in [*now, *dropped.values()]]

    def _now(self) -> list[PlanLine]:
        if self.versions:
            return [_line(row, row["amount"]) for row in self.versions[-1].lines if _is_paid(row)]
        return [
            PlanLine(line.key, line.category, line.item, line.source, line.rank, amount=line.accepted)
            for line in self.project.budget_lines.all()
            if line.source != BudgetLine.Source.IN_KIND
        ]

    @cached_property
    def by_key(self) -> dict[str, PlanLine]:
        return {line.key: line for line in self.lines}

    def version_on(self, day: date) -> PlanVersion | None:
        """The plan by which the project ran on that day; the first for a day before it, None before an award."""
        held = [version for version in self.versions if version.valid_from <= day] or self.versions[:1]
        return held[-1] if held else None

    def amount_on(self, key: str, day: date) -> Decimal | None:
        """What the line held on that day, in yuan; None when it was not in the plan."""
        version = self.version_on(day)
        if version is None:
            line = self.by_key.get(key)
            return line.amount if line else None
        return self._amounts_of[version.pk].get(key)

    def later(self, key: str, day: date) -> Iterator[tuple[date, Decimal]]:
        """From which later days on the plan was another, and what the line held then; days without the line are left
        out."""
        for version in self.versions:
            if version.valid_from > day and key in self._amounts_of[version.pk]:
                yield version.valid_from, self._amounts_of[version.pk][key]

    @cached_property
    def _amounts_of(self) -> dict[int, dict[str, Decimal]]:
        return {version.pk: _amounts(version.lines) for version in self.versions}


def _is_paid(row: Mapping[str, Any]) -> bool:
    return row["source"] != BudgetLine.Source.IN_KIND


def _line(row: Mapping[str, Any], amount: Decimal) -> PlanLine:
    return PlanLine(row["key"], row["category"], row["item"], row["source"], row.get("rank", ""), amount=amount)


def _amounts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    return {row["key"]: row["amount"] for row in rows if _is_paid(row)}
