"""How the prices of a proposal stand among those of all others: for whoever checks or judges, never for the group."""

from collections.abc import Iterable

from projects.models import BudgetLine, Project
from projects.peers import PeerPrice, compare


def peer_prices(project: Project, lines: Iterable[BudgetLine]) -> dict[str, PeerPrice]:
    """By the key of a line: its price among like items of other applicants, in any call and year. Names nobody."""
    lines = list(lines)
    others = BudgetLine.objects.filter(
        project__submitted_at__isnull=False, category__in={line.category for line in lines}
    ).exclude(project__applicant=project.applicant)
    return {price.line.key: price for price in compare(lines, others)}
