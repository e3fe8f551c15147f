"""The page that explains the judging: what it says is what the code does."""

import re
from decimal import Decimal
from hashlib import sha256
from itertools import combinations, product
from pathlib import Path

import pytest
from django.urls import reverse

from evaluations import examples
from evaluations.actions.optimum import FIELD_ASKED, MET_BEFORE
from evaluations.reliability import outliers

ANCHORS = [
    "conflicts", "assignment", "lots", "adding-up", "outliers", "agreement", "severity", "selection", "change",
    "votes", "marks", "notice",
]  # fmt: skip


@pytest.fixture
def page(client, db) -> str:
    return client.get(reverse("evaluations:explained")).content.decode()


def section(page: str, anchor: str) -> str:
    """The words of one part, without its tags."""
    start = page.index(f'id="{anchor}"')
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page[start : page.index("</section>", start)]))


def test_the_contents_lead_to_every_part(page):
    assert re.findall(r'<li><a href="#([\w-]+)">', page) == ANCHORS
    assert re.findall(r'<section class="card" id="([\w-]+)">', page) == ANCHORS


def test_the_page_does_not_promise_that_a_pencil_is_enough_for_everything(page):
    for anchor in ("assignment", "selection", "change"):
        assert "用纸笔就能核对" not in section(page, anchor)
        assert "由程序证明" in section(page, anchor)
    assert "都可以用纸笔" not in page


@pytest.mark.parametrize("template", sorted(["sheet", "result_card", "feedback_detail", "panel", "selection"]))
def test_other_pages_lead_to_parts_that_exist(template):
    text = Path(f"templates/evaluations/{template}.html").read_text(encoding="utf-8")
    named = re.findall(r'evaluations:explained" %}#([\w-]+)', text)

    assert named
    assert set(named) <= set(ANCHORS)


def test_an_employer_is_recognised_as_the_page_says(page):
    assert [verdict for _name, verdict in examples.spellings()] == ["same", "same", "same", "near", "near", "other"]
    assert section(page, "conflicts").count("视为同一单位") == 3
    assert section(page, "conflicts").count("名称相近，提示核对") == 2


def test_the_panels_of_the_example_are_the_best_of_all(page):
    """All ways are tried: even load first, then others than before."""
    found = examples.panels()
    pairs = [pair for pair in combinations("甲乙丙丁", 2)]
    ways = [way for way in product(pairs, repeat=3) if "甲" not in way[0]]

    def merit(way) -> tuple[int, int]:
        loads = [sum(judge in panel for panel in way) for judge in "甲乙丙丁"]
        return sum(load * load for load in loads), int("乙" in way[1])

    assert merit(tuple(found.panels.values())) == min(map(merit, ways))
    assert "02：丙、丁" in section(page, "assignment")


def test_the_order_of_objectives_is_that_of_the_code(page):
    said = section(page, "assignment")

    assert said.index("工作量均衡") < said.index("换人") < said.index("专业对口") < said.index("抽签。")
    assert -MET_BEFORE == 10 * FIELD_ASKED  # 十倍


def test_the_lots_of_the_example_can_be_repeated(page):
    found = examples.lots()
    digests = {item: sha256(f"2026:{item}".encode()).hexdigest() for item in ("P-01", "P-02", "P-03")}

    assert dict(found.lots) == digests
    assert list(found.order) == sorted(digests, key=lambda item: digests[item])
    assert all(digest in page for digest in digests.values())


def test_the_score_of_the_example_is_added_up_by_hand(page):
    assert examples.added().sum.base == Decimal("83.33")  # (85 + 83 + 82) ÷ 3
    assert examples.added().sum.score == Decimal("84.83")
    assert "(85 + 83 + 82) ÷ 3 = 250 ÷ 3 = 83.33" in section(page, "adding-up")
    assert [one.id for one in examples.places()] == ["甲", "丙", "乙", "丁"]


def test_who_is_asked_for_a_sentence_in_the_examples(page):
    assert [one.asked for one in examples.apart()] == [(Decimal(60),), (Decimal(77),), ()]
    assert "3人组 13.97、4人组 4.53、5人组 3.31、7人组 2.65。" in section(page, "outliers")


@pytest.mark.parametrize(("size", "bound"), examples.far_for_panel())
def test_a_score_is_far_for_its_panel_at_the_limit_that_is_printed(size, bound):
    others = [Decimal(value) for value in (80, 82, 81, 80, 82, 81)[: size - 1]]
    mean = sum(others) / len(others)
    deviation = (sum((one - mean) ** 2 for one in others) / (len(others) - 1)).sqrt()
    limit = Decimal(bound) * deviation * (1 + Decimal(1) / len(others)).sqrt()
    apart = 1 + 5 / (1 - Decimal(1) / size)  # more than 5 points from the mean of the panel

    for factor, is_far in ((Decimal("1.01"), True), (Decimal("0.99"), False)):
        score = mean + limit * factor
        expected = [(size - 1, 0)] if is_far and limit * factor > apart else []
        if abs(score - mean) * (size - 1) / size <= 20 and (limit * factor > apart or not is_far):
            assert outliers([*([one] for one in others), [score]]) == expected


def test_alpha_of_the_example_is_what_its_parts_say(page):
    found = examples.agreement()

    assert found.alpha == pytest.approx(1 - found.observed / found.expected)
    assert (found.observed, round(found.expected, 2)) == (4.0, 132.53)
    assert "α = 1 − 4.00 ÷ 132.53 = 0.970" in section(page, "agreement")
    assert "上例为 0.988" in section(page, "agreement")


def test_severity_of_the_example_finds_the_strict_and_the_mild(page):
    found = examples.calibrated()

    assert found.effects["甲"] < -5 < 5 < found.effects["乙"]
    assert (found.strict.raw, found.mild.raw) == (77.0, 79.0)
    assert found.strict.adjusted > found.mild.adjusted  # the order turns round
    assert "平均 77.00，校准后 80.25" in section(page, "severity")


def test_the_four_ways_choose_what_trying_all_sets_says(page):
    by_name = {one.id: one for one in examples.CANDIDATES}
    sets = [
        chosen
        for size in range(1, 5)
        for chosen in combinations(by_name, size)
        if sum(by_name[name].amount for name in chosen) <= examples.BUDGET
    ]
    best_score = max(sets, key=lambda chosen: sum(by_name[name].score for name in chosen))
    best_merit = max(sets, key=lambda chosen: sum(by_name[name].score * by_name[name].amount for name in chosen))
    found = {one.objective: one.names for one in examples.choices()}

    assert found == {
        "rank": ["甲"],
        "rank_skip": ["甲", "丙"],
        "score": list(best_score),
        "merit_amount": list(best_merit),
    }
    assert all(one.selection.proven_optimal for one in examples.choices())
    assert examples.with_quota().names == ["乙", "丙", "丁"]
    assert examples.among_equals() == "戊"
    assert "总分之和最大乙、丙、丁0.00" in section(page, "selection")


def test_what_would_have_to_change_in_the_example(page):
    change = examples.change()

    assert (change.score, change.amount, change.extra_budget) == (Decimal("92.01"), Decimal(40000), Decimal(10000))
    assert "得分达到92.01就会入选。" in section(page, "change")
    assert examples.passed_over().left_out == "乙"


def test_equal_shares_give_the_two_residents_their_project(page):
    found = examples.voted()

    assert set(found.shares.chosen) == {"亭", "灯"}
    assert set(found.counted.chosen) == {"亭", "园"}
    assert "每人 10,000.00 元" in section(page, "votes")


def test_the_period_of_the_example_is_that_of_the_calendar(page):
    assert "首日计入：到 2021-08-24。" in section(page, "notice")
    assert "首日不计入：到 2021-08-25。" in section(page, "notice")


def test_the_marks_of_an_evaluation_stand_there_as_they_are_calculated(page):
    words = section(page, "marks")

    # 19,999 of 25,000 are 79.996 percent; (88 + 97) ÷ 2 + (5 + 3) ÷ 2 − (1 + 0) ÷ 2 = 92.5 + 4 − 0.5
    assert [(one.shown, one.points) for one in examples.banded()] == [
        (Decimal("100.00"), Decimal(10)), (Decimal("80.00"), Decimal("6.67")), (Decimal("80.00"), Decimal("3.33")),
        (Decimal("48.00"), Decimal("0.00")),
    ]  # fmt: skip
    assert (examples.evaluated().total.score, examples.evaluated().grade) == (Decimal("96.00"), "excellent")
    assert [(one.most, one.stay) for one in examples.excellent()] == [(1, ["甲"]), (1, [])]
    assert "92.50 + 4.00 − 0.50 = 96.00" in words
    assert ("甲保留优秀" in words, "都不保留优秀" in words) == (True, True)
