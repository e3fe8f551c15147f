"""The tables of the judging, read back: whoever has them can count again."""

import json
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db.models import Q
from django.urls import reverse

from core.models import CalendarDay
from evaluations.actions import conflict, optimum, ranking, selecting, unlocking
from evaluations.actions.watching import recheck
from evaluations.lots import draw as draw_lots
from evaluations.models import Assignment
from evaluations.ranking import add_up
from grants.models import BonusRule, Call
from people.models import Interest
from projects.models import Notice, Project
from tests.judging import announced, judged, score
from tests.life import choir_draft, draft
from tests.reports.test_access import text_of


def book(client, name: str, pk: int):
    return openpyxl.load_workbook(BytesIO(client.get(reverse(f"reports:{name}", args=[pk])).content))


def rows(workbook, sheet: str) -> list[dict]:
    head, *found = workbook[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in found]


def test_the_ranking_tells_who_opened_a_sheet_again_and_what_changed(town, life, browse):
    [project] = judged(town, life, 38)
    sheets = Assignment.objects.filter(project=project).select_related("project__call", "person").order_by("pk")
    first, second, _third = sheets
    refused = unlocking.ask_to_unlock(first, by=town.expert1, reason="看错了")
    unlocking.decide_on_unlocking(refused, by=town.clerk, grant=False, answer="请说明哪一项")
    granted = unlocking.ask_to_unlock(second, by=town.clerk, reason="专家来电更正")
    unlocking.decide_on_unlocking(granted, by=town.approver, grant=True)

    def table() -> list[tuple]:
        found = rows(book(browse(town.auditor), "ranking", town.call.pk), "评分表解锁")
        return [(one["专家"], one["申请人"], one["决定"], one["决定人"], one["更正内容"]) for one in found]

    said = (town.expert1.name, town.expert1.name, "不予解锁", town.clerk.name, None)
    opened = (town.expert2.name, town.clerk.name, "同意解锁", town.approver.name)
    assert table() == [said, (*opened, None)]  # an open panel shows no points

    score(Assignment.objects.get(pk=second.pk), 30, 36, 20)

    assert table() == [said, (*opened, "方案：38→36；总分：88→86")]


@pytest.fixture
def ranked(town, life):
    Call.objects.filter(pk=town.call.pk).update(drop_from=3)
    first, second = judged(town, life, 38, 30)
    rule = BonusRule.objects.create(
        call=town.call, kind="fundraising", condition="自筹资金", most=5, legal_basis="公告第六条"
    )
    ranking.give_bonus(second, rule, by=town.clerk, points=Decimal("2.50"), reason="捐赠协议")
    return first, second


def test_every_score_of_the_ranking_can_be_counted_again_from_its_table(town, ranked, browse):
    table = book(browse(town.clerk), "ranking", town.call.pk)
    places, sheets, points = rows(table, "排名"), rows(table, "评分表"), rows(table, "各项得分")
    bonuses = rows(table, "加分")

    for place in places:
        own = [one for one in sheets if one["编号"] == place["编号"]]
        for sheet in own:
            given = [one["得分"] for one in points if (one["编号"], one["专家"]) == (place["编号"], sheet["专家"])]
            assert sum(given) == sheet["总分"]
        extra = [Decimal(str(one["加分"])) for one in bonuses if one["编号"] == place["编号"]]
        again = add_up([Decimal(one["总分"]) for one in own], drop_from=3, bonuses=extra)
        assert (place["专家评分"], place["得分"]) == (again.base, again.score)
        assert [one["是否计入"] for one in own].count("去掉") == 2
    assert [one["依据"] for one in bonuses] == ["捐赠协议"]
    assert {"规则": "计入的评分表", "内容": "满3张时，去掉一个最高分和一个最低分"} in rows(table, "规则")
    assert {one["评分项"] for one in rows(table, "各项平均")} == {one["评分项"] for one in points}


def test_tables_have_real_types_and_a_head_that_stays_in_sight(town, ranked, browse):
    sheet = book(browse(town.clerk), "ranking", town.call.pk)["评分表"]

    assert sheet.freeze_panes == "A2"
    assert isinstance(sheet["D2"].value, int | float)
    assert isinstance(sheet["F2"].value, datetime)


def test_points_of_a_panel_that_is_not_whole_are_in_no_table(town, life, browse):
    [project] = judged(town, life, 38)
    Call.objects.filter(pk=town.call.pk).update(panel_size=4)

    table = book(browse(town.clerk), "ranking", town.call.pk)

    assert [one["编号"] for one in rows(table, "排名")] == [project.number]
    assert rows(table, "评分表") == rows(table, "各项得分") == rows(table, "各项平均") == []


def test_what_the_assignment_was_given_can_be_put_in_again(town, life, browse):
    for made in (draft(town), choir_draft(town)):
        life.walk(made, "eligible")
    proposed = optimum.propose_panels(town.call, by=town.clerk)
    optimum.confirm_panels(proposed, by=town.clerk)
    life.day(2026, 4, 2)
    optimum.draw_groups(Call.objects.get(pk=town.call.pk), by=town.clerk, count=2)

    table = book(browse(town.clerk), "panels", town.call.pk)
    given, out = rows(table, "输入"), rows(table, "结果")

    loads = {one["专家编号"]: one["数值"] for one in given if one["类别"] == "最多份数"}
    assert loads == {judge: load for judge, load in proposed.items["loads"].items()}
    forbidden = [[one["专家编号"], one["项目编号"]] for one in given if one["类别"] == "不得评审"]
    assert forbidden == proposed.items["forbidden"]
    panels = {number: [] for number in proposed.outcome["panels"]}
    names = {str(person.pk): person.name for person in town.people.values()}
    for one in out:
        if one["组或项目"] in panels:
            panels[one["组或项目"]].append(one["项目或专家"])
    assert panels == {
        number: [names[str(pk)] for pk in people] for number, people in proposed.outcome["panels"].items()
    }
    seed = next(one["种子"] for one in rows(table, "抽签与分派计算") if one["事项"] == "分组")
    pot = [one["项目编号"] for one in given if one["类别"] == "参加抽签"]
    dealt = [[one["项目或专家"] for one in out if one["组或项目"] == f"第{group}组"] for group in (1, 2)]
    assert dealt == [draw_lots(pot, seed)[number::2] for number in (0, 1)]
    assert [one["缺少"] for one in rows(table, "评审组")] == [None, None]


def test_the_register_has_a_line_for_every_tie_and_what_was_decided(town, life, browse):
    waiting = life.walk(draft(town, title="待评项目"), "eligible")
    judged(town, life, 38)
    for kind in ("money", "family"):
        Interest.objects.create(person=town.expert1, organization=town.centre, kind=kind)
    [found] = recheck(Q(person=town.expert1))
    conflict.decide(found, by=town.clerk, stands_down=True, reason="确有经济往来")

    table = book(browse(town.auditor), "conflicts", town.call.pk)

    decided = [(one["类别"], one["对方名称"], one["处理"], one["理由"]) for one in rows(table, "利害关系登记")]
    assert decided == [("本人申报", town.centre.name, "回避", "确有经济往来")] * 2
    assert [one["理由"] for one in rows(table, "已回避")] == ["确有经济往来"]
    barred = [one for one in rows(table, "不得评审") if one["编号"] == waiting.number]
    assert [(one["专家"], one["后果"]) for one in barred] == [(town.expert1.name, "必须回避")] * 2


@pytest.mark.parametrize("username", ["head", "expert1", "stranger", "admin"])
def test_nobody_outside_the_funder_reads_the_register(town, life, browse, username):
    judged(town, life, 38)

    assert browse(town.people[username]).get(reverse("reports:conflicts", args=[town.call.pk])).status_code == 403


def test_the_selection_says_who_is_passed_over_and_what_quotas_count(town, ranked, browse):
    selecting.add_alternative(town.call, by=town.clerk, name="甲案", objective="rank_skip", budget=Decimal("10000.00"))

    table = book(browse(town.clerk), "selection", town.call.pk)

    line = rows(table, "资金方案")[0]
    assert (line["甲案"], line["甲案：名次在前未入选"]) == ("入选", None)
    assert len(line["街道代码"]) == 9
    assert rows(table, "方案说明")[0]["与现在的得分和金额"] == "一致"


# -- The days of a notice --------------------------------------------------------------------------


@pytest.fixture
def notice(town, life) -> Notice:
    [project] = judged(town, life, 38)
    return announced(town, {project.pk: "shortlist"}).call.notices.get()


def test_each_day_of_a_notice_says_whether_it_counts_and_why(town, notice, client):
    """National Day of 2026: Thursday 1 to Wednesday 7 October; Saturday 10 October is a workday."""
    Notice.objects.filter(pk=notice.pk).update(
        starts_on=date(2026, 9, 29), ends_on=date(2026, 10, 12), counts_first_day=False, workdays=5
    )

    found = rows(book(client, "notice_days", notice.pk), "工作日")

    said = {one["日期"].date(): (one["第几个工作日"], one["原因"]) for one in found}
    assert said[date(2026, 9, 29)] == (None, "公示首日，按公告规定不计入")
    assert said[date(2026, 9, 30)] == (1, "工作日")
    assert said[date(2026, 10, 1)] == (None, "节假日")
    assert said[date(2026, 10, 4)] == (None, "周末")
    assert said[date(2026, 10, 10)] == (4, "调休上班")
    assert said[date(2026, 10, 12)] == (5, "工作日")
    assert {one["依据"] for one in found} == {"国务院放假安排"}


def test_days_of_a_year_that_is_not_announced_are_marked(town, notice, client):
    Notice.objects.filter(pk=notice.pk).update(starts_on=date(2026, 12, 30), ends_on=date(2027, 1, 6))

    sure = [one["依据"] == "国务院放假安排" for one in rows(book(client, "notice_days", notice.pk), "工作日")]
    CalendarDay.objects.create(date=date(2027, 1, 1), kind=CalendarDay.Kind.HOLIDAY)
    known = [one["依据"] == "国务院放假安排" for one in rows(book(client, "notice_days", notice.pk), "工作日")]

    assert sure == [True, True, False, False, False, False, False, False]
    assert all(known)


def test_the_pages_lead_to_their_tables(town, notice, browse, client):
    assert reverse("reports:notice_days", args=[notice.pk]) in client.get(notice.get_absolute_url()).content.decode()
    panel = browse(town.clerk).get(reverse("evaluations:panel", args=[town.call.pk])).content.decode()
    assert reverse("reports:conflicts", args=[town.call.pk]) in panel
    card = browse(town.clerk).get(reverse("evaluations:result_card", args=[Project.objects.get().pk]))
    assert reverse("reports:ranking", args=[town.call.pk]) in card.content.decode()


def test_the_bonus_stands_apart_in_the_decision_the_minutes_and_the_notice(town, ranked, browse):
    first, second = ranked
    made = announced(town, {first.pk: "shortlist", second.pk: "shortlist"})
    notice, clerk = Notice.objects.get(), browse(town.clerk)

    [line] = [one for one in rows(book(clerk, "decision", made.pk), "决定") if one["编号"] == second.number]
    assert (line["专家评分"], line["加分"], line["得分"]) == (80, 2.5, 82.5)
    for page in (made.get_absolute_url(), notice.get_absolute_url()):
        shown = clerk.get(page).content.decode()
        assert shown.count("80.00 + 2.50") == 1, page  # and nothing beside the score without one
    for paper in (reverse("reports:minutes", args=[made.pk]), reverse("reports:notice", args=[notice.pk])):
        assert "80.00＋加分2.50" in text_of(clerk.get(paper)).replace("\n", ""), paper
    [said] = [one for one in json.loads(notice.frozen)["projects"] if one["number"] == second.number]
    assert (said["score"], said["experts_score"], said["bonus"]) == ("82.50", "80.00", "2.50")
    assert notice.is_unaltered


def test_a_notice_without_a_bonus_says_nothing_of_one(town, life):
    [project] = judged(town, life, 38)
    announced(town, {project.pk: "shortlist"})

    assert "bonus" not in Notice.objects.get().frozen
