"""The needs desk: what looks alike, and where needs meet no money."""

from collections import Counter
from datetime import date

import pytest
from django.urls import reverse

from grants.actions import needs
from grants.models import Need
from projects.gaps import Cell, GapTable
from projects.models import Project
from tests.life import draft


def report(town, title: str, text: str, **changes) -> Need:
    values = {"title": title, "text": text, "community": town.community, "field": town.elderly} | changes
    return needs.report_need(by=town.clerk, values=values)


@pytest.fixture
def alike(town):
    """Two reports of the same, and something else."""
    first = report(town, "独居老人看病没人陪", "八十岁以上独居老人看病挂号取药没人陪，子女在外地，只能麻烦邻居。")
    second = report(town, "看病没人陪", "我楼上的独居老人看病挂号取药没人陪，子女在外地，只能麻烦邻居帮忙。")
    return first, second, report(town, "楼道堆物", "楼道里堆满旧家具，消防查了几次。")


def test_needs_that_look_alike_are_proposed_for_merging(town, alike, browse):
    first, second, _other = alike

    page = browse(town.clerk).get(reverse("projects:need_sort_out", args=[second.pk]))

    assert [need for need, _score in page.context["alike"]] == [first]


@pytest.mark.parametrize("who", ["auditor", "finance", "approver"])
def test_the_rest_of_the_funder_reads_a_need_and_finds_nothing_to_press(town, alike, browse, who):
    said = {"contact": "张阿姨", "contact_phone": "13900139000", "source": "community", "vouched_by": None}
    Need.objects.filter(pk=alike[1].pk).update(**said)
    client = browse(getattr(town, who))
    address = reverse("projects:need_sort_out", args=[alike[1].pk])

    page = client.get(address).content.decode()

    assert address in client.get(reverse("projects:need_desk")).content.decode()
    assert "我楼上的独居老人看病" in page
    assert "139****9000" in page
    assert '<form method="post"' not in page.partition("<main")[2]
    assert client.post(address, {"step": "accept", "seen": "received"}).status_code == 403
    assert "13900139000" in browse(town.clerk).get(address).content.decode()


def test_merging_shows_both_first_and_can_be_undone(town, alike, browse):
    first, second, _other = alike
    page = reverse("projects:need_merge", args=[second.pk])
    client = browse(town.clerk)

    shown = client.get(page, {"into": first.pk})
    assert (shown.context["into"], Need.objects.get(pk=second.pk).state) == (first, "received")
    client.post(page, {"into": first.pk, "seen": "received"})
    second.refresh_from_db()
    assert (second.state, second.merged_into) == ("merged", first)

    client.post(reverse("projects:need_unmerge", args=[second.pk]))
    second.refresh_from_db()
    assert (second.state, second.merged_into) == ("received", None)


def test_a_page_that_was_opened_before_the_need_was_accepted_merges_nothing(town, alike, browse):
    first, second, _other = alike
    needs.decide(second, "accept", by=town.clerk)

    browse(town.clerk).post(reverse("projects:need_merge", args=[second.pk]), {"into": first.pk, "seen": "received"})

    assert Need.objects.get(pk=second.pk).state == "accepted"


@pytest.mark.parametrize("words", ["旧家具 消防", "楼道", "柳溪 堆物"])
def test_the_main_need_is_found_by_words(town, alike, browse, words):
    first, _second, other = alike

    page = browse(town.clerk).get(reverse("projects:need_merge", args=[first.pk]), {"q": words})

    assert page.context["found"] == [other]


def test_the_main_need_is_found_by_its_code_and_only_if_it_is_open(town, alike, browse):
    first, second, other = alike
    page = reverse("projects:need_merge", args=[first.pk])

    def found(words: str) -> list[Need]:
        return browse(town.clerk).get(page, {"q": words}).context["found"]

    assert found(other.reference.lower()) == [other]
    assert found(first.reference) == []  # never itself
    needs.decide(second, "decline", by=town.clerk, note="重复")
    assert found(second.reference) == []


def test_a_committee_is_confirmed_on_the_desk(town, browse):
    values = {"title": "放学没人管", "text": "没人管", "community": town.community, "source": "community"}
    need = needs.report_need(values=values, sender="a")

    browse(town.clerk).post(reverse("projects:need_vouch", args=[need.pk]), {"note": "致电刘主任"})

    assert Need.objects.get(pk=need.pk).vouched_by == town.clerk


def test_declining_on_the_desk_asks_for_a_reason(town, alike, browse):
    page = reverse("projects:need_sort_out", args=[alike[2].pk])
    client = browse(town.clerk)

    assert list(client.post(page, {"step": "decline", "note": ""}).context["form"].errors) == ["note"]
    client.post(page, {"step": "decline", "note": "已有物业负责"})

    assert Need.objects.get(pk=alike[2].pk).state == "declined"


def test_the_desk_shows_the_oldest_first_and_by_state(town, alike, browse):
    client = browse(town.auditor)

    waiting = client.get(reverse("projects:need_desk")).context["page_obj"].object_list

    assert list(waiting) == list(alike)
    assert list(client.get(reverse("projects:need_desk") + "?state=declined").context["page_obj"]) == []


# -- Gaps ------------------------------------------------------------------------------------------


def test_a_gap_is_where_somebody_asked_and_nothing_is_funded():
    table = GapTable(needs=Counter([(1, 7), (1, 7), (2, 8), (3, None)]), funded=Counter([(2, 8), (1, 9)]))

    assert table.communities == {1, 2, 3}
    assert (table.cell(1, 7), table.cell(1, 7).is_gap) == (Cell(2, 0), True)
    assert (table.cell(2, 8), table.cell(2, 8).is_gap) == (Cell(1, 1), False)
    assert table.cell(3, None) == Cell(1, 0)
    assert table.column(7) == Cell(2, 0)


def test_the_gap_view_counts_funded_projects_that_run_or_are_done(town, alike, browse):
    project = draft(town)
    page = reverse("projects:need_gaps")

    def cell() -> Cell:
        ((_community, cells, _unsorted),) = browse(town.auditor).get(page).context["rows"]
        return cells[0][1]

    assert cell() == Cell(3, 0)
    Project.objects.filter(pk=project.pk).update(state="running")
    assert cell() == Cell(3, 1)
    Project.objects.filter(pk=project.pk).update(state="terminated")
    assert cell() == Cell(3, 0)


@pytest.mark.parametrize(
    ("ended_on", "counts_in"),
    [
        (date(2026, 2, 28), ["1", "2", "3", "all"]),
        (date(2025, 3, 10), ["1", "2", "3", "all"]),
        (date(2025, 3, 9), ["2", "3", "all"]),
        (date(2024, 3, 9), ["3", "all"]),
        (date(2014, 5, 31), ["all"]),
    ],
)
def test_a_project_that_ended_long_ago_fills_no_gap(town, alike, browse, ended_on, counts_in):
    Project.objects.filter(pk=draft(town).pk).update(state="completed", starts_on=None, ends_on=ended_on)
    client, page = browse(town.auditor), reverse("projects:need_gaps")

    counted = {
        years: client.get(page, {"years": years}).context["rows"][0][1][0][1].funded for years in ("1", "2", "3", "all")
    }

    assert [years for years, funded in counted.items() if funded] == counts_in
    assert client.get(page).context["period"] == "1"
    assert client.get(page, {"years": "x"}).context["period"] == "1"


def test_a_project_that_runs_longer_than_planned_still_counts(town, alike, browse):
    Project.objects.filter(pk=draft(town).pk).update(state="settling", starts_on=None, ends_on=date(2020, 1, 1))

    rows = browse(town.auditor).get(reverse("projects:need_gaps")).context["rows"]

    assert rows[0][1][0][1] == Cell(3, 1)


def test_a_figure_leads_to_its_needs_and_projects(town, alike, browse):
    project = draft(town)
    Project.objects.filter(pk=project.pk).update(state="running")
    client = browse(town.auditor)
    link = reverse("projects:need_gap", args=[town.community.pk]) + f"?field={town.elderly.pk}&years=1"

    assert link.replace("&", "&amp;") in client.get(reverse("projects:need_gaps")).content.decode()
    page = client.get(link)

    assert (list(page.context["needs"]), list(page.context["projects"])) == (list(alike), [project])
    other = client.get(reverse("projects:need_gap", args=[town.community.pk]) + f"?field={town.youth.pk}")
    assert (list(other.context["needs"]), list(other.context["projects"])) == ([], [])


def test_on_a_phone_each_figure_of_the_gap_view_says_its_field(town, alike, browse):
    page = browse(town.auditor).get(reverse("projects:need_gaps")).content.decode()

    assert page.count('data-label="为老服务"') == 2  # the community's, and all together


@pytest.mark.parametrize(("username", "sees"), [("clerk", True), ("volunteer", False), ("mentor", False)])
def test_needs_wait_for_a_funders_clerk_and_for_nobody_else(town, alike, browse, username, sees):
    page = browse(town.people[username]).get(reverse("inbox")).content.decode()

    assert (reverse("projects:need_desk") in page) is sees
