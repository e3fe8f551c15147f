"""Tables that go in and out: proposals with their budgets, and rosters."""

from projects.resources.proposals import BudgetResource, ProposalResource
from projects.resources.roster import RosterResource

__all__ = ["BudgetResource", "ProposalResource", "RosterResource"]
