"""How the prices of a proposal stand among those of all others: for whoever checks or judges, never for the group."""

from collections.abc import Iterable

from projects.models import BudgetLine, Project
from projects.peers import PeerPrice, compare

MOST = 2_000
"""So many of the newest lines are looked at: prices of last year say more than those of ten years ago."""


def peer_prices(project: Project, lines: Iterable[BudgetLine]) -> dict[str, PeerPrice]:
    """By the key of a line: its price among like items of other applicants, in any call and year, the newest `MOST` of
    the same categories and units. Names nobody."""
    lines = list(lines)
    others = (
        BudgetLine.objects.filter(
            project__submitted_at__isnull=False,
            category__in={line.category for line in lines},
            unit__in={line.unit for line in lines},
        )
        .exclude(project__applicant=project.applicant_id)
        .only("category", "unit", "item", "unit_price")
        .order_by("-pk")[:MOST]
    )
    return {price.line.key: price for price in compare(lines, others)}
