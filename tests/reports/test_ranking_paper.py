"""The ranking as a paper to be signed: places, scores and sums as counted by hand."""

import pytest
from django.urls import reverse

from evaluations.actions import panel
from grants.models import Call
from reports.ranking_papers import ranking
from tests.judging import judged
from tests.life import draft

pytestmark = pytest.mark.one_database


def of(town) -> Call:
    return Call.objects.select_related("funder", "review_rubric").get(pk=town.call.pk)


def test_each_project_stands_in_its_place_with_its_score_and_track(town, life, draw):
    judged(town, life, 25, 28, filed=(27,))

    text = draw(ranking(of(town))).text

    assert text.index("1项目28") < text.index("2项目25")  # 30 + merit + 20
    assert "3／378.00—78.0010,000.00" in text
    assert "3／375.00—75.0010,000.00" in text
    assert "申请金额小计20,000.00" in text
    assert "1合唱27" in text
    assert "申请金额小计2,000.00" in text
    assert "评审尚未结束" not in text


def test_unfinished_panel_has_no_place_and_the_paper_says_so(town, life, draw):
    late = life.walk(draft(town, title="迟到的项目"), "eligible")
    projects = judged(town, life, 25)
    panel.assign(late, town.expert1, by=town.clerk)
    life.walk(late, "in_review")

    text = draw(ranking(of(town))).text

    assert "评审尚未结束，1个项目的评分表未齐，名次不作依据" in text
    assert "—迟到的项目" in text
    assert projects[0].title in text


def test_call_without_a_review_says_that_there_is_nothing(town, draw):
    assert "尚无进入评审的项目" in draw(ranking(of(town))).text


def test_long_ranking_repeats_its_head_and_its_sum_is_never_alone(town, life, draw):
    judged(town, life, 25, 28)
    document = ranking(of(town))
    [group] = document.context["groups"]
    many = group._replace(lines=group.lines * 20)

    pages = draw(document._replace(context=document.context | {"groups": [many]})).pages

    rows = [page for page in pages if "柳溪社会工作服务中心" in page]
    assert len(rows) > 1
    assert all("名次项目名称、申报单位" in page for page in rows)
    [last] = [page for page in pages if "申请金额小计" in page]
    assert "柳溪社会工作服务中心" in last


def test_ranking_is_for_the_funder_and_not_for_a_group(town, life, browse):
    judged(town, life, 25)
    address = reverse("reports:ranking_paper", args=[town.call.pk])

    assert browse(town.clerk).get(address).status_code == 200
    assert browse(town.head).get(address).status_code == 403
