"""Budget rules, to the fen: a limit met exactly passes, 0.01 yuan more does not."""

from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import round_half_up
from projects.budget_rules import breaches


def line(category: str, price: str, quantity: str = "1", *, item: str = "物品", source: str = "grant", basis: str = ""):
    amount = round_half_up(D(price) * D(quantity))
    return SimpleNamespace(
        category=category,
        item=item,
        source=source,
        basis=basis,
        unit_price=D(price),
        quantity=D(quantity),
        amount=amount,
    )


def rule(metric: str, value: str | None = None, **changes):
    words = changes.pop("words", "")
    given_ = {
        "metric": metric, "category": "", "words": words, "word_list": words.split(), "severity": "block",
        "value": None if value is None else D(value), "message": "", "legal_basis": "", "scope": "",
    }  # fmt: skip
    return SimpleNamespace(**(given_ | changes))


def messages(lines, *rules, people=None) -> list[str]:
    return [breach.message for breach in breaches(lines, rules, people=people)]


# -- Exactly at the limit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "exact", "over"),
    [
        (rule("share_of_grant", "10", category="administration"), "1000.00", "1000.01"),
        (rule("share_of_total", "5", category="administration"), "1000.00", "1000.01"),
        (rule("amount", "500", category="administration"), "500.00", "500.01"),
        (rule("unit_price", "300", category="administration"), "300.00", "300.01"),
        (rule("per_person", "12.5", category="administration"), "750.00", "750.01"),
    ],
    ids=lambda value: getattr(value, "metric", ""),
)
def test_a_limit_met_exactly_passes_and_one_fen_more_does_not(limit, exact, over):
    def budget(administration: str):
        rest = D("10000.00") - D(administration)
        return [
            line("administration", administration),
            line("materials", str(rest)),
            line("venue", "10000.00", source="own"),
        ]

    assert breaches(budget(exact), [limit], people=60) == []
    assert len(breaches(budget(over), [limit], people=60)) == 1


def test_the_base_of_a_share_makes_the_difference():
    """管理费 1,500 of a grant of 10,000 is 15 %; of a total of 20,000 it is 7.5 %."""
    budget = [line("administration", "1500"), line("materials", "8500"), line("venue", "10000", source="own")]

    assert len(breaches(budget, [rule("share_of_grant", "10", category="administration")])) == 1
    assert breaches(budget, [rule("share_of_total", "10", category="administration")]) == []


def test_a_share_that_is_no_whole_fen_is_not_rounded_in_anybodys_favour():
    """A third of 100.00 is 33.333…: 33.33 passes, 33.34 does not."""
    third = rule("share_of_grant", "33.33", category="staff")

    assert breaches([line("staff", "33.33"), line("materials", "66.67")], [third]) == []
    assert len(breaches([line("staff", "33.34"), line("materials", "66.66")], [third])) == 1


# -- What a rule looks at --------------------------------------------------------------------------


def test_own_money_may_buy_what_the_grant_may_not():
    forbidden = rule("forbidden", words="笔记本")

    assert messages([line("materials", "4000", item="笔记本电脑", source="own")], forbidden) == []
    assert len(messages([line("materials", "4000", item="笔记本电脑")], forbidden)) == 1


def test_a_word_is_found_in_the_item_and_in_its_basis_whatever_its_case():
    forbidden = rule("forbidden", words="ipad 现金")

    found = breaches(
        [
            line("materials", "1", item="iPad 一台"),
            line("materials", "2", item="慰问", basis="以现金发放"),
            line("meals", "3"),
        ],
        [forbidden],
    )

    assert [breach.line.item for breach in found] == ["iPad 一台", "慰问"]


def test_lecture_fees_have_a_cap_for_each_title():
    caps = [
        rule("unit_price", "500", category="training", words="副高"),
        rule("unit_price", "1000", category="training", words="正高"),
    ]
    lessons = [
        line("training", "500", "4", item="讲课费（副高）"),
        line("training", "600", "4", item="讲课费（副高）"),
        line("training", "1000", "2", item="讲课费（正高）"),
    ]

    (found,) = breaches(lessons, caps)

    assert (found.line, found.rule) == (lessons[1], caps[0])


def test_nothing_is_said_of_a_limit_for_each_person_before_anybody_says_how_many():
    limit = rule("per_person", "10")

    assert breaches([line("materials", "9999")], [limit], people=None) == []
    assert len(breaches([line("materials", "9999")], [limit], people=1)) == 1


# -- What a breach says ----------------------------------------------------------------------------


def test_a_breach_quotes_its_legal_basis_and_blocks_or_warns():
    warned = rule("amount", "1", severity="warn", message="太贵了", legal_basis="虞民〔2020〕33号")

    (found,) = breaches([line("meals", "2")], [warned])

    assert (found.message, found.blocks) == ("太贵了", False)
    assert found.sentence in ("太贵了（依据：虞民〔2020〕33号）", "太贵了 (basis: 虞民〔2020〕33号)")


def test_a_rule_without_words_of_its_own_names_figures():
    (said,) = messages([line("meals", "50", item="午餐")], rule("unit_price", "40"))

    assert "午餐" in said
    assert "50.00" in said
    assert "40.00" in said


# -- Whatever the budget ---------------------------------------------------------------------------

prices = st.decimals("0.01", "9999.99", places=2)
lines = st.lists(
    st.builds(
        lambda category, price, source: line(category, str(price), source=source),
        st.sampled_from(["staff", "meals", "administration"]),
        prices,
        st.sampled_from(["grant", "own"]),
    ),
    min_size=1,
    max_size=8,
)
metrics = st.sampled_from(["share_of_grant", "share_of_total", "amount", "unit_price", "per_person"])
limits = st.decimals("0", "100", places=2)


@given(lines)
def test_a_share_of_the_whole_is_never_more_than_all_of_it(budget):
    assert breaches(budget, [rule("share_of_grant", "100"), rule("share_of_total", "100")]) == []


@given(lines, metrics, limits, limits)
def test_a_higher_limit_never_finds_more(budget, metric, one, other):
    low, high = sorted([one, other])

    strict = breaches(budget, [rule(metric, str(low), category="meals")], people=10)
    lenient = breaches(budget, [rule(metric, str(high), category="meals")], people=10)

    assert len(lenient) <= len(strict)


@given(lines, metrics, limits, st.randoms())
def test_the_order_of_the_lines_does_not_matter(budget, metric, limit, dice):
    limit_ = rule(metric, str(limit), category="meals")
    shuffled = budget.copy()
    dice.shuffle(shuffled)

    assert len(breaches(budget, [limit_], people=7)) == len(breaches(shuffled, [limit_], people=7))


@given(lines)
def test_the_sum_itself_as_limit_always_passes(budget):
    spent = sum((each.amount for each in budget if each.source == "grant" and each.category == "meals"), D("0.00"))

    assert breaches(budget, [rule("amount", str(spent), category="meals")]) == []
