"""Both solvers in one process: HiGHS keeps one pool of threads, which neither may spoil for the other."""

from decimal import Decimal

import pytest

from evaluations.assignment import assign
from evaluations.selection import Candidate, select


def assigned() -> dict:
    return dict(assign(["a", "b"], ["x", "y"], per_project=1, max_load=1, forbidden=[("a", "x")]).panels)


def chosen() -> frozenset:
    candidates = [Candidate(number, Decimal(80 + number), Decimal(10)) for number in range(40)]
    return select(candidates, budget=Decimal(395), objective="score").chosen


@pytest.mark.parametrize("order", [(assigned, chosen, assigned), (chosen, assigned, chosen)])
def test_one_after_the_other_both_find_their_optimum(order):
    found = [solve() for solve in order]

    assert {assigned: {"x": ("b",), "y": ("a",)}, chosen: frozenset(range(1, 40))} == dict(
        zip(order, found, strict=True)
    )
