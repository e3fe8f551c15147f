"""Dashboards: every linked figure is what its list shows, small groups are kept back, and it all costs the same."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from grants.actions import needs
from grants.models import Fund
from people.models import Community, Membership
from projects.actions import checking, mentoring, people, proposals
from projects.models import Project
from reports import chart_style
from reports.figures import money
from reports.figures.board import FUNDER, PUBLIC, SUPPORT, Board
from reports.figures.boards import SLIDES, sections
from tests import mentored, speaking
from tests.life import choir_draft, draft
from tests.memory import remembered
from tests.records import held
from tests.reports.conftest import Paper
from tests.starry import announced
from tests.town import make_call

BOARD = reverse("boards:dashboard")


def again(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


@remembered
def busy(town, life) -> dict[str, Project]:
    """A call with a project in most places: running (with mentor, activity, answers, a payment), completed, not far,
    ineligible, withdrawn; in two streets, one of them without a field; and a need without an answer."""
    other = Community.objects.create(
        region_code="110105031001", name="望京社区", street="望京街道", district="朝阳区", population=900
    )
    names = {
        "running": draft(town),
        "ended": draft(town, community=other, amount_requested=Decimal("10000.00"), field=town.youth, title="少年画室"),
        "choir": choir_draft(town),
        "checked": draft(town, title="没走远的"),
        "sent back": draft(town, title="要补正的"),
        "withdrawn": draft(town, title="撤回的"),
    }
    for name in names:
        names[name] = life.walk(names[name], "submitted")
    checking.check(names["sent back"], "return_for_correction", by=town.clerk, note="缺材料")
    for name in ("running", "ended", "choir", "checked", "withdrawn"):
        names[name] = life.walk(again(names[name]), "eligible")
    proposals.withdraw(again(names["withdrawn"]), by=town.head, note="不做了")
    for place in ("shortlisted", "running"):
        for name in ("running", "ended", "choir"):
            names[name] = life.walk(again(names[name]), place)
    for name in ("running", "ended", "choir"):
        people.assign_mentor(again(names[name]), town.mentor, town.support, by=town.clerk)
    life.pay(again(names["running"]).tranches.first())
    held(town, again(names["running"]), life.time, heads=46)
    note = mentored.advice(held_on=clock.today())
    mentoring.add_session(again(names["running"]), by=town.mentor, values=note)
    code = speaking.code(town, again(names["running"]))
    for face in ("good", "good", "fair", "bad"):
        speaking.say(code, face)
    names["ended"] = life.walk(again(names["ended"]), "completed")
    need = {"title": "没人教", "text": "孩子放学没去处", "community": other, "field": town.elderly}
    needs.report_need(by=town.clerk, values=need)
    Project.objects.filter(pk=names["checked"].pk).update(field=None, community=None)
    return {name: again(project) for name, project in names.items()}


def rows_behind(response, value: object, column: int) -> object:
    """What the list says in place of a figure: how many rows, or what they add up to."""
    context, name = response.context, response.resolver_match.view_name
    if name == "boards:visits":
        return context["whole"]
    if name == "boards:spending":
        return context["page_obj"].count if isinstance(value, int) else context["sums"][column - 2]
    if name == "grants:fund_list":
        places = ("paid", "committed", "reserved", "free", "allocated")
        if isinstance(value, int):
            return len(context["rows"])
        return sum(getattr(balance, places[column - 2]) for _fund, balance in context["rows"])
    if name == "projects:need_gap":
        listed = {2: len(context["needs"]), 3: len(context["projects"])}
        return listed.get(column, sum((one.amount_awarded for one in context["projects"]), Decimal(0)))
    if name == "evaluations:voice_list":
        return context["page_obj"].count if column == 1 else context["answers"]
    if name == "projects:session_list" and isinstance(value, Decimal):
        return context["all_hours"]
    if name == "evaluations:star_ranking":
        return sum(len(group["rows"]) for group in context["groups"])
    if name == "boards:public_projects" and column == 3:
        return context["paid"]
    return context["awarded"] if isinstance(value, Decimal) else context["page_obj"].count


def linked(board: Board) -> list[tuple[str, int, object, str]]:
    """Every figure of a dashboard that leads somewhere: where it stands, in which column, what it is, and to where."""
    tiles, found = sections(board)
    figures = [(f"tile {tile.label}", 3 if "拨付" in tile.label else 2, tile.cell) for tile in tiles]
    for section in found:
        for picture in section.pictures:
            figures += [(picture.key, at, cell) for row in picture.rows for at, cell in enumerate(row)]
    return [(where, at, cell.value, cell.url) for where, at, cell in figures if cell.url]


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("kind", "username", "pictures"),
    [
        (FUNDER, "clerk", {"funnel", "waiting", "survival", "funds", "field", "street", "spending", "rates",
                           "attendance", "satisfaction", "mentors", "gap"}),
        (SUPPORT, "mentor", {"funnel", "waiting", "survival", "field", "street", "spending", "rates", "attendance",
                             "satisfaction", "mentors"}),
        (SUPPORT, "hosthead", {"funnel", "waiting", "field", "street", "spending", "rates", "mentors", "satisfaction"}),
        (PUBLIC, None, {"funnel", "survival", "source", "field", "street", "satisfaction"}),
    ],
    ids=["funder", "mentor", "host", "public"],
)  # fmt: skip
def test_every_linked_figure_is_what_its_list_shows(town, life, browse, kind, username, pictures):
    busy(town, life)
    client = browse(town.people[username] if username else None)
    found = linked(Board(kind, town.people[username] if username else None))

    wrong = {}
    for where, at, value, url in found:
        shown = rows_behind(client.get(url), value, at)
        if shown != value:
            wrong[where, at, url] = (value, shown)

    assert wrong == {}
    assert {where for where, _at, _value, _url in found if not where.startswith("tile")} == pictures


def test_filter_that_nothing_fits_says_so_and_claims_nothing_of_the_whole(town, life, browse):
    projects = busy(town, life)
    other = make_call(town, code="LX2026-2", publish=False)
    Project.objects.filter(pk=projects["withdrawn"].pk).update(call=other)
    client = browse(town.clerk)

    fitting = client.get(f"{BOARD}?board=funder&call={other.pk}").content.decode()
    nothing = client.get(f"{BOARD}?board=funder&call={other.pk}&place=110105031").content.decode()
    whole = client.get(f"{BOARD}?board=funder").content.decode()

    hint, clear = "没有项目同时符合", f'href="?board={FUNDER}">显示全部'
    assert [(hint in page, clear in page) for page in (fitting, nothing, whole)] == [
        (False, True), (True, True), (False, False),
    ]  # fmt: skip
    assert ("上面所选的范围内没有数据" in nothing, "还没有立项项目" in nothing) == (True, False)


@pytest.mark.every_case
@pytest.mark.parametrize("narrowed", [{"year": 2026}, {"place": "110105031"}, {"call": "LX2026"}], ids=str)
def test_figures_narrowed_by_the_filter_lead_to_lists_narrowed_alike(town, life, browse, narrowed):
    busy(town, life)
    given = {"call": town.call} if "call" in narrowed else narrowed
    client = browse(town.clerk)

    board = Board(FUNDER, town.clerk, **given)
    for _where, at, value, url in linked(board):
        assert rows_behind(client.get(url), value, at) == value, url
    assert board.projects.count() == (1 if "place" in narrowed else 6)


def test_star_counts_lead_to_the_stars(town, life, browse):
    year = announced(town)
    for number, stars in enumerate([5, 3, 3]):
        organization = [town.centre, town.choir, town.host][number]
        year.stars.create(
            organization=organization, name=organization.name, kind=organization.kind, status=organization.status,
            score=80, stars=stars, digest="x",
        )  # fmt: skip
    type(year).objects.filter(pk=year.pk).update(state="published")
    client = browse()

    found = [(value, url) for where, _at, value, url in linked(Board(PUBLIC)) if where == "stars"]

    assert [value for value, _url in found] == [1, 2]
    assert [rows_behind(client.get(url), value, 1) for value, url in found] == [1, 2]


def steps(board: Board) -> list[int]:
    _tiles, found = sections(board)
    return [row[1].value for row in found[0].pictures[0].rows]


def test_funnel_counts_how_far_proposals_came_also_those_that_fell_out(town, life):
    busy(town, life)

    assert steps(Board(FUNDER, town.clerk)) == [6, 5, 3, 3, 1]
    assert steps(Board(SUPPORT, town.mentor)) == [3, 3, 3, 3, 1]


def test_funnel_for_everybody_leaves_out_calls_that_are_open(town, life):
    life.walk(draft(town), "submitted")

    assert steps(Board(PUBLIC)) == [0, 0, 0, 0, 0]
    life.day(2026, 4, 2)
    assert steps(Board(PUBLIC)) == [1, 0, 0, 0, 0]


def test_draft_is_in_nobodys_figures(town, life):
    draft(town)
    life.day(2026, 4, 2)

    assert steps(Board(FUNDER, town.clerk)) == [0] * 5
    assert steps(Board(PUBLIC)) == [0] * 5


def test_funder_does_not_count_another_funders_projects(town, life):
    busy(town, life)
    Membership.objects.filter(organization=town.bureau).exclude(user=town.clerk).update(until=date(2026, 1, 1))
    stranger = Board(FUNDER, town.stranger)

    assert steps(stranger) == [0] * 5


# -- What everybody may count -----------------------------------------------------------------------


def table(board: Board, key: str) -> list[list[str]]:
    _tiles, found = sections(board)
    picture = next(one for section in found for one in section.pictures if one.key == key)
    return [[cell.text for cell in row] for row in picture.rows]


def test_few_answers_are_not_told_to_everybody(town, life):
    busy(town, life)

    assert ["为老服务", "2", "少于30", "—", "—"] in table(Board(PUBLIC), "satisfaction")
    assert ["为老服务", "2", "4", "50.0%", "15.0%–85.0%"] in table(Board(FUNDER, town.clerk), "satisfaction")


def test_month_with_few_visits_is_not_told_to_everybody(town, life):
    project = mentored.running(town, life)
    held(town, project, life.time, heads=9)

    assert table(Board(PUBLIC), "attendance")[-1] == ["2026-06", "少于10"]
    assert table(Board(FUNDER, town.clerk), "attendance")[-1] == ["2026-06", "9"]


def test_public_list_shows_funded_projects_only(town, life, browse):
    found = busy(town, life)

    page = browse().get(reverse("boards:public_projects"))

    assert {project.pk for project in page.context["page_obj"]} == {found[n].pk for n in ("running", "ended", "choir")}
    assert "要补正的" not in page.content.decode()


@pytest.mark.every_case
@pytest.mark.parametrize("asked", ["scope=funder", "mentor=1", "used=0", "state=running", "left=submitted"])
def test_public_list_does_not_answer_what_is_not_public(town, life, browse, asked):
    busy(town, life)

    page = browse().get(f"{reverse('boards:public_projects')}?{asked}")

    assert page.context["narrowing"].asked == {}


# -- Pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("username", "kinds"),
    [("clerk", ["funder", "public"]), ("auditor", ["funder", "public"]), ("mentor", ["support", "public"]),
     ("hosthead", ["support", "public"]), ("stranger", ["public"]), (None, ["public"])],
)  # fmt: skip
def test_everybody_is_offered_their_own_dashboards(town, life, browse, username, kinds):
    busy(town, life)
    client = browse(town.people[username] if username else None)

    assert [kind for kind, _name in client.get(BOARD).context["tabs"]] == kinds
    for kind in ("funder", "support", "public"):
        assert client.get(BOARD, {"board": kind}).status_code == (200 if kind in kinds else 403)


def test_page_has_each_chart_with_its_table_and_nothing_inline(town, life, browse):
    busy(town, life)

    text = browse(town.clerk).get(BOARD).content.decode()

    assert text.count('<svg xmlns="http://www.w3.org/2000/svg"') == 24  # twelve charts: for a desk and for a phone
    assert text.count("<caption") == 12
    assert text.count('<th scope="row">') > 40
    assert "style=" not in text
    assert "<style" not in text


def test_without_figures_it_says_so_in_words(town, browse):
    text = browse(town.clerk).get(BOARD).content.decode()

    for said in ("还没有收到申报。", "还没有立项项目。", "还没有活动记录。", "还没有居民评价。", "还没有公布星级。"):
        assert said in text
    assert 'class="chart' in text  # the fund has money


def test_hostile_title_is_escaped_on_the_page(town, life, browse):
    town.call.title = '<script>alert("x")</script>😀' + "长" * 80
    town.call.save()
    busy(town, life)

    text = browse(town.clerk).get(BOARD).content.decode()

    assert '<script>alert("x")' not in text
    assert "&lt;script&gt;alert(" in text


@pytest.mark.parametrize(
    "query",
    ["year=abc", "year=99999999999", "call=x", "call=99999999999999999999", "place=%00", "place=1",
     "board=%F0%9F%98%80", "year=2026&call=1&place=none"],
)  # fmt: skip
def test_filter_that_cannot_be_read_narrows_nothing(town, life, browse, query):
    assert browse(town.clerk).get(f"{BOARD}?{query}").status_code == 200


@pytest.mark.every_case
@pytest.mark.parametrize(
    "query",
    ["scope=x", "place=abc", "in_field=999999999", "in_field=-1", "fate=x", "used=1", "mentor=x", "year=0", "left=%00",
     "reached=funded&fate=active&used=80&state=running&left=draft&source=lottery&in_field=none&place=none&scope=support"],
)  # fmt: skip
def test_list_bears_any_narrowing(town, life, browse, query):
    for name in ("projects:project_list", "projects:session_list", "evaluations:voice_list", "boards:visits",
                 "boards:spending", "boards:public_projects"):  # fmt: skip
        assert browse(town.clerk).get(f"{reverse(name)}?{query}").status_code == 200


@pytest.mark.parametrize(
    "days", ["since=2026-02-30&until=x", "since=&until=2026-13-01", "since=9999-12-31&until=0001-01-01"]
)
def test_visits_bear_any_day(town, browse, days):
    assert browse(town.clerk).get(f"{reverse('boards:visits')}?{days}").status_code == 200


def test_list_says_what_it_is_narrowed_to_and_keeps_it_while_searching(town, life, browse):
    busy(town, life)

    page = browse(town.clerk).get(
        reverse("projects:project_list"), {"reached": "funded", "place": "110105031", "q": "画"}
    )

    assert page.context["narrowing"].said == [("地点", "望京街道"), ("进度", "已获资助")]
    assert '<input type="hidden" name="place" value="110105031">' in page.content.decode()
    assert page.context["page_obj"].count == 1


@pytest.mark.every_case
@pytest.mark.parametrize(("kind", "username"), [(FUNDER, "clerk"), (SUPPORT, "mentor"), (PUBLIC, None)])
def test_dashboard_costs_the_same_for_6_and_for_12_projects(town, life, browse, kind, username):
    busy(town, life)
    client = browse(town.people[username] if username else None)
    client.get(BOARD, {"board": kind})
    with CaptureQueriesContext(connection) as few:
        client.get(BOARD, {"board": kind})
    for project in list(Project.objects.all()):
        twin(project)
    with CaptureQueriesContext(connection) as many:
        client.get(BOARD, {"board": kind})

    assert Project.objects.count() == 12
    assert len(many) == len(few)


def twin(project: Project) -> None:
    """The same once more, with mentor, activities, reports and answers."""
    lists = [list(getattr(project, name).all()) for name in ("participants", "activities", "reports", "voices")]
    project.pk, project.number = None, f"{project.number}-2"
    project.save()
    for rows in lists:
        for row in rows:
            if hasattr(row, "number"):
                row.number = f"{row.number[:6]}2{row.pk}"
            for field in row._meta.concrete_fields:
                if field.unique and not field.primary_key:
                    setattr(row, field.name, f"{str(getattr(row, field.name))[:20]}x{row.pk}")
            row.pk, row.project = None, project
            row.save(force_insert=True)


# -- The hall, and paper ----------------------------------------------------------------------------


def test_screen_goes_on_by_itself_and_begins_again(town, life, browse):
    busy(town, life)
    client, seen, following = browse(), [], 0

    for _each in range(len(SLIDES)):
        page = client.get(reverse("boards:screen"), {"slide": following})
        seen.append(page.context["at"])
        following = page.context["following"]
        assert (
            f'<meta http-equiv="refresh" content="15;url=/dashboard/screen/?slide={following}">'
            in page.content.decode()
        )
        assert "<script" not in page.content.decode()

    assert seen == [0, 1, 2, 3, 4, 7, 0, 1]  # no stars, and too few answers for everybody: these are passed over


def test_screen_can_be_stopped(town, browse):
    assert "http-equiv" not in browse().get(reverse("boards:screen"), {"slide": "0", "hold": ""}).content.decode()


@pytest.mark.parametrize("slide", ["", "x", "-1", "99999999999999999999", "٣", "7"])
def test_screen_shows_something_whatever_is_asked(town, browse, slide):
    page = browse().get(reverse("boards:screen"), {"slide": slide})

    assert page.status_code == 200
    assert page.context["tiles"] or page.context["picture"]


def test_screen_is_large(town, life, browse):
    """42 px of 1920 at least: legible from ten metres on a screen of two metres (character height a 200th)."""
    busy(town, life)

    page = browse().get(reverse("boards:screen"), {"slide": 1})

    sizes = {float(part.split('"')[0]) for part in page.content.decode().split('font-size="')[1:]}
    assert min(sizes) >= 37
    assert 'viewBox="0 0 1760' in page.content.decode()


@pytest.mark.one_database
def test_dashboard_prints_with_its_charts_as_text(town, life, browse):
    busy(town, life)

    paper = Paper(browse(town.clerk).get(reverse("boards:dashboard_pdf"), {"year": "2026"}).content)

    assert "公益创投数据看板（资助方看板）" in paper.text
    assert "范围：2026" in paper.text
    for said in ("从申报到结项（个）", "收到6100%", "受理583%", "望京街道"):
        assert said in paper.text
    assert all(paper.fonts.values())
    assert any("Noto-Sans-CJK-SC" in name for name in paper.fonts)


def test_funds_can_be_narrowed_to_a_source(town, browse):
    Fund.objects.create(funder=town.bureau, name="福彩", source="lottery", year=2025)

    def names(**asked) -> list[str]:
        rows = browse(town.finance).get(reverse("grants:fund_list"), asked).context["rows"]
        return [fund.name for fund, _balance in rows]

    assert names(source="lottery") == ["福彩"]
    assert names(year="2026") == ["社区公益金"]
    assert names(call=town.call.pk) == ["社区公益金"]
    assert names(source="x", year="abc") == ["社区公益金", "福彩"]


def test_what_one_project_spent_before_it_was_paid_hides_nothing_that_another_has_not_spent(town, life):
    projects = busy(town, life)
    Project.objects.filter(pk=projects["ended"].pk).update(amount_awarded="10000.00", amount_paid="0.00")
    Project.objects.filter(pk=projects["running"].pk).update(amount_awarded="10000.00", amount_paid="9000.00")

    drawn = str(money.spending(Board(FUNDER, town.clerk)).draw(chart_style.PAPER))

    assert "支出 1万, 已拨未支出 9,000, 未拨付也未支出 3,000 (元)" in drawn
