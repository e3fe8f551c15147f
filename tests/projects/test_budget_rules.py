"""Budget rules, to the fen: a limit met exactly passes, 0.01 yuan more does not."""

from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.money import round_half_up
from projects.budget_rules import breaches


def line(
    category: str, price: str, quantity: str = "1", *, item: str = "物品", source: str = "grant", basis: str = "",
    unit: str = "", rank: str = "",
):  # fmt: skip
    amount = round_half_up(D(price) * D(quantity))
    return SimpleNamespace(
        category=category,
        item=item,
        source=source,
        basis=basis,
        unit=unit,
        rank=rank,
        unit_price=D(price),
        quantity=D(quantity),
        amount=amount,
    )


def rule(metric: str, value: str | None = None, **changes):
    words, unless = changes.pop("words", ""), changes.pop("unless", "")
    given_ = {
        "unless": unless, "unless_list": unless.split(), "in_basis": False, "rank": "", "per": "",
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
    forbidden = rule("forbidden", words="ipad 现金", in_basis=True)

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
        rule("unit_price", "500", category="training", rank="associate"),
        rule("unit_price", "1000", category="training", rank="full"),
    ]
    lessons = [
        line("training", "500", "4", item="讲课费", rank="associate"),
        line("training", "600", "4", item="讲课费", rank="associate"),
        line("training", "1000", "2", item="讲课费", rank="full"),
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
    assert found.sentence == "太贵了（依据：虞民〔2020〕33号）"


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


@given(lines)
def test_a_limit_one_fen_below_the_sum_is_refused(budget):
    spent = sum((each.amount for each in budget if each.source == "grant" and each.category == "meals"), D("0.00"))
    assume(spent > 0)

    assert len(breaches(budget, [rule("amount", str(spent - D("0.01")), category="meals")])) == 1


# -- Words that prove little -----------------------------------------------------------------------


def test_a_word_that_a_line_needs_innocently_is_excepted():
    forbidden = rule("forbidden", words="手机 相机", unless="课 租")
    budget = [
        line("training", "100", item="老年人智能手机课讲师费"),
        line("materials", "100", item="相机租赁"),
        line("materials", "2000", item="智能手机"),
    ]

    assert [breach.line.item for breach in breaches(budget, [forbidden])] == ["智能手机"]


def test_the_basis_is_looked_at_only_where_the_rule_says_so():
    budget = [line("materials", "15", item="记录本", basis="比手机便宜")]

    assert breaches(budget, [rule("forbidden", words="手机")]) == []
    assert len(breaches(budget, [rule("forbidden", words="手机", in_basis=True)])) == 1


def test_a_refused_line_reads_which_word_stands_in_it():
    (said,) = messages([line("materials", "1", item="白酒两瓶")], rule("forbidden", words="香烟 白酒"))
    (own,) = messages([line("materials", "1", item="白酒两瓶")], rule("forbidden", words="白酒", message="不买酒"))

    assert said.count("白酒") == 2
    assert ("不买酒" in own, "白酒两瓶" in own) == (True, True)


def test_what_two_rules_say_alike_of_one_line_is_said_once():
    twice = [rule("forbidden", category="materials"), rule("forbidden", words="白酒", message="")]
    budget = [line("materials", "1", item="白酒")]

    assert len(breaches(budget, [twice[0], twice[0]])) == 1
    assert len(breaches(budget, twice)) == 2


# -- Lecture fees, by title and by the lesson ------------------------------------------------------

FEES = {"associate": "500", "full": "1000", "renowned": "1500", "none": "500"}


def fees() -> list:
    return [rule("unit_price", limit, category="training", rank=rank, per="lesson") for rank, limit in FEES.items()]


@pytest.mark.parametrize("rank", ["associate", "full", "renowned", ""])
@pytest.mark.parametrize(
    ("unit", "lessons"), [("学时", 1), ("课时", 1), ("半天", 4), ("天", 8), ("人天", 8), ("每学时", 1)]
)
def test_a_lecture_fee_is_held_against_the_lessons_in_its_unit(rank, unit, lessons):
    most = D(FEES[rank or "none"]) * lessons

    assert breaches([line("training", str(most), rank=rank, unit=unit)], fees()) == []
    assert len(breaches([line("training", str(most + D("0.01")), rank=rank, unit=unit)], fees())) == 1


def test_the_wording_of_a_lecture_fee_evades_nothing():
    budget = [line("training", "9000", item="讲师费（教授）", unit="学时")]

    (found,) = breaches(budget, fees())

    assert found.rule.rank == "none"


@pytest.mark.parametrize("unit", ["次", "场", "", "人次"])
def test_a_dear_lecture_in_a_unit_without_time_is_asked_for_its_lessons(unit):
    (said,) = messages([line("training", "600", item="技能培训", unit=unit)], *fees())

    assert "500.00" in said
    assert messages([line("training", "500", item="技能培训", unit=unit)], *fees()) == []


units = st.sampled_from([("学时", 1), ("半天", 4), ("天", 8)])
ranks = st.sampled_from(["", "associate", "full", "renowned"])


@given(st.decimals("0", "20000", places=2), units, ranks)
def test_a_lecture_fee_is_over_exactly_when_it_is_over_its_lessons(price, unit, rank):
    name, lessons = unit
    found = breaches([line("training", str(price), unit=name, rank=rank)], fees())

    assert bool(found) is (price > D(FEES[rank or "none"]) * lessons)


@given(st.decimals("0.01", "20000", places=2), st.text(max_size=6), st.sampled_from(["", "associate"]))
def test_no_unit_lets_a_fee_of_more_than_a_days_lessons_pass(price, unit, rank):
    found = breaches([line("training", str(price), unit=unit, rank=rank)], fees())

    assert bool(found) or price <= D(4000)
