"""Needs and proposals in a table: the findings of a survey, and drafts that came on paper."""

import pytest

from grants.models import Need
from projects.models import Project
from tests.life import draft
from tests.reports.tables import Desk, cells_of, counts, csv_file, workbook, wrong

NEED = {
    "title": "老人看病没人陪",
    "text": "独居老人看病没人陪。",
    "community": "110105030001",
    "field": "为老服务",
    "people": "86",
    "source": "社工调研",
    "channel": "上门",
}
PROPOSAL = {
    "call": "LX2026",
    "applicant": "52110105MJ01000190",
    "title": "纸面申报的项目",
    "field": "为老服务",
    "community": "110105030001",
    "amount_requested": "12,000.50",
}


@pytest.fixture
def desk(town, browse, django_capture_on_commit_callbacks):
    return Desk(browse(town.clerk), django_capture_on_commit_callbacks)


def test_a_survey_brings_in_its_needs_and_a_wrong_row_keeps_the_good_ones(town, desk):
    nowhere = NEED | {"title": "别处的需求", "community": "110105030099"}

    job = desk.bring(csv_file(NEED, nowhere), "needs")

    assert counts(job) == {"new": 1, "wrong": 1}
    assert [(row, column) for row, column, _message in wrong(job)] == [(3, "Community")]
    need = Need.objects.get()
    assert (need.field, need.people, need.source, need.channel) == (town.elderly, 86, "survey", "visit")
    assert need.entered_by == town.clerk


def test_a_code_of_no_province_is_blamed_at_its_row_and_stops_nothing(town, desk):
    job = desk.bring(csv_file(NEED, NEED | {"title": "别处", "community": "999999999999"}), "needs")

    assert counts(job) == {"new": 1, "wrong": 1}
    assert [(row, column) for row, column, _message in wrong(job)] == [(3, "Community")]


def test_the_same_survey_twice_adds_nothing(town, desk):
    desk.bring(csv_file(NEED), "needs")

    assert counts(desk.bring(csv_file(NEED), "needs")) == {"unchanged": 1}
    assert Need.objects.count() == 1


def test_a_table_makes_drafts_in_the_track_of_the_applicant(town, desk):
    filed = {"call": "LX2026", "applicant": town.choir.name, "title": "合唱进楼门"}

    job = desk.bring(workbook(PROPOSAL, filed), "proposals")

    assert counts(job) == {"new": 2}
    first, second = Project.objects.order_by("pk")
    assert (first.state, first.track.name, str(first.amount_requested)) == ("draft", "登记组织", "12000.50")
    assert (second.track.name, second.host, second.created_by) == ("备案组织", town.host, town.clerk)


def test_somebody_elses_draft_is_not_changed_by_a_table(town, desk):
    theirs = draft(town)

    job = desk.bring(csv_file(PROPOSAL | {"title": theirs.title, "summary": "换掉"}), "proposals")

    assert counts(job) == {"wrong": 1}
    assert Project.objects.get().summary == theirs.summary


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"call": "XX9999"}, "Call"), ({"applicant": "没有的组织"}, "Applicant"), ({"field": "造火箭"}, "Service field")],
)
def test_a_wrong_reference_is_said_at_its_column(town, desk, changes, column):
    job = desk.send(csv_file(PROPOSAL | changes), "proposals")

    assert [found for _row, found, _message in wrong(job)] == [column]


def test_submitted_proposals_come_out_with_their_amounts_as_numbers(town, life, desk):
    life.walk(draft(town), "submitted")

    heads, row = cells_of(desk.export("proposals"))

    found = dict(zip(heads, row, strict=True))
    assert (found["Title"], found["Amount requested"], found["Call"]) == ("夕阳红暖心陪伴", 10000, "LX2026")
