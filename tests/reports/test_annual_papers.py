"""The annual report of a call and of a district: figures as counted by hand, contents, what is not there."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from grants.models import Call
from people.models import Community
from projects.models import Project
from reports.annual_papers import annual_report, districts
from reports.documents import Document
from reports.figures.board import FUNDER, Board
from reports.pdf import LANGUAGE
from tests.reports.test_dashboards import busy

pytestmark = pytest.mark.one_database


def report(town, **narrowed) -> Document:
    with translation.override(LANGUAGE):
        return annual_report(Board(FUNDER, town.clerk, **narrowed))


@pytest.fixture
def full(town, life) -> dict[str, Project]:
    return busy(town, life)


def test_report_of_a_call_counts_what_stands_in_the_database(town, full, draw):
    paper = draw(report(town, call=Call.objects.get(pk=town.call.pk)))

    funded = [Project.objects.get(pk=full[name].pk) for name in ("running", "ended", "choir")]
    awarded = sum((project.amount_awarded or Decimal(0) for project in funded), Decimal(0))
    paid = sum((project.amount_paid for project in funded), Decimal(0))
    assert "收到项目申报6件，受理5件，入围3件，立项3件，结项1件" in paper.text
    assert f"立项项目资助金额合计{awarded:,.2f}元，已拨付{paid:,.2f}元" in paper.text
    assert [project.title in paper.text for project in funded] == [True] * 3
    assert "没走远的" not in paper.text  # not funded: a number, never a line


def test_contents_name_the_page_on_which_each_chapter_begins(town, full, draw):
    pages = draw(report(town, call=Call.objects.get(pk=town.call.pk))).pages

    contents = pages[1]
    for chapter in ("一、总体情况", "二、资金投入与使用", "四、居民满意度", "六、存在问题"):
        [begins] = [number for number, page in enumerate(pages, start=1) if chapter in page and number > 2]
        assert chapter in contents
        assert contents.partition(chapter)[2].lstrip("·").startswith(str(begins)), chapter


def test_report_of_a_district_counts_its_projects_only(town, full, draw):
    Community.objects.filter(name="望京社区").update(region_code="110101031001", district="东城区")
    assert districts(Board(FUNDER, town.clerk))["110101"] == "东城区"

    text = draw(report(town, year=2026, place="110101")).text

    assert "东城区2026年公益创投年度报告" in text
    assert "收到项目申报1件，受理1件，入围1件，立项1件，结项1件" in text
    assert "少年画室" in text
    assert full["running"].title not in text


def test_report_without_a_funded_project_says_so(town, life, draw):
    text = draw(report(town, call=Call.objects.get(pk=town.call.pk))).text

    for words in ("立项0件", "没有立项项目", "尚无评估结果", "没有暂停、整改或终止的项目"):
        assert words in text, words


def test_reports_are_for_funders_and_not_for_groups(town, full, browse):
    call = reverse("boards:call_report", args=[town.call.pk])

    page = browse(town.clerk).get(reverse("boards:annual_list")).content.decode()
    assert call in page
    assert browse(town.clerk).get(call).status_code == 200
    assert browse(town.head).get(call).status_code == 403
    assert browse(town.head).get(reverse("boards:annual_list")).status_code == 403


def test_districts_are_listed_by_one_year_at_a_time(town, full, browse):
    clerk, page = browse(town.clerk), reverse("boards:annual_list")
    [code] = [code for code, name in districts(Board(FUNDER, town.clerk)).items() if name == "朝阳区"]
    this, other = (reverse("boards:district_report", args=[year, code]) for year in (2026, 2025))
    earlier = Call.objects.get(pk=town.call.pk)
    earlier.pk, earlier.code = None, "CT25"
    earlier.opens_at, earlier.closes_at = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
    earlier.save(force_insert=True)
    Project.objects.filter(pk=full["ended"].pk).update(call=earlier)

    newest, chosen = clerk.get(page).content.decode(), clerk.get(page, {"year": "2025"}).content.decode()

    assert (this in newest, other in newest) == (True, False)
    assert (this in chosen, other in chosen) == (False, True)
    assert this in clerk.get(page, {"year": "1999'"}).content.decode()


def test_district_and_year_that_hold_nothing_are_not_there(town, full, browse):
    clerk = browse(town.clerk)
    [code] = [code for code, name in districts(Board(FUNDER, town.clerk)).items() if name == "朝阳区"]

    assert clerk.get(reverse("boards:district_report", args=[2026, code])).status_code == 200
    assert clerk.get(reverse("boards:district_report", args=[1999, code])).status_code == 404
    assert clerk.get(reverse("boards:district_report", args=[2026, "999999"])).status_code == 404
