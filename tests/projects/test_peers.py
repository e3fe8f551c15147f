"""Is a price out of line? Known figures by hand, and what must hold whatever the prices."""

from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.peers import are_alike, compare, robust_z


def priced(item: str, price: str, *, category: str = "meals", unit: str = "份"):
    return SimpleNamespace(item=item, category=category, unit=unit, unit_price=D(price))


def test_the_z_score_is_what_iglewicz_and_hoaglin_compute():
    """Median 20, deviations 5 2 0 2 5, MAD 2: 0.6745 × (40 − 20) / 2 = 6.745."""
    others = [D(15), D(18), D(20), D(22), D(25)]

    assert robust_z(D(40), others) == pytest.approx(6.745)
    assert robust_z(D(20), others) == 0.0


def test_where_most_ask_the_same_the_mean_deviation_stands_in():
    """Median 20, MAD 0, mean deviation 10 / 6: (30 − 20) / (1.253314 × 1.6667) = 4.787."""
    assert robust_z(D(30), [D(20)] * 5 + [D(30)]) == pytest.approx(4.787, abs=0.001)


def test_where_all_ask_the_same_any_other_price_is_out_of_line():
    (found,) = compare([priced("误餐", "60")], [priced("误餐", "20")] * 5)

    assert (found.z, found.is_far, found.is_dear) == (None, True, True)


def test_the_usual_price_is_not_far():
    (found,) = compare([priced("误餐", "20")], [priced("误餐", "20")] * 5)

    assert (found.z, found.is_far) == (0.0, False)


def test_four_peers_are_too_few_to_say_anything():
    assert compare([priced("误餐", "60")], [priced("误餐", "20")] * 4) == []


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (priced("志愿者误餐补贴", "1"), True),
        (priced("误餐补贴（志愿者）", "1"), True),
        (priced("志愿者误餐补贴", "1", unit="人次"), False),
        (priced("志愿者误餐补贴", "1", category="volunteers"), False),
        (priced("矿泉水", "1"), False),
    ],
    ids=["same", "other order", "other unit", "other category", "other thing"],
)
def test_like_items_share_category_unit_and_half_of_their_name(other, alike):
    assert are_alike(priced("志愿者误餐补贴", "1"), other) is alike


money = st.decimals("0.01", "9999.99", places=2)


@given(st.lists(money, min_size=5, max_size=30), money, st.decimals("0.01", "999.99", places=2))
def test_adding_the_same_to_every_price_changes_nothing(others, value, more):
    before, after = robust_z(value, others), robust_z(value + more, [other + more for other in others])

    assert (before is None) == (after is None)
    if before is not None:
        assert after == pytest.approx(before)


@given(st.lists(money, min_size=5, max_size=30), money)
def test_dearer_than_the_median_is_positive_and_cheaper_negative(others, value):
    (found,) = compare([priced("误餐", str(value))], [priced("误餐", str(price)) for price in others])

    if found.z:
        assert (found.z > 0) is found.is_dear


@pytest.mark.parametrize(
    ("price", "far"), [("20.01", False), ("23.99", False), ("24", True), ("16", True), ("16.01", False)]
)
def test_where_all_ask_the_same_only_a_fifth_more_or_less_is_far(price, far):
    (found,) = compare([priced("误餐", price)], [priced("误餐", "20")] * 5)

    assert found.is_far is far


def test_a_narrow_spread_makes_no_outlier_of_a_few_cents():
    others = [priced("误餐", f"20.0{cents}") for cents in range(5)]

    (found,) = compare([priced("误餐", "20.20")], others)

    assert (found.z > 3.5, found.is_far) == (True, False)


@given(st.lists(money, min_size=5, max_size=30), money)
def test_what_is_far_is_always_at_least_a_fifth_off(others, value):
    (found,) = compare([priced("误餐", str(value))], [priced("误餐", str(price)) for price in others])

    assert not found.is_far or abs(value - found.median) * 5 >= found.median
