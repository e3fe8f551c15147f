"""What a project brings besides the grant (配套): promised in its budget, proven by confirmed papers and gifts.

A proof that the group handed in and a gift that came of a pledge can be of the same thing; then the gift names the
proof, and the two count once: the larger of what the proof says and what came by the gifts that name it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from projects.grant_share import Share

ZERO = Decimal("0.00")
PARTS = ("budget_lines", "matching_proofs", "pledges__giver", "pledges__gifts")
"""What is read with a project, and what is asked of it here needs nothing else."""


@dataclass(frozen=True)
class Sum:
    """Yuan in money, and yuan of what is given in kind."""

    money: Decimal = ZERO
    in_kind: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.money + self.in_kind


def promised_by_kind(project: Any) -> Sum:
    """What the budget says others pay: own money and donations; contributions in kind with their value."""
    lines = [line for line in project.budget_lines.all() if line.source != line.Source.GRANT]
    return _sum((line.amount, line.source == line.Source.IN_KIND) for line in lines)


def promised(project: Any) -> Decimal:
    """Yuan that the budget says others pay."""
    return promised_by_kind(project).total


def proven_by_source(project: Any) -> dict[str, Decimal]:
    """Yuan that have come in, as far as a second person has confirmed it, nothing twice: own, donated, in kind."""
    shared: dict[int, Decimal] = {}
    proofs = {proof.pk: proof for proof in project.matching_proofs.all() if proof.is_confirmed}
    found = {"own": ZERO, "donated": ZERO, "in_kind": ZERO}
    for gift, in_kind in (pair for pledge in project.pledges.all() for pair in _confirmed(pledge)):
        if gift.proof_id in proofs:
            shared[gift.proof_id] = shared.get(gift.proof_id, ZERO) + gift.value
        found["in_kind" if in_kind else "donated"] += gift.value
    for proof in proofs.values():
        source = {proof.Kind.OWN: "own", proof.Kind.IN_KIND: "in_kind"}.get(proof.kind, "donated")
        found[source] += max(proof.amount - shared.get(proof.pk, ZERO), ZERO)
    return found


def proven_by_kind(project: Any) -> Sum:
    """The same as money, and as what is given in kind."""
    found = proven_by_source(project)
    return Sum(found["own"] + found["donated"], found["in_kind"])


def proven(project: Any) -> Decimal:
    """Yuan that have come in, as far as a clerk has confirmed it."""
    return proven_by_kind(project).total


def awaited(project: Any) -> Sum:
    """What accepted pledges have still to bring, in yuan."""
    return _sum((pledge.left_value, not pledge.is_money) for pledge in project.pledges.all())


def lacking(project: Any) -> Sum:
    """What the budget promises of others and is neither proven nor pledged (尚缺)."""
    wanted, here, coming = promised_by_kind(project), proven_by_kind(project), awaited(project)
    return Sum(
        max(wanted.money - here.money - coming.money, ZERO), max(wanted.in_kind - here.in_kind - coming.in_kind, ZERO)
    )


LACKING_MOST = "giving:"
"""The key of `core.lately` under which all of them are kept that are open to givers, with nothing chosen."""


def lacking_most(projects: Any, kind: str = "") -> list[int]:
    """The numbers of these projects, those that lack most first; `kind`: only those that lack "money", things or time
    ("in_kind"), or "any" of it. Each has to be worked out."""
    found = [(project, lacking(project)) for project in projects.prefetch_related(*PARTS)]
    if kind:
        name = "total" if kind == "any" else kind
        found = [(project, lacks) for project, lacks in found if getattr(lacks, name)]
    found.sort(key=lambda each: (-each[1].total, each[0].title, each[0].pk))
    return [project.pk for project, _lacks in found]


def share_as_promised(project: Any) -> Share:
    """The share of the award in all money, as the budget has it."""
    return Share(project.amount_awarded or ZERO, _that_counts(project, promised_by_kind(project)), _highest(project))


def share_as_it_is(project: Any, grant: Decimal) -> Share:
    """The same with what was really spent of the grant, and what is proven of the others."""
    return Share(grant, _that_counts(project, proven_by_kind(project)), _highest(project))


def _that_counts(project: Any, found: Sum) -> Decimal:
    """A track can say that contributions in kind do not count towards the total."""
    return found.total if project.track.in_kind_counts else found.money


def _highest(project: Any) -> Decimal:
    return project.track.max_share


def _confirmed(pledge: Any) -> list[tuple[Any, bool]]:
    return [(gift, not pledge.is_money) for gift in pledge.gifts.all() if gift.counts]


def _sum(found: Iterable[tuple[Decimal, bool]]) -> Sum:
    pairs = list(found)
    money = sum((amount for amount, in_kind in pairs if not in_kind), ZERO)
    return Sum(money, sum((amount for amount, in_kind in pairs if in_kind), ZERO))
