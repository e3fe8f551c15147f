"""The minutes of a decision and the register of objections, read back from what is downloaded."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from evaluations.actions import stage
from evaluations.actions.decision import Proposal
from tests.judging import announced, judged, proposed
from tests.life import draft, objected
from tests.pitching import begun, hand_in, slot_at, taken_to
from tests.pitching import first as first_slot
from tests.reports.test_access import text_of

pytestmark = pytest.mark.one_database

MEETING = {
    "present": "王局长（分管负责人）\n陈静（经办人）",
    "attending": "李审计（审计科）",
    "absent": "赵科长（出差）",
    "chair": "王局长",
    "place": "二楼会议室",
    "note": "名额有限",
}
CUT = Proposal("shortlist", Decimal("9000.00"), "场地改用社区的")


def lines(projects) -> dict:
    first, second, third = projects
    return {first.pk: CUT, second.pk: "waitlist", third.pk: "decline"}


def rows(response, sheet: str) -> list[tuple]:
    return list(openpyxl.load_workbook(BytesIO(response.content))[sheet].iter_rows(values_only=True))


def test_the_minutes_say_who_met_what_was_decided_and_who_approved_it(town, life, browse):
    projects = judged(town, life, 38, 30, 20)
    made = announced(town, lines(projects), **MEETING)

    text = "".join(text_of(browse(town.auditor).get(reverse("reports:minutes", args=[made.pk]))).split())

    for said in (
        "立项评议会议纪要",
        "出席：王局长（分管负责人）、陈静（经办人）", "列席：李审计（审计科）", "请假：赵科长（出差）",
        "拟立项1项，候补1项，不予立项1项", "9,000.00", "1,000.00", "场地改用社区的", "提请人陈静", "审批人赵启明",
        "主持人签字", "名额有限",
    ):  # fmt: skip
        assert said in text, said
    assert ("（待审批稿）" in text, "盖章）" in text) == (False, False)


def test_minutes_that_nobody_has_approved_say_so(town, life, browse):
    projects = judged(town, life, 38, 30, 20)
    made = proposed(town, lines(projects), **MEETING)

    text = text_of(browse(town.clerk).get(reverse("reports:minutes", args=[made.pk])))

    assert ("（待审批稿）" in text, "（尚未审批）" in text) == (True, True)


def test_the_decision_as_a_table_has_amounts_cuts_and_reasons(town, life, browse):
    projects = judged(town, life, 38, 30, 20)
    made = announced(town, lines(projects), **MEETING)

    response = browse(town.clerk).get(reverse("reports:decision", args=[made.pk]))

    decided = [row[9:13] for row in rows(response, "决定")[1:]]
    assert decided == [
        ("拟立项", 9000, 1000, "场地改用社区的"),
        ("候补", None, None, None),
        ("不予立项", None, None, None),
    ]
    assert ("列席", "李审计（审计科）") in rows(response, "会议")


@pytest.mark.parametrize("username", ["head", "expert1", "stranger", "admin"])
def test_nobody_outside_the_funder_reads_the_minutes(town, life, browse, username):
    [project] = judged(town, life, 38)
    made = proposed(town, {project.pk: "shortlist"})
    client = browse(town.people[username])

    assert [client.get(reverse(f"reports:{name}", args=[made.pk])).status_code for name in ("minutes", "decision")] == [
        403,
        403,
    ]


def test_the_register_names_every_objection_and_nobody_who_objected(town, life, browse):
    project = life.walk(draft(town), "in_notice")
    found = objected(town, project)

    page = browse(town.auditor).get(reverse("projects:objection_list")).content.decode()
    table = rows(browse(town.auditor).get(reverse("reports:objections")), "异议台账")

    assert (found.number in page, table[1][0], table[1][3]) == (True, found.number, project.title)
    assert "李四光" not in page + str(table)


def test_the_minutes_mark_a_better_place_left_behind(town, life, browse):
    first, second, third = judged(town, life, 38, 30, 20)
    passed = Proposal("waitlist", reason="与上一批重复")
    made = announced(town, {first.pk: passed, second.pk: "shortlist", third.pk: "decline"}, **MEETING)
    client = browse(town.auditor)

    text = "".join(text_of(client.get(reverse("reports:minutes", args=[made.pk]))).split())
    table = rows(client.get(reverse("reports:decision", args=[made.pk])), "决定")[1:]

    assert text.count("名次在前而未入选") == 1
    assert [row[12] for row in table] == ["名次在前而未入选：与上一批重复", None, None]


def test_the_minutes_say_who_did_not_come_to_present(town, life, browse):
    day = begun(town, life, 2)
    gone, other = first_slot(day), slot_at(day, 2)
    stage.mark_absent(gone, by=town.clerk, note="未到场")
    taken_to(other, "scoring", town)
    for expert in (town.expert1, town.expert2, town.expert3):
        hand_in(other, expert, 30, 40, 30)
    made = proposed(town, {other.project_id: "shortlist", gone.project_id: "decline"}, **MEETING)

    response = browse(town.clerk).get(reverse("reports:decision", args=[made.pk]))

    assert [row[12] for row in rows(response, "决定")[1:]] == [None, "路演缺席，视为弃权"]
    assert browse(town.clerk).get(made.get_absolute_url()).content.decode().count("路演缺席") == 1
