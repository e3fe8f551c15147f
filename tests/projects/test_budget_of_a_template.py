"""The ready budget rules on lines of small groups: what names a forbidden thing, and what only sounds so."""

from decimal import Decimal as D

import pytest

from core.workflow import Refused
from grants.models import BudgetRule
from grants.presets import preset
from projects.actions import proposals, support
from projects.budget_rules import breaches
from projects.completeness import budget_breaches, problems
from projects.forms import Tables
from projects.models import BudgetLine, Project
from tests.life import LINES, draft


def ready_rules() -> list[BudgetRule]:
    """The rules of 区级公益创投 as they are stored with a call."""
    return [
        BudgetRule(
            legal_basis=item["basis"], **{k: v for k, v in item.items() if k not in ("basis", "example", "replaces")}
        )
        for item in preset("district").budget
    ]


def found_in(category: str, item: str, price: str = "10", unit: str = "份", **values) -> list[tuple[str, str]]:
    """Metric and severity of what is found in one line, besides the shares of the whole."""
    line = BudgetLine(category=category, item=item, unit_price=D(price), unit=unit, quantity=D(1), **values)
    found = breaches([line], ready_rules())
    return [(b.rule.metric, b.rule.severity) for b in found if not b.rule.metric.startswith("share")]


@pytest.mark.parametrize(
    ("category", "item"),
    [
        ("training", "老年人智能手机课讲师费"),
        ("materials", "消毒酒精"),
        ("materials", "相机租赁"),
        ("materials", "手机支架"),
        ("materials", "笔记本和签字笔"),
        ("venue", "酒店场地"),
        ("materials", "独立式烟感"),
        ("printing", "防范现金诈骗宣传册"),
        ("materials", "戒烟酒宣传展板"),
        ("training", "书法教材"),
    ],
)
def test_an_honest_line_passes(category, item):
    assert found_in(category, item) == []


@pytest.mark.parametrize("basis", ["手机店报价", "酒店三家比价", "不发现金，发物资"])
def test_a_basis_that_names_a_shop_passes(basis):
    assert found_in("materials", "活动用品", basis=basis) == []


@pytest.mark.parametrize(
    ("category", "item", "severity"),
    [
        ("materials", "购置固定资产", "block"),
        ("materials", "困难家庭慰问金", "block"),
        ("meals", "公务接待", "block"),
        ("materials", "笔记本电脑", "warn"),
        ("materials", "白酒两箱待客", "warn"),
        ("meals", "聚餐酒水", "warn"),
        ("volunteers", "志愿者红包", "warn"),
    ],
)
def test_what_names_the_thing_itself_is_blocked_or_to_be_explained(category, item, severity):
    assert ("forbidden", severity) in found_in(category, item)


def test_cash_is_found_in_the_basis_too():
    assert ("forbidden", "block") in found_in("materials", "节日关怀", basis="按户发放现金200元")


@pytest.mark.parametrize(
    ("category", "item", "price", "unit", "rank"),
    [
        ("training", "讲师费（教授）", "9000", "学时", ""),
        ("training", "培训", "9000", "次", ""),
        ("staff", "讲师费", "9000", "次", ""),
        ("training", "讲课费", "2000.01", "半天", "associate"),
        ("training", "讲课费", "1500.01", "学时", "renowned"),
    ],
)
def test_a_lecture_fee_over_its_cap_is_blocked_however_it_is_worded(category, item, price, unit, rank):
    assert found_in(category, item, price, unit, rank=rank) == [("unit_price", "block")]


@pytest.mark.parametrize(
    ("item", "price", "unit", "rank"),
    [
        ("讲课费", "2000", "半天", "associate"),
        ("讲课费", "1000", "学时", "full"),
        ("讲课费", "12000", "天", "renowned"),
        ("声乐老师", "200", "次", ""),
        ("培训教材", "600", "套", ""),
    ],
)
def test_a_lecture_fee_within_its_cap_passes(item, price, unit, rank):
    assert found_in("training", item, price, unit, rank=rank) == []


# -- In a proposal ---------------------------------------------------------------------------------


def test_a_warning_on_the_budget_is_explained_and_the_clerk_reads_it(town, browse):
    rule = town.call.budget_rules.create(metric="forbidden", words="物资", severity="warn", legal_basis="依据甲")
    project = draft(town)
    with pytest.raises(Refused):
        proposals.submit(project, by=town.head, pledged=True)
    page = f"/projects/{project.pk}/explanations/"
    assert "依据甲" in browse(town.head).get(page).content.decode()

    browse(town.head).post(page, {f"limit-{rule.pk}": "是活动用的纸和笔。"})
    proposals.submit(Project.objects.get(), by=town.head, pledged=True)

    assert "是活动用的纸和笔。" in browse(town.clerk).get(f"/projects/{project.pk}/check/").content.decode()


def test_a_blocked_line_is_not_explained_away(town):
    rule = town.call.budget_rules.create(metric="forbidden", words="物资", legal_basis="依据")
    project = draft(town)

    support.explain(project, rule, by=town.head, text="请通融")

    assert [problem.field.split(":")[0] for problem in problems(project)] == ["budget_lines"]


def test_what_does_not_count_for_the_track_does_not_enlarge_the_base_of_a_share(town):
    """管理费 1,000 of 10,000 is 10 %; with 10,000 in kind that do not count it still is."""
    given = {"category": "venue", "item": "场地", "unit_price": D("10000"), "unit": "次", "quantity": D(1)}
    tax = {"category": "tax", "item": "税费", "unit_price": D("1000"), "unit": "项", "quantity": D(1)}
    rest = LINES[0] | {"unit_price": D("225")}
    lines = [rest, tax, given | {"source": "in_kind", "basis": "场地租金价目表"}]
    town.call.budget_rules.create(metric="share_of_total", category="tax", value=D(6), legal_basis="依据")
    project = draft(town, lines=lines)
    assert budget_breaches(project, list(project.budget_lines.all())) == []

    project.track.in_kind_counts = False

    assert len(budget_breaches(project, list(project.budget_lines.all()))) == 1


def test_the_cap_and_the_share_of_a_track_quote_their_basis(town):
    town.call.tracks.update(cap=D("5000.00"), max_share=D(50), legal_basis="穗民规字〔2019〕1号")

    found = problems(Project.objects.get(pk=draft(town).pk))

    assert [str(problem.message).endswith("（依据：穗民规字〔2019〕1号）") for problem in found] == [True, True]


def test_the_form_asks_for_a_title_only_where_a_rule_depends_on_it(town):
    project = draft(town)
    assert "rank" not in Tables(project)["budget_lines"].forms[0].fields

    town.call.budget_rules.create(metric="unit_price", rank="full", per="lesson", value=D(1000), legal_basis="依据")

    assert "rank" in Tables(Project.objects.get())["budget_lines"].forms[0].fields
