"""A group that did not come to present has abstained: the decision begins with that, and says so to the group."""

from decimal import Decimal

import pytest
from django.urls import reverse

from evaluations.actions import decision as decisions
from evaluations.actions import panel, pitch, selecting, stage
from evaluations.actions.decision import Proposal, suggested
from evaluations.models import Assignment, DecisionLine, Slot
from evaluations.standings import standings
from tests.judging import MEETING, MONEY
from tests.pitching import begun, first, hand_in, slot_at, taken_to
from tests.reports.test_minutes import rows

SAID = "路演缺席，视为弃权"


@pytest.fixture
def day(town, life):
    """The first group was heard and its score revealed, the second did not come."""
    day = begun(town, life, 2)
    stage.mark_absent(slot_at(day, 2), by=town.clerk, note="未到场")
    slot = taken_to(first(day), "scoring", town)
    for person in (town.expert1, town.expert2, town.expert3):
        hand_in(slot, person, 30, 38, 20)
    stage.reveal(taken_to(slot, "locked", town), by=town.clerk)
    pitch.close(day, by=town.clerk)
    return day


def there(day):
    return first(day).project


def away(day):
    return slot_at(day, 2).project


def fields(town, browse):
    form = browse(town.clerk).get(reverse("evaluations:ranking", args=[town.call.pk])).context["form"]
    return lambda project: tuple(form[f"{name}-{project.pk}"].value() for name in ("decision", "reason"))


def test_the_form_begins_with_not_selected_and_why_for_who_did_not_come(town, day, browse):
    shown = fields(town, browse)

    assert (shown(away(day)), shown(there(day))) == (("decline", SAID), ("", ""))


def test_it_can_be_worded_otherwise_and_stays_so(town, day, browse):
    lines = {away(day).pk: Proposal("decline", None, "事先请假"), there(day).pk: Proposal()}
    decisions.save_decision(town.call, by=town.clerk, lines=lines)

    assert fields(town, browse)(away(day)) == ("decline", "事先请假")


def test_a_way_of_choosing_taken_over_says_so_too_and_keeps_what_was_decided(town, day):
    way = selecting.add_alternative(town.call, by=town.clerk, name="甲", objective="rank", budget=MONEY)
    taken = selecting.take_over(way, by=town.clerk)

    assert taken.lines.get(project=away(day)).reason == SAID
    DecisionLine.objects.filter(project=away(day)).update(reason="事先请假")
    selecting.take_over(way, by=town.clerk)
    assert [(line.outcome, line.reason) for line in taken.lines.order_by("outcome")] == [
        ("decline", "事先请假"), ("shortlist", ""),
    ]  # fmt: skip


def test_a_refusal_with_a_reason_of_its_own_needs_no_note_and_its_group_reads_it(town, day):
    lines = {there(day).pk: Proposal("shortlist", MONEY), away(day).pk: suggested(row_of(town, away(day)))}
    made = decisions.save_decision(town.call, by=town.clerk, lines=lines, **MEETING)

    decisions.approve(decisions.propose(made, by=town.clerk), by=town.approver)
    decisions.announce(made, by=town.clerk)

    assert town.head.notifications.filter(body=SAID).exists()


def test_one_without_a_reason_still_needs_the_note(town, day):
    lines = {there(day).pk: Proposal("decline"), away(day).pk: suggested(row_of(town, away(day)))}
    made = decisions.save_decision(town.call, by=town.clerk, lines=lines, **MEETING)

    reasons = decisions.objections_to(made, decisions.in_review(town.call))

    assert len(reasons) == 1


def row_of(town, project):
    return next(row for row in standings(town.call) if row.project.pk == project.pk)


def test_the_minutes_say_it_once(town, day, browse):
    lines = {there(day).pk: Proposal("shortlist", MONEY), away(day).pk: suggested(row_of(town, away(day)))}
    made = decisions.save_decision(town.call, by=town.clerk, lines=lines, **MEETING)

    table = rows(browse(town.clerk).get(reverse("reports:decision", args=[made.pk])), "决定")
    place = table[0].index("理由")
    assert [row[place] for row in table[1:]] == [None, SAID]


def test_it_has_abstained_also_when_all_its_judges_have_stepped_down(town, day):
    for line in Assignment.objects.filter(project=away(day)):
        panel.recuse(line, by=town.clerk, reason="亲戚")

    row = row_of(town, away(day))

    assert (row.is_absent, row.is_complete, row.score) == (True, True, None)
    assert decisions.incomplete(decisions.in_review(town.call)) == []


def test_who_was_heard_is_not_suggested_anything(town, day):
    assert suggested(row_of(town, there(day))) == Proposal()
    assert Slot.objects.get(project=there(day)).score == Decimal("88.00")
