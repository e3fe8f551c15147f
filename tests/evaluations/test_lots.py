"""Lots that anybody can repeat: the figures here come from `printf %s "seed:a" | sha256sum`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.lots import draw, groups, new_seed

LOTS = {"a": "3055…", "d": "b73c…", "e": "45aa…", "c": "e1c7…", "b": "e362…"}
"""Of the seed "seed", as a calculator gives them."""


def test_items_come_in_the_order_of_their_lots():
    assert draw(list("abcde"), "seed") == sorted(LOTS, key=LOTS.get) == ["a", "e", "d", "c", "b"]


def test_another_seed_gives_another_order():
    assert draw(["a", "b"], "seed") == ["a", "b"]  # 3055… and e362…
    assert draw(["a", "b"], "x") == ["b", "a"]  # e0f5… and 10b0…


def test_an_item_is_written_by_its_key():
    assert draw([3, 1, 2], "seed", key=" abc".__getitem__) == [1, 3, 2]


def test_nothing_in_the_pot_is_drawn_as_nothing():
    assert draw([], "seed") == []


@pytest.mark.parametrize(("items", "twice"), [(["a", "b", "a"], "a"), ([1, "1", 2], "1")])
def test_what_lies_in_the_pot_twice_is_refused(items, twice):
    with pytest.raises(ValueError, match=f"^In the pot twice: {twice}$"):
        draw(items, "seed")
    with pytest.raises(ValueError, match="twice"):
        groups(items, 2, "seed")


def test_groups_are_dealt_from_the_order_of_the_lots():
    assert groups(list("abcde"), 2, "seed") == [["a", "d", "b"], ["e", "c"]]


def test_a_group_may_stay_empty_when_there_are_fewer_items():
    assert groups(["a", "b"], 3, "seed") == [["a"], ["b"], []]


@pytest.mark.parametrize("count", [0, -1])
def test_there_is_at_least_one_group(count):
    with pytest.raises(ValueError, match="at least one group"):
        groups(["a"], count, "seed")


def test_a_seed_is_128_bits_and_never_the_same():
    seeds = {new_seed() for _ in range(100)}

    assert len(seeds) == 100
    assert all(len(bytes.fromhex(seed)) == 16 for seed in seeds)


pots = st.lists(st.text(max_size=5), unique=True, max_size=20)


@given(pots, st.text(max_size=5), st.randoms())
def test_the_order_in_the_pot_decides_nothing(items, seed, dice):
    shuffled = dice.sample(items, len(items))

    assert draw(shuffled, seed) == draw(items, seed)
    assert sorted(draw(items, seed)) == sorted(items)


@given(pots, st.text(max_size=5), st.integers(1, 8))
def test_groups_hold_everybody_once_and_differ_in_size_by_at_most_one(items, seed, count):
    found = groups(items, count, seed)

    assert len(found) == count
    assert sorted(item for group in found for item in group) == sorted(items)
    assert max(map(len, found)) - min(map(len, found)) <= 1


@given(pots, st.text(max_size=5))
def test_who_leaves_the_pot_changes_nothing_between_the_others(items, seed):
    order = draw(items, seed)

    assert draw(items[1:], seed) == [item for item in order if item not in items[:1]]
