"""自评报告, 评估报告, 整改通知书."""

import pytest

from core import clock
from projects.models import Project
from reports import evaluation_papers
from tests.evaluated import at_draft, commissioned, evaluated, fresh, items_of, self_evaluated, sent, written
from tests.life import draft

pytestmark = pytest.mark.one_database


@pytest.fixture
def project(town, life) -> Project:
    project = life.walk(draft(town), "running")
    life.day(2026, 10, 12)
    commissioned(town)
    return project


def text_of(paper) -> str:
    return "".join(paper.text.split())


def test_the_self_evaluation_shows_points_words_and_room_to_sign(town, project, draw):
    found = self_evaluated(town, sent(town, project))

    text = text_of(draw(evaluation_papers.self_evaluation(fresh(found))))

    for said in ("自评报告", "每周入户。", "雨天停了两次。", "见活动记录", "负责人签字"):
        assert said in text


def test_the_self_evaluation_keeps_the_figures_of_the_day_it_was_handed_in(town, project, draw):
    found = self_evaluated(town, sent(town, project))
    before = text_of(draw(evaluation_papers.self_evaluation(fresh(found))))

    Project.objects.filter(pk=project.pk).update(amount_paid="1234.00")

    assert text_of(draw(evaluation_papers.self_evaluation(fresh(found)))) == before


def test_the_report_has_scores_by_dimension_findings_items_and_signatures(town, project, draw):
    evaluated(town, project, 30, 10, 10, items=items_of(20, "补齐票据抬头"))
    found = fresh(project.evaluations.get())

    text = text_of(draw(evaluation_papers.evaluation_report(found)))

    for said in (
        "中期评估报告",
        "PG2026-0001",
        "50.00",
        "不合格",
        "两张发票抬头不全。",
        "补齐票据抬头",
        "立项协议第六条",
        "签字",
    ):
        assert said in text
    assert "草稿" not in text


def test_a_draft_says_that_it_is_one(town, project, draw):
    found = written(town, at_draft(town, project), 40, 20, 15)

    assert "草稿" in text_of(draw(evaluation_papers.evaluation_report(found)))


def test_what_a_draft_does_not_say_yet_is_not_said_to_be_nothing(town, project, draw):
    found = fresh(at_draft(town, project))
    before = text_of(draw(evaluation_papers.evaluation_report(found)))
    found.draft_sent_at = clock.now()  # whoever sent it has looked at it

    after = text_of(draw(evaluation_papers.evaluation_report(found)))

    assert ("存在问题（未填写）" in before, "意见建议（未填写）" in before) == (True, True)
    assert ("存在问题无。" in after, "意见建议无。" in after) == (True, True)


def test_the_scores_by_dimension_add_up_to_the_total(town, project):
    evaluated(town, project, 40, 20, 15)

    rows = evaluation_papers.dimensions(fresh(project.evaluations.get()))

    assert [(one.given, one.own, one.step) for one in rows] == [(40, 50, 80), (20, 30, 65), (15, 20, 75)]


def test_the_notice_names_every_item_with_its_basis_and_day(town, project, draw):
    evaluated(town, project, 20, 10, 5, items=items_of(20, "补齐票据抬头", "建立专账"))

    text = text_of(draw(evaluation_papers.rectification_notice(fresh(project.evaluations.get()))))

    for said in ("整改通知书", "ZG2026-0001", "补齐票据抬头", "建立专账", "立项协议第六条", "2026年11月1日", "复评"):
        assert said in text
