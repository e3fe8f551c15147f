"""Rounding, instalments and amounts in words. Vectors: 支付结算办法, annex 1; field guide 3.5 and 6.5."""

from decimal import Context, Decimal, localcontext
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import CENT, in_words, plain, round_half_up, split

D = Decimal

# -- round_half_up -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),  # where banker's rounding gives 0.02
        ("0.0049999", "0.00"),
        ("2.675", "2.68"),
        ("16666.665", "16666.67"),
        ("-0.005", "-0.01"),
        ("12", "12.00"),
    ],
)
def test_round_half_up_sends_a_half_away_from_zero(amount: str, rounded: str) -> None:
    assert str(round_half_up(D(amount))) == rounded


def test_round_half_up_to_other_places() -> None:
    assert str(round_half_up(D("84.25"), 1)) == "84.3"
    assert str(round_half_up(D("84.5"), 0)) == "85"


def test_round_half_up_never_gives_negative_zero() -> None:
    assert str(round_half_up(D("-0.004"))) == "0.00"


def test_round_half_up_ignores_the_precision_of_the_callers_context() -> None:
    with localcontext(Context(prec=3)):
        assert round_half_up(D("123456789.125")) == D("123456789.13")


def test_round_half_up_refuses_a_float() -> None:
    with pytest.raises(TypeError, match="not float"):
        round_half_up(2.675)  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "1E+200"])
def test_round_half_up_refuses_what_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match=r"finite|too many digits"):
        round_half_up(D(amount))


def test_round_half_up_refuses_negative_places() -> None:
    with pytest.raises(ValueError, match="places"):
        round_half_up(D(1), -1)


# -- split ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "percentages", "instalments"),
    [
        ("33333.33", [50, 40, 10], ["16666.67", "13333.33", "3333.33"]),
        ("50000", [50, 30, 20], ["25000.00", "15000.00", "10000.00"]),
        ("100", [D("33.33"), D("33.33"), D("33.34")], ["33.33", "33.33", "33.34"]),
        ("0.10", [33, 33, 34], ["0.03", "0.03", "0.04"]),
        ("5000", [100], ["5000.00"]),
        ("0", [60, 40], ["0.00", "0.00"]),
    ],
)
def test_split_gives_the_remainder_to_the_last_instalment(
    total: str, percentages: list[Decimal | int], instalments: list[str]
) -> None:
    assert [str(instalment) for instalment in split(D(total), percentages)] == instalments


@pytest.mark.parametrize(
    ("total", "percentages", "instalments"),
    [
        ("0.01", [50, 50], ["0.01", "0.00"]),
        ("0.01", [50, 50, 0], ["0.01", "0.00", "0.00"]),
        ("0.02", [25, 25, 25, 25], ["0.01", "0.01", "0.00", "0.00"]),
    ],
)
def test_split_of_a_tiny_total_never_goes_negative(
    total: str, percentages: list[Decimal | int], instalments: list[str]
) -> None:
    assert [str(instalment) for instalment in split(D(total), percentages)] == instalments


def test_split_gives_a_share_of_zero_nothing_even_in_last_place() -> None:
    assert split(D("0.01"), [33, 33, 34, 0]) == [D("0.00"), D("0.00"), D("0.01"), D("0.00")]


@pytest.mark.parametrize("percentages", [[], [50, 40], [50, 40, 11], [D("33.33")] * 3, [D("99.999999")]])
def test_split_refuses_percentages_that_do_not_sum_to_100(percentages: list[Decimal | int]) -> None:
    with pytest.raises(ValueError, match="sum to exactly 100"):
        split(D(100), percentages)


def test_split_refuses_a_negative_percentage() -> None:
    with pytest.raises(ValueError, match="percentages must not be negative"):
        split(D(100), [110, -10])


def test_split_refuses_a_negative_total() -> None:
    with pytest.raises(ValueError, match="total must not be negative"):
        split(D("-0.01"), [100])


def test_split_refuses_fractions_of_a_fen() -> None:
    with pytest.raises(ValueError, match="two decimal places"):
        split(D("0.001"), [100])


@pytest.mark.parametrize(("total", "percentages"), [(0.1, [100]), (D(1), [50.0, 50.0]), (D(1), [True, 99])])
def test_split_refuses_floats_and_booleans(total: Decimal, percentages: list[Decimal | int]) -> None:
    with pytest.raises(TypeError, match="must be a Decimal or an int"):
        split(total, percentages)


@st.composite
def percentages_of_100(draw: st.DrawFn) -> list[Decimal]:
    """Up to eight shares with two decimals, zeros among them, that sum to 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 10000), max_size=7)))
    bounds = [0, *cuts, 10000]
    return [D(high - low) / 100 for low, high in pairwise(bounds)]


@given(fen=st.integers(0, 10**14 - 1), percentages=percentages_of_100())
def test_split_sums_to_the_total_and_stays_within_a_fen_of_each_share(
    fen: int,
    percentages: list[Decimal],
) -> None:
    total = D(fen) * CENT

    instalments = split(total, percentages)

    assert sum(instalments) == total
    assert [i for i in instalments if i < 0] == []
    assert [p for i, p in zip(instalments, percentages, strict=True) if p == 0 and i != 0] == []
    # Half a fen each; the last one with a share collects what the others were rounded by.
    drift = [abs(i - total * p / 100) for i, p in zip(instalments, percentages, strict=True)]
    assert max(drift) <= CENT * len(percentages) / 2


# -- in_words ------------------------------------------------------------------------------------

WORDS = {
    "0": "零元整",
    "0.00": "零元整",
    "0.01": "壹分",
    "0.05": "伍分",
    "0.30": "叁角",
    "0.32": "叁角贰分",
    "1": "壹元整",
    "10": "壹拾元整",
    "10.50": "壹拾元零伍角",
    "15": "壹拾伍元整",
    "100.10": "壹佰元零壹角",
    "101": "壹佰零壹元整",
    "110": "壹佰壹拾元整",
    "175": "壹佰柒拾伍元整",
    "325.04": "叁佰贰拾伍元零肆分",
    "1409.50": "壹仟肆佰零玖元伍角",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "3799.50": "叁仟柒佰玖拾玖元伍角",
    "6007.14": "陆仟零柒元壹角肆分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "33333.33": "叁万叁仟叁佰叁拾叁元叁角叁分",
    "100000": "壹拾万元整",
    "100001": "壹拾万零壹元整",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "1000500": "壹佰万零伍佰元整",
    "100000000": "壹亿元整",
    "100000001": "壹亿零壹元整",
    "100001000": "壹亿零壹仟元整",
    "1050000000": "壹拾亿伍仟万元整",
    "1000500000": "壹拾亿零伍拾万元整",
    "999999999999.99": "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "1000000000000": "壹万亿元整",
    "1000100000000": "壹万零壹亿元整",
    "9000000000000000.01": "玖仟万亿元零壹分",
}


@pytest.mark.parametrize(("amount", "words"), WORDS.items())
def test_in_words_follows_the_settlement_measures(amount: str, words: str) -> None:
    assert in_words(D(amount)) == f"人民币{words}"


def test_in_words_of_a_negative_amount() -> None:
    assert in_words(D("-3799.50")) == "人民币负叁仟柒佰玖拾玖元伍角"


def test_in_words_of_negative_zero_is_zero() -> None:
    assert in_words(D("-0.00")) == "人民币零元整"


def test_in_words_takes_trailing_zeros_beyond_the_fen() -> None:
    assert in_words(D("1.500")) == "人民币壹元伍角"


@pytest.mark.parametrize("amount", ["0.001", "1409.505", "NaN", "Infinity", "-Infinity", "1E+16", "1E+999"])
def test_in_words_refuses_what_has_no_words(amount: str) -> None:
    with pytest.raises(ValueError, match=r"two decimal places|finite|below"):
        in_words(D(amount))


@pytest.mark.parametrize("amount", [1409.5, "1409.50", None, True])
def test_in_words_refuses_what_is_not_a_decimal(amount: Decimal) -> None:
    with pytest.raises(TypeError, match="must be a Decimal or an int"):
        in_words(amount)


def read_words(words: str) -> Decimal:
    """The amount that `words` name, read the way a cashier would: an oracle that shares no code."""
    words = words.removeprefix("人民币")
    sign = -1 if words.startswith("负") else 1
    total = section = digit = 0
    fen = 0
    for character in words.removeprefix("负"):
        if character in "零整":
            continue
        if character in "壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[character]
            digit = 0
        elif character == "万":
            total += (section + digit) * 10**4
            section = digit = 0
        elif character == "亿":
            total = (total + section + digit) * 10**8
            section = digit = 0
        elif character == "元":
            fen += (total + section + digit) * 100
            digit = 0
        elif character == "角":
            fen += digit * 10
            digit = 0
        elif character == "分":
            fen += digit
        else:
            raise AssertionError(f"{character} is not a numeral")
    return sign * D(fen) / 100


def assert_reads_back(amount: Decimal) -> None:
    words = in_words(amount)
    assert read_words(words) == amount
    assert "零零" not in words
    assert words.startswith("人民币")
    assert words.endswith("整") == (amount == amount.to_integral_value())
    assert words.count("整") == int(words.endswith("元整"))


def test_in_words_reads_back_for_every_fen_up_to_2100_yuan() -> None:
    for fen in range(210_001):
        assert_reads_back(D(fen) / 100)


def test_in_words_reads_back_for_random_amounts_full_of_zeros() -> None:
    random = Random(20260101)
    for _ in range(20_000):
        digits = "".join(random.choice("0000123456789") for _ in range(random.randint(1, 18)))
        assert_reads_back(D(int(digits)) / 100)


def test_in_words_differ_for_different_amounts() -> None:
    assert len({in_words(D(fen) / 100) for fen in range(100_000)}) == 100_000


@pytest.mark.parametrize(
    ("value", "words"), [("18.00", "18"), ("17.50", "17.5"), ("100", "100"), ("1E+2", "100"), ("0.00", "0")]
)
def test_a_plain_number_has_no_needless_zeros_and_no_exponent(value, words):
    assert plain(D(value)) == words


@given(fen=st.integers(-(10**15), 10**15), places=st.integers(0, 4))
def test_rounding_is_never_further_than_half_a_step_and_once_is_enough(fen, places):
    amount = D(fen).scaleb(-6)

    rounded = round_half_up(amount, places)

    assert abs(rounded - amount) <= D(1).scaleb(-places) / 2
    assert round_half_up(rounded, places) == rounded
    assert round_half_up(-amount, places) == -rounded


@given(one=st.integers(0, 10**17), two=st.integers(0, 10**17))
def test_two_amounts_have_the_same_words_only_when_they_are_the_same(one, two):
    assert (in_words(D(one) * CENT) == in_words(D(two) * CENT)) is (one == two)


@given(fen=st.integers(1, 10**17))
def test_words_name_every_figure_of_the_amount_and_no_other(fen):
    words = in_words(D(fen) * CENT)

    assert [figure for figure in words if figure in "壹贰叁肆伍陆柒捌玖"] == [
        "零壹贰叁肆伍陆柒捌玖"[int(figure)] for figure in str(fen) if figure != "0"
    ]
    assert words.startswith("人民币")
    assert words.endswith("整") is (fen % 100 == 0)
