"""Choosing among 1,200 projects with 20 quotas: how long each objective works, and how good the set is known to be.

Seconds are those of the processor, so that a busy machine measures the same as an idle one.
"""

import random
from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from time import process_time

from evaluations.selection import OBJECTIVES, Candidate, Quota, select, what_would_change

COUNT = 1200


def candidates(count: int = COUNT, *, seed: int = 1, step: int = 1, fields: int = 5) -> list[Candidate]:
    """Scores from 60 to 96, amounts from 10,000 to 80,000 yuan in steps of so many fen; district, field and track."""
    dice = random.Random(seed)
    return [
        Candidate(
            number,
            Decimal(dice.randint(6000, 9600)).scaleb(-2),
            Decimal(dice.randint(1_000_000 // step, 8_000_000 // step) * step).scaleb(-2),
            (f"district {dice.randrange(10)}", f"field {dice.randrange(fields)}", f"track {dice.randrange(5)}"),
        )
        for number in range(count)
    ]


def quotas(budget: Decimal, *, of: int = COUNT) -> list[Quota]:
    """Ten districts with a tenth and a little of the money, five fields with a limit, five tracks with a minimum."""
    share = (budget * Decimal("0.105")).quantize(Decimal("0.01"))
    return [
        *(Quota(f"district {n}", max_amount=share) for n in range(10)),
        *(Quota(f"field {n}", max_count=(55 if n < 2 else 80) * of // COUNT) for n in range(5)),
        *(Quota(f"track {n}", min_count=(65 if n < 2 else 40) * of // COUNT) for n in range(5)),
    ]


def purses(budget: Decimal) -> list[Quota]:
    """Ten districts that share the whole budget among them, and the same fields and tracks, too wide to bind."""
    share = (budget / 10).quantize(Decimal("1."), ROUND_DOWN)
    return [
        *(Quota(f"district {n}", max_amount=share) for n in range(10)),
        *(Quota(f"field {n}", max_count=COUNT) for n in range(5)),
        *(Quota(f"track {n}", min_count=0) for n in range(5)),
    ]


def tight(budget: Decimal, share: str) -> list[Quota]:
    """Ten districts and ten fields, each with the same small share of the money: all twenty bind, and cross."""
    most = (budget * Decimal(share)).quantize(Decimal("0.01"))
    return [Quota(f"{group} {n}", max_amount=most) for group in ("district", "field") for n in range(10)]


def quarter(found: list[Candidate]) -> Decimal:
    return (sum((one.amount for one in found), Decimal(0)) / 4).quantize(Decimal("1."))


def measure() -> list[tuple[str, str]]:
    """Each line of the table: what was chosen from, and seconds of work, the number chosen, the money left, proof."""
    return list(_lines())


def _lines() -> Iterator[tuple[str, str]]:
    for step, unit in ((1, "fen"), (10_000, "100 yuan")):
        found = candidates(step=step)
        budget = quarter(found)
        for title, limits in (("20 quotas", quotas(budget)), ("20 quotas, 10 purses", purses(budget))):
            for objective in OBJECTIVES:
                yield f"{COUNT} to the {unit}, {title}: {objective}", _chosen(found, limits, objective)
    for step, unit in ((1, "fen"), (10_000, "100 yuan")):
        for seed in (2, 3, 4, 5):
            found = candidates(seed=seed, step=step)
            yield f"{COUNT} to the {unit}, 20 quotas, seed {seed}", _chosen(found, quotas(quarter(found)))
    for share in ("0.06", "0.08"):
        found = candidates(step=100_000, fields=10)
        label = f"{COUNT} to 1,000 yuan, 10 districts × 10 fields, {share} each"
        yield label, _chosen(found, tight(quarter(found), share))
    found = candidates()
    budget = quarter(found)
    for objective in OBJECTIVES:
        start = process_time()
        what_would_change(found, 0, budget=budget, floor=Decimal(60), quotas=quotas(budget), objective=objective)
        yield f"what would change: {objective}", f"{process_time() - start:5.2f} s"


def _chosen(found: list[Candidate], limits: list[Quota], objective: str = "merit_amount") -> str:
    budget = quarter(found)
    start = process_time()
    chosen = select(found, budget=budget, floor=Decimal(60), quotas=limits, objective=objective)
    seconds = process_time() - start
    gap = (chosen.bound - chosen.value) / chosen.value
    proof = "proven" if chosen.proven_optimal else f"at most {gap:.4%} better"
    first = "" if chosen.first_among_equals else ", ties not settled"
    return f"{seconds:5.2f} s, {len(chosen.chosen)} chosen, {budget - chosen.spent} yuan left, {proof}{first}"


if __name__ == "__main__":
    for label, figure in measure():
        print(f"  {label:<55} {figure}", flush=True)
