"""Wilson's interval against published examples and against figures worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.wilson import wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # By hand, 24 of 30: z² = 3.8415; (0.8 + 3.8415/60 ∓ 1.96·√(0.16/30 + 3.8415/3600)) / (1 + 3.8415/30)
        # = (0.8640 ∓ 0.1568) / 1.1280
        (24, 30, 0.6269, 0.9049),
        # By hand, everybody: n / (n + z²) = 30 / 33.8415
        (30, 30, 0.8865, 1.0),
    ],
)
def test_interval_is_the_published_one(successes, n, low, high):
    assert [round(end, 4) for end in wilson(successes, n)] == [low, high]


def test_interval_of_nobody_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "n"), [(2, 1), (-1, 3)])
def test_interval_refuses_what_is_no_share(successes, n):
    with pytest.raises(ValueError, match="is no share"):
        wilson(successes, n)


@given(st.integers(0, 400), st.integers(0, 400))
def test_interval_holds_the_share_and_stays_between_nothing_and_all(satisfied, others):
    n = satisfied + others
    low, high = wilson(satisfied, n)

    assert 0 <= low <= (satisfied / n if n else 0.5) <= high <= 1


@given(st.integers(1, 50), st.integers(1, 50))
def test_interval_shrinks_when_more_are_asked(satisfied, others):
    few, many = wilson(satisfied, satisfied + others), wilson(satisfied * 4, (satisfied + others) * 4)

    assert many[1] - many[0] < few[1] - few[0]
