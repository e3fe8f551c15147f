"""The printed score sheet of an evaluation: dimensions, what the records say, what was given instead and why."""

import pytest

from evaluations.models import Assignment
from reports.evaluation_papers import evaluation_sheet
from tests.by_framework import sent, submit

pytestmark = pytest.mark.one_database


def printed(assignment, draw) -> str:
    return draw(evaluation_sheet(Assignment.objects.get(pk=assignment.pk))).text


def test_an_empty_sheet_shows_the_dimensions_and_what_the_records_propose(town, life, draw):
    [assignment] = sent(town, life)

    paper = draw(evaluation_sheet(Assignment.objects.get(pk=assignment.pk)))
    text = paper.text

    assert "服务人数\n系统记录：" in paper.reader.pages[0].extract_text()  # no line runs into its record
    for word in ("中期评估评分表", "产出", "财务", "加分", "扣分项", "一票否决项（经第二人确认即为不合格）", "建议0分"):
        assert word in text
    assert "议事" not in text  # a service project is not judged by the lines of the others
    assert "尚未提交" in text


def test_a_submitted_sheet_keeps_the_figure_beside_the_other_points_and_their_reason(town, life, draw):
    [assignment] = sent(town, life)
    submit(assignment, 服务人数=20, 媒体报道=5, reasons={"服务人数": "现场核对签到表52人"})

    text = printed(assignment, draw)

    for word in (
        "有姓名可查的不重复人数0人，目标60人：0%",
        "另行评分的理由：现场核对签到表52人",
        "基本分85，加分5，扣分0",
    ):
        assert word in text
    assert "尚未提交" not in text
