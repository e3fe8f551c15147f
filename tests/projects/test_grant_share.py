"""The share of the grant in all money, and by how much it has to fall."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.money import CENT
from projects.grant_share import Share

yuan = st.integers(0, 10**9).map(lambda fen: Decimal(fen) / 100)
percent = st.integers(100, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)


def test_the_share_is_the_grants_part_of_all_money():
    assert Share(Decimal("8000.00"), Decimal("4000.00")).percent == Decimal("66.67")


def test_without_any_money_there_is_no_share():
    assert Share(Decimal("0.00"), Decimal("0.00"), Decimal(50)).percent is None
    assert Share(Decimal("0.00"), Decimal("0.00"), Decimal(50)).holds


def test_a_grant_beside_too_little_falls_so_far_that_its_share_holds():
    share = Share(Decimal("8000.00"), Decimal("2000.00"), Decimal(50))

    assert (share.holds, share.most, share.fall) == (False, Decimal("2000.00"), Decimal("6000.00"))


def test_without_a_rule_nothing_has_to_fall():
    share = Share(Decimal("8000.00"), Decimal("0.00"))

    assert (share.has_rule, share.holds, share.fall) == (False, True, Decimal("0.00"))


def test_a_share_that_is_too_high_by_less_than_is_shown_does_not_hold():
    share = Share(Decimal("50000.01"), Decimal("50000.00"), Decimal(50))

    assert (share.percent, share.holds, share.fall) == (Decimal("50.00"), False, Decimal("0.01"))


@given(yuan, yuan, percent)
def test_with_the_highest_grant_the_share_holds_and_a_fen_more_breaks_it(grant, others, highest):
    share = Share(grant, others, highest)
    lowered = Share(share.most, others, highest)

    assert lowered.holds
    assert share.most + share.fall == grant
    assert share.fall >= 0
    if share.fall:
        assert not Share(share.most + CENT, others, highest).holds
