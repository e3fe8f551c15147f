"""The plan against which money is spent: the only place that knows where its lines come from.

Today these are the budget lines of the proposal, less what the pre-check cut. Once approved changes make versions of
the plan, `amount_on` says what held on the day of a payment; everything that asks about spending asks here.
"""

from datetime import date
from decimal import Decimal
from functools import cached_property

from projects.models import BudgetLine, Project
from projects.spending_account import PlanLine


class SpendingPlan:
    """The lines of one project's plan, as agreed first and as they hold now."""

    def __init__(self, project: Project):
        self.project = project

    @cached_property
    def lines(self) -> list[PlanLine]:
        """Every line that money is spent on; what is given in kind is no payment."""
        return [
            PlanLine(
                key=line.key,
                category=line.category,
                item=line.item,
                source=line.source,
                rank=line.rank,
                original=line.accepted,
                amount=line.accepted,
            )
            for line in self.project.budget_lines.all()
            if line.source != BudgetLine.Source.IN_KIND
        ]

    @cached_property
    def by_key(self) -> dict[str, PlanLine]:
        return {line.key: line for line in self.lines}

    def amount_on(self, key: str, day: date) -> Decimal | None:
        """What the line held on that day, in yuan; None when it was not in the plan."""
        line = self.by_key.get(key)
        return line.amount if line else None
