"""The needs desk: what looks alike, and where needs meet no money."""

import pytest
from django.urls import reverse

from grants.actions import needs
from grants.models import Need
from projects.gaps import Cell, gap_table
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


def test_one_press_merges_and_the_other_speaks_for_both(town, alike, browse):
    first, second, _other = alike
    page = reverse("projects:need_sort_out", args=[second.pk])

    browse(town.clerk).post(page, {"step": "merge", "into": first.pk, "seen": "received"})

    second.refresh_from_db()
    assert (second.state, second.merged_into) == ("merged", first)


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
    table = gap_table(needs=[(1, 7), (1, 7), (2, 8), (3, None)], funded=[(2, 8), (1, 9)])

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
        return cells[0]

    assert cell() == Cell(3, 0)
    Project.objects.filter(pk=project.pk).update(state="running")
    assert cell() == Cell(3, 1)
    Project.objects.filter(pk=project.pk).update(state="terminated")
    assert cell() == Cell(3, 0)


@pytest.mark.parametrize(("username", "sees"), [("clerk", True), ("volunteer", False), ("mentor", False)])
def test_needs_wait_for_a_funders_clerk_and_for_nobody_else(town, alike, browse, username, sees):
    page = browse(town.people[username]).get(reverse("inbox")).content.decode()

    assert (reverse("projects:need_desk") in page) is sees
