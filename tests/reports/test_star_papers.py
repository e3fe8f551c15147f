"""Papers of stars and honours: the explanation, the certificate, the table of a year."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from evaluations.actions import honours, stars
from evaluations.models import Honour
from evaluations.views.stars import place_of
from reports import star_papers
from tests.evaluations.test_honours import granted
from tests.starry import RULES, in_notice, published, star_of

pytestmark = pytest.mark.one_database


def test_the_explanation_says_every_line_and_how_to_appeal(town, life, draw):
    star = star_of(in_notice(town, life), town.centre)

    text = draw(star_papers.star_letter(star, place_of(star))).text

    for said in (
        "星级评价告知书",
        "柳溪社会工作服务中心",
        "3星",
        "78.09分",
        "2025年度年检：未录入",
        "申诉",
        star.digest[:16],
    ):
        assert said in text.replace("\n", ""), said


def test_who_is_not_rated_reads_that_this_is_no_bad_mark(town, life, draw):
    year = in_notice(town, life)
    star = star_of(year, town.choir)
    star.score, star.stars, star.why_not = None, None, "no_finals"

    text = draw(star_papers.star_letter(star, None)).text

    assert ("本年度不评星" in text, "这不是负面评价" in text) == (True, True)


def test_the_certificate_is_one_page_with_its_number_and_no_seal(town, time, draw):
    honour = granted(town, time)

    paper = draw(star_papers.honour_certificate(honour))

    text = paper.text
    for said in ("荣誉证书", "夕阳红合唱队", "年度优秀社区社会组织", "RY2026-0001", "柳溪镇人民政府"):
        assert said in text, said
    assert len(paper.pages) == 1


def test_a_long_reason_still_fits_on_the_wall(town, time, draw):
    honour = granted(town, time)
    honour.reason = "为独居老人服务三年不断，" * 16

    assert len(draw(star_papers.honour_certificate(honour)).pages) == 1


def test_a_withdrawn_certificate_says_so_on_its_face(town, time, draw):
    honour = honours.withdraw(granted(town, time), by=town.approver, reason="材料不实。")

    assert "已撤销：材料不实。" in draw(star_papers.honour_certificate(honour)).text


def test_there_is_no_certificate_before_it_is_granted(town, browse):
    wish = {"year": 2026, "title": "优秀", "reason": "好", "contact_phone": "1"}
    honour = honours.propose(town.choir, town.bureau, by=town.clerk, **wish)

    assert browse().get(reverse("reports:honour_certificate", args=[honour.pk])).status_code == 404
    assert Honour.objects.get().number == ""


def test_the_table_of_a_year_has_everybody_and_every_line(town, life, browse):
    year = published(town, life)

    response = browse(town.auditor).get(reverse("reports:star_year", args=[year.pk]))

    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    rated = {row[3]: row for row in book["星级"].iter_rows(min_row=2, values_only=True)}
    assert rated["柳溪社会工作服务中心"][4:10] == (3, 78.09, 88, 80, 77.78, 33.33)
    assert rated["夕阳红合唱队"][7] is None
    lines = [row for row in book["逐项说明"].iter_rows(min_row=2, values_only=True) if row[0] == "夕阳红合唱队"]
    assert ("群众评价", "未知") in {(row[1], row[3]) for row in lines}


@pytest.mark.parametrize("who", ["head", "mentor", "expert1", None])
def test_the_table_is_the_funders(town, life, browse, who):
    year = stars.draft(town.bureau, by=town.clerk, values=RULES)

    response = browse(town.people[who] if who else None).get(reverse("reports:star_year", args=[year.pk]))

    assert response.status_code in (302, 404)
