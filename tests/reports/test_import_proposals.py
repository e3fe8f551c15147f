"""Needs and proposals in a table: the findings of a survey, and drafts that came on paper."""

import pytest
from django.urls import reverse

from core.models import Notification
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


def test_swapped_days_are_said_before_anything_is_written(town, desk):
    swapped = PROPOSAL | {"starts_on": "2027-10-01", "ends_on": "2027-02-01"}

    job = desk.send(csv_file(PROPOSAL | {"title": "好的"}, swapped), "proposals")

    assert counts(job) == {"new": 1, "wrong": 1}
    assert [(row, column) for row, column, _message in wrong(job)] == [(3, "Ends on")]


def test_what_the_database_would_refuse_is_said_at_the_row_of_any_table(town, desk):
    """A rule that only the database has: an award above the request, or here a budget line of less than nothing."""
    desk.bring(csv_file(PROPOSAL), "proposals")
    line = LINE | {"unit_price": "200", "quantity": "-1"}

    job = desk.send(csv_file(line), "budget-lines")

    assert counts(job) == {"wrong": 1}


@pytest.mark.parametrize("code", ["lx2026", "Lx2026", "ＬＸ2026"])
def test_the_code_of_a_call_is_known_in_any_letters(town, desk, code):
    assert counts(desk.send(csv_file(PROPOSAL | {"call": code}), "proposals")) == {"new": 1}


def test_host_and_audience_come_in_and_only_a_filed_group_has_a_host(town, desk):
    host = {"host": town.host.credit_code, "audience": "七十岁以上的老人"}
    filed = {"call": "LX2026", "applicant": town.choir.name, "title": "合唱进楼门"} | host

    job = desk.bring(csv_file(filed), "proposals")

    assert counts(job) == {"new": 1}
    project = Project.objects.get()
    assert (project.host, project.audience) == (town.host, "七十岁以上的老人")
    refused = desk.send(csv_file(PROPOSAL | host), "proposals")
    assert [column for _row, column, _message in wrong(refused)] == ["Host organisation"]


def test_the_head_of_the_group_is_told_of_a_draft_from_a_table(town, desk):
    desk.bring(csv_file(PROPOSAL), "proposals")

    message = Notification.objects.get(recipient=town.head)

    assert message.url == reverse("projects:proposal_edit", args=[Project.objects.get().pk])
    assert not Notification.objects.filter(recipient=town.singer).exists()


LINE = {
    "call": "LX2026",
    "applicant": "52110105MJ01000190",
    "title": "纸面申报的项目",
    "category": "materials",
    "item": "慰问物资",
    "unit_price": "200.50",
    "unit": "次",
    "quantity": "40",
}


def test_budget_lines_come_in_for_a_draft_of_the_same_clerk_and_change_when_sent_again(town, desk):
    desk.bring(csv_file(PROPOSAL), "proposals")

    assert counts(desk.bring(csv_file(LINE, LINE | {"item": "茶点"}), "budget-lines")) == {"new": 2}
    assert counts(desk.bring(csv_file(LINE | {"quantity": "30"}), "budget-lines")) == {"changed": 1}

    project = Project.objects.get()
    assert [(line.item, str(line.amount)) for line in project.budget_lines.all()] == [
        ("慰问物资", "6015.00"),
        ("茶点", "8020.00"),
    ]


def test_the_number_of_a_quotation_comes_in_with_its_line(town, desk):
    desk.bring(csv_file(PROPOSAL), "proposals")

    desk.bring(csv_file(LINE | {"quote_number": "BJ-2026-0042"}), "budget-lines")

    assert Project.objects.get().budget_lines.get().quote_number == "BJ-2026-0042"


def test_budget_lines_of_somebody_elses_draft_are_refused(town, desk):
    theirs = draft(town)

    job = desk.send(csv_file(LINE | {"title": theirs.title}), "budget-lines")

    assert [column for _row, column, _message in wrong(job)] == ["Title"]


def test_the_export_says_number_state_track_and_award_and_is_read_back(town, life, desk):
    life.walk(draft(town), "running")
    export = desk.export("proposals")

    heads, row = cells_of(export)

    found = dict(zip(heads, row, strict=True))
    assert (found["Number"], found["Track"], found["Amount awarded"]) == ("LX2026-001", "登记组织", 10000)
    assert found["State"] == "Running"
    heads, *rows = cells_of(desk.export("budget-lines"))
    lines = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [(line["Number"], line["Amount (yuan)"]) for line in lines] == [("LX2026-001", 8000), ("LX2026-001", 2000)]
