"""The research report: its figures are those of the dashboards, its problems those of the stated thresholds."""

from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn
from PIL import Image
from pypdf import PdfReader

from core import clock
from core.models import Event
from evaluations.satisfaction import Satisfaction
from people.models import Community, Membership, Organization
from projects.models import Activity, Project
from projects.survival import Survival
from reports import charts
from reports.chart_style import PAPER
from reports.figures import life as life_figures
from reports.figures import money, people
from reports.figures.board import FUNDER, SUPPORT, Board
from reports.pdf import render
from reports.research import docx, facts, raster
from reports.research.blocks import Chart, Paragraph, Table, ToWrite
from reports.research.composing import compose
from reports.research.facts import Place, Waiting, board_of, read
from reports.research.problems import THRESHOLDS, measures, problems
from reports.views.research import document_of
from tests.reports.test_dashboards import busy

pytestmark = pytest.mark.one_database

EVERYWHERE = Place("", "")
PAGE, PDF, WORD = reverse("research:research"), reverse("research:research_pdf"), reverse("research:research_docx")


def composed(user, place: Place = EVERYWHERE, year: int = 2026, kind: str = FUNDER, *, pictures: bool = False):
    board = board_of(kind, user)
    this, before = read(board, place, year, with_pictures=pictures), read(board, place, year - 1)
    return this, compose(this, before, office=facts.office_of(user), today=clock.today())


# -- Figures ----------------------------------------------------------------------------------------


def test_figures_are_those_of_the_dashboard_and_of_an_independent_count(town, life):
    busy(town, life)
    this, report = composed(town.clerk)
    board = Board(FUNDER, town.clerk, year=2026)
    assert list(this.steps.values()) == [row[1].value for row in life_figures.funnel(board).rows]
    assert this.steps["received"] == Project.objects.filter(submitted_at__isnull=False).count() == 6
    funded = [one for one in Project.objects.all() if one.is_funded]
    assert this.steps["funded"] == len(funded) == 3
    assert this.awarded == sum(one.amount_awarded for one in funded)
    assert this.paid == sum(one.amount_paid for one in funded)
    assert this.all_visits == people.attendance(board)[1] > 0
    assert this.activities == Activity.objects.recorded().count()
    assert f"收到申报6份，立项3个，资助金额{this.awarded:,.2f}元" in report.text
    assert f"服务居民{this.all_visits}人次" in report.text


def test_spending_is_that_of_the_dashboard(town, life):
    busy(town, life)
    this, report = composed(town.clerk)
    rows = money.spending(Board(FUNDER, town.clerk, year=2026)).rows
    assert this.spent == sum(row[4].value for row in rows)
    assert f"已认定支出{this.spent:,.2f}元" in report.text


def test_region_and_year_narrow_every_figure(town, life):
    busy(town, life)
    other, _report = composed(town.clerk, Place("110105031", "望京街道"))
    assert (other.steps["received"], other.steps["funded"]) == (1, 1)
    assert composed(town.clerk, year=2025)[0].is_empty
    whole = composed(town.clerk, Place("110105", "朝阳区"))[0]
    assert whole.steps["received"] == 5  # one does not say where
    assert whole.awarded == composed(town.clerk)[0].awarded


def test_all_regions_have_no_fewer_communities_than_one_of_them(town, life):
    busy(town, life)
    Community.objects.create(region_code="110105031099", name="没有项目的社区", street="望京街道", district="朝阳区")

    everywhere, one = composed(town.clerk)[0], composed(town.clerk, Place("110105", "朝阳区"))[0]

    counted = [
        (year.indicators["filed"].denominator, year.indicators["filed_on_target"].denominator)
        for year in (everywhere, one)
    ]
    assert counted[0] == counted[1] == (Community.objects.filter(region_code__startswith="110105").count(),) * 2


def test_mentor_counts_own_projects_only(town, life):
    busy(town, life)
    this, report = composed(town.mentor, kind=SUPPORT)
    assert this.steps["received"] == Board(SUPPORT, town.mentor, year=2026).projects.count() == 3
    assert report.office == "同行者支持中心"


def test_year_before_is_compared_where_there_is_one(town, life):
    busy(town, life)
    this, before = (
        read(board_of(FUNDER, town.clerk), EVERYWHERE, 2026),
        read(board_of(FUNDER, town.clerk), EVERYWHERE, 2025),
    )
    assert "比上年" not in compose(this, before, office="", today=clock.today()).text
    report = compose(this, this, office="", today=clock.today())
    assert "收到申报6份（与上年持平）" in report.text
    fewer = SimpleNamespace(**{**vars(this), "steps": this.steps | {"received": 4}})
    for name in ("all_visits", "rate", "late_share", "is_empty"):
        setattr(fewer, name, getattr(this, name))
    assert "收到申报6份（比上年增加2份，增长50%）" in compose(this, fewer, office="", today=clock.today()).text


def test_empty_year_says_so_and_invents_nothing(town):
    this, report = composed(town.clerk, year=2019)
    assert this.is_empty
    assert "没有全域2019年度的申报" in report.text
    assert (report.chapters, report.annexes) == ([], [])


def test_report_has_the_chapters_of_the_sources_and_places_to_write(town, life):
    busy(town, life)
    _this, report = composed(town.clerk)
    assert [number + chapter.title for number, chapter in report.numbered] == [
        "一、主要做法", "二、取得的成效", "三、存在的问题", "四、下一步工作建议",
    ]  # fmt: skip
    sections = [place + section.title for place, section in report.chapters[0].numbered]
    assert sections[0] == "（一）坚持需求导向，发布批次"
    to_write = [block.text for block in report.blocks if isinstance(block, ToWrite)]
    assert len(to_write) > 8
    assert all(text.startswith("【待填写：") and text.endswith("】") for text in to_write)


def test_no_resident_is_named(town, life):
    busy(town, life)
    _this, report = composed(town.clerk)
    names = set(town.people[name].name for name in ("mentor", "expert1")) | {"李四", "王秀英", "13800138000"}
    tables = "".join(str(block.rows) for block in report.blocks if isinstance(block, Table))
    assert [name for name in names if name in report.text + tables] == []


# -- Problems ---------------------------------------------------------------------------------------


def indicator(value):
    return SimpleNamespace(value=Decimal(value), numerator=6, denominator=11)


def year(**changes):
    """A year in which nothing is wrong."""
    fine = {
        "steps": {"received": 10, "funded": 5},
        "awarded": Decimal("100000.00"), "spent": Decimal("60000.00"), "rate": Decimal("60.0"),
        "late": 2, "due": 10, "late_share": Decimal("20.0"), "load": {"1": 8},
        "satisfaction": Satisfaction(n=30, satisfied=24), "grades": {"pass": 9, "fail": 1},
        "survival": Survival(funded=10, under_way=0, active=6, stopped=4, terminated=0, silent=0, not_asked=0),
        "waiting": Waiting("评审中", Decimal(20), 5), "gaps": 0,
        "indicators": {
            key: indicator(value)
            for key, value in (("returned", 50), ("public_money", 70), ("filed_on_target", 50))
        },
    }  # fmt: skip
    return SimpleNamespace(**(fine | changes))


def test_figures_at_their_limit_are_no_problem():
    assert [one.threshold.key for one in problems(year())] == []
    assert {one.threshold.key: one.value for one in measures(year())} == {
        threshold.key: threshold.limit for threshold in THRESHOLDS
    }


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("rate", {"rate": Decimal("59.9")}),
        ("late", {"late_share": Decimal("20.1")}),
        ("load", {"load": {"1": 9, "2": 3}}),
        ("answers", {"satisfaction": Satisfaction(n=29, satisfied=29)}),
        ("satisfied", {"satisfaction": Satisfaction(n=1000, satisfied=799)}),
        ("survival", {"survival": Survival(100, 0, 59, 41, 0, 0, 0)}),
        ("waiting", {"waiting": Waiting("评审中", Decimal("20.5"), 5)}),
        ("failed", {"grades": {"pass": 8, "fail": 1}}),
        ("gaps", {"gaps": 1}),
        ("returned", {"indicators": {"returned": indicator("50.1")}}),
        ("public_money", {"indicators": {"public_money": indicator(71)}}),
        ("filed_on_target", {"indicators": {"filed_on_target": indicator(49)}}),
    ],
)  # fmt: skip
def test_figure_past_its_limit_is_a_problem_that_states_it(key, changes):
    [found] = problems(year(**changes))
    assert found.threshold.key == key
    assert found.sentence
    assert found.task


def test_what_is_not_known_is_no_problem():
    nothing = year(
        rate=None, late_share=None, load={}, satisfaction=Satisfaction(), steps={"received": 0, "funded": 0},
        survival=Survival(0, 0, 0, 0, 0, 0, 0), waiting=None, grades={}, indicators={},
    )  # fmt: skip
    assert problems(nothing) == []
    assert [one.outcome for one in measures(nothing) if one.threshold.key != "gaps"] == ["不详"] * 11


def test_every_threshold_stands_in_the_annex_with_its_outcome(town, life):
    busy(town, life)
    this, report = composed(town.clerk)
    [table] = [block for block in report.blocks if isinstance(block, Table) and "阈值" in block.head]
    assert [row[0] for row in table.rows] == [threshold.name for threshold in THRESHOLDS]
    crossed = [row[0] for row in table.rows if row[3] == "超出阈值"]
    assert [one.threshold.name for one in problems(this)] == crossed != []
    text = report.text
    assert all(f"针对“{name}”的措施" in text for name in crossed)


# -- How it is set ----------------------------------------------------------------------------------


@pytest.fixture
def report(town, life):
    busy(town, life)
    return composed(town.clerk, pictures=True)[1]


def test_docx_is_read_back_with_headings_tables_charts_and_page_numbers(report):
    content = docx.write(report)
    read_back = Document(BytesIO(content))
    headings = [
        (one.style.name, one.text) for one in read_back.paragraphs if one.style.name.startswith(("Head", "Title"))
    ]
    assert "\n" in headings[0][1]  # broken where the words allow it, not where the line ends
    assert [(style, text.replace("\n", "")) for style, text in headings[:3]] == [
        ("Title", report.title), ("Heading 1", "一、主要做法"), ("Heading 2", "（一）坚持需求导向，发布批次"),
    ]  # fmt: skip
    texts = [one.text for one in read_back.paragraphs]
    for block in report.blocks:
        if isinstance(block, Paragraph):
            assert f"{block.lead}{block.text}" in texts
    assert len(read_back.tables) == sum(isinstance(block, Table) for block in report.blocks)
    assert len(read_back.inline_shapes) == sum(isinstance(block, Chart) for block in report.blocks) > 2
    assert "PAGE" in read_back.sections[0].footer._element.xml
    assert "PAGE" in read_back.sections[0].even_page_footer._element.xml
    faces = {
        name: read_back.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Title", "Heading 1", "Heading 2")
    }
    assert list(faces.values()) == ["仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"]
    assert docx.write(report) == content  # the same report, the same bytes


def test_pdf_says_what_the_report_says(report):
    document = document_of(report)
    pages = [page.extract_text() for page in PdfReader(BytesIO(render(document.template, document.context))).pages]
    said = "".join("".join(pages).split())
    for number, chapter in report.numbered:
        assert f"{number}{chapter.title}" in said
    assert "【待填写：" in said
    assert "柳溪镇人民政府" in said


def test_chart_becomes_a_picture_of_the_same_shape():
    svg = charts.bar("资助", (("为老", 3), ("助残", 1)), "个", PAPER)
    picture = Image.open(BytesIO(raster.png(svg)))
    width, height = (float(one) for one in svg.split('viewBox="0 0 ')[1].split('"')[0].split())
    shape = (width * raster.DPI / 72, height * raster.DPI / 72)
    assert picture.size == pytest.approx(shape, abs=1)
    colours = {colour for _n, colour in picture.convert("RGB").getcolors(1 << 20)}
    assert (0x0E, 0x5A, 0x52) in colours  # the bars
    assert (255, 255, 255) in colours


# -- Who may have it --------------------------------------------------------------------------------


def test_report_is_read_and_taken_out(town, life, browse):
    busy(town, life)
    client = browse(town.clerk)
    shown = client.get(PAGE, {"region": "", "year": "2026"})
    assert "主要做法" in shown.text
    word = client.get(WORD, {"region": "", "year": "2026"})
    assert word.content.startswith(b"PK")
    assert Event.objects.filter(name="export", actor=town.clerk).count() == 1


@pytest.mark.parametrize("who", ["clerk", "approver", "mentor"])
def test_page_is_for_those_who_write_reports(town, browse, who):
    assert browse(getattr(town, who)).get(PAGE).status_code == 200


@pytest.mark.parametrize("who", ["finance", "auditor", "head", "singer", "evaluator", "expert1", "stranger"])
def test_report_is_refused_to_others(town, browse, who):
    client = browse(getattr(town, who))
    assert [client.get(address, {"year": "2026"}).status_code for address in (PAGE, PDF, WORD)] == [403, 403, 403]


@pytest.mark.parametrize("asked", [{"year": "x"}, {"region": "99", "year": "2026"}, {"year": "-5"}, {}])
def test_what_cannot_be_chosen_is_said(town, browse, asked):
    for address in (PAGE, PDF, WORD):
        response = browse(town.clerk).get(address, asked)
        assert response.status_code == 200
        assert "text/html" in response["Content-Type"]
    assert Event.objects.filter(name="export").count() == 0


def test_reading_costs_the_same_for_more_projects(town, life, django_assert_max_num_queries):
    busy(town, life)
    with django_assert_max_num_queries(120):
        read(board_of(FUNDER, town.clerk), EVERYWHERE, 2026, with_pictures=True)


def test_command_writes_both_files_of_all_funders(town, life, tmp_path):
    busy(town, life)
    folder, out = tmp_path / "reports", StringIO()
    folder.mkdir()
    call_command("research_report", "--region", "110105", "--year", "2026", "--output", str(folder), stdout=out)
    assert sorted(path.name for path in folder.iterdir()) == [
        "调研报告草稿-朝阳区-2026年度.docx", "调研报告草稿-朝阳区-2026年度.pdf",
    ]  # fmt: skip
    whole = read(board_of(FUNDER, None), EVERYWHERE, 2026)
    assert whole.steps["received"] == Project.objects.exclude(submitted_at=None).count()
    with pytest.raises(CommandError, match=r"^999999没有项目。有项目的地区：.*110105"):
        call_command("research_report", "--region", "999999")


def test_nobody_in_no_organisation_has_no_office(town):
    assert facts.office_of(None) == ""
    assert Organization.objects.count() > 0
    assert not Membership.objects.filter(user=town.stranger).exists()
    assert facts.office_of(town.stranger) == ""
    assert isinstance(board_of(FUNDER, None).user, AnonymousUser)


def test_month_of_a_visit_is_in_its_year(town, life):
    busy(town, life)
    this, _report = composed(town.clerk)
    assert list(this.visits) == [date(2026, month, 1) for month in range(1, 13)]
    now = clock.today()
    assert list(composed(town.clerk, year=now.year)[0].visits)[-1] == date(now.year, now.month, 1)  # none to come
