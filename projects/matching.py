"""What a project brings besides the grant (配套): promised in its budget, proven by papers that a clerk confirmed."""

from decimal import Decimal
from typing import Any

ZERO = Decimal("0.00")


def promised(project: Any) -> Decimal:
    """Yuan that the budget says others pay: own money, donations, contributions in kind with their value."""
    return sum((line.amount for line in project.budget_lines.all() if line.source != line.Source.GRANT), ZERO)


def proven(project: Any) -> Decimal:
    """Yuan that have come in, as far as a clerk has confirmed the proof."""
    return sum((proof.amount for proof in project.matching_proofs.all() if proof.is_confirmed), ZERO)
