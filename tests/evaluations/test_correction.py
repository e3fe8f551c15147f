"""A score that was shown in public rests on a sheet that is opened again: taken back, corrected, revealed anew."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from evaluations.actions import conflict, pitch, stage, unlocking
from evaluations.actions.watching import recheck
from evaluations.models import Assignment, Conflict, Slot, Unlocking
from people.models import Interest, Membership, Role
from tests.pitching import assignment_of, begun, first, hand_in, slot_at, taken_to


@pytest.fixture
def revealed(town, life) -> Slot:
    """Three sheets of 90, 80 and 70 points were shown as 80.00; the session is still running."""
    slot = taken_to(first(begun(town, life, 2)), "scoring", town)
    for person, merit in ((town.expert1, 40), (town.expert2, 30), (town.expert3, 20)):
        hand_in(slot, person, 30, merit, 20)
    stage.reveal(taken_to(slot, "locked", town), by=town.clerk)
    return Slot.objects.get(pk=slot.pk)


def opened(town, slot) -> Unlocking:
    asked = unlocking.ask_to_unlock(assignment_of(slot, town.expert3), by=town.expert3, reason="方案分写反了")
    return unlocking.decide_on_unlocking(asked, by=town.approver, grant=True)


def test_unlocking_takes_the_shown_score_back_and_the_log_keeps_it(town, revealed):
    assert revealed.score == Decimal("80.00")

    opened(town, revealed)

    slot = Slot.objects.get(pk=revealed.pk)
    assert (slot.state, slot.score, slot.is_being_corrected) == ("locked", None, True)
    kept = Event.objects.about(slot.day).get(name="take_back_score")
    assert (kept.data["score"], kept.note) == ("80.00", "方案分写反了")


def test_the_corrected_sheet_is_handed_in_and_the_score_revealed_anew(town, revealed):
    opened(town, revealed)
    with pytest.raises(Refused):
        stage.reveal(Slot.objects.get(pk=revealed.pk), by=town.clerk)

    hand_in(revealed, town.expert3, 30, 38, 20)
    slot = stage.reveal(Slot.objects.get(pk=revealed.pk), by=town.clerk)

    assert (slot.score, slot.taken_back_at) == (Decimal("86.00"), None)


def test_the_others_stay_locked_meanwhile(town, revealed):
    opened(town, revealed)

    with pytest.raises((Refused, PermissionDenied)):
        hand_in(revealed, town.expert1, 30, 40, 30)


def test_a_score_is_corrected_after_the_session_too(town, revealed):
    day = revealed.day
    stage.mark_absent(slot_at(day, 2), by=town.clerk, note="没来")
    pitch.close(day, by=town.clerk)

    opened(town, revealed)
    hand_in(revealed, town.expert3, 30, 38, 20)

    assert stage.reveal(Slot.objects.get(pk=revealed.pk), by=town.clerk).score == Decimal("86.00")


def test_the_judge_finds_the_opened_sheet_on_desk_and_session_page(town, revealed, browse):
    opened(town, revealed)
    line = assignment_of(revealed, town.expert3)

    assert line in Assignment.objects.open()
    judge = browse(town.expert3)
    assert judge.get(reverse("evaluations:pitch_judge", args=[revealed.day_id])).context["place"].mode == "open"
    page = judge.get(reverse("evaluations:sheet", args=[line.pk]))
    assert (page.context["may_score"], "方案分写反了" in page.content.decode()) == (True, True)


def test_the_screen_says_that_the_score_is_being_corrected(town, revealed, browse):
    screen = reverse("evaluations:pitch_screen", args=[revealed.day.screen_token])
    said = "data-correcting"
    assert ("80.00" in page(browse, screen), said in page(browse, screen)) == (True, False)

    opened(town, revealed)

    assert ("80.00" in page(browse, screen), said in page(browse, screen)) == (False, True)


def page(browse, address: str) -> str:
    return browse().get(address).content.decode()


def test_the_screen_says_so_also_while_the_next_project_is_on(town, revealed, browse):
    taken_to(slot_at(revealed.day, 2), "presenting", town)
    opened(town, revealed)

    assert "data-correcting" in page(browse, reverse("evaluations:pitch_screen", args=[revealed.day.screen_token]))


def test_a_refused_unlocking_leaves_the_score_on_the_screen(town, revealed):
    asked = unlocking.ask_to_unlock(assignment_of(revealed, town.expert3), by=town.expert3, reason="想加分")

    unlocking.decide_on_unlocking(asked, by=town.approver, grant=False, answer="不是笔误")

    assert Slot.objects.get(pk=revealed.pk).score == Decimal("80.00")


def test_a_judge_stood_down_after_the_reveal_takes_the_score_with_him(town, revealed):
    line = assignment_of(revealed, town.expert3)
    Interest.objects.create(
        person=town.expert3, organization=revealed.project.applicant, kind=Interest.Kind.ADVICE, words="讲过课"
    )
    recheck(Q(pk=line.pk))

    conflict.decide(Conflict.objects.get(), by=town.clerk, stands_down=True)

    assert Slot.objects.get(pk=revealed.pk).is_being_corrected


def test_nobody_reads_partial_totals_while_the_scores_are_locked(town, life, browse):
    """One sheet is missing when the scores are locked: what the others gave is not shown to anybody."""
    slot = taken_to(first(begun(town, life, 1)), "scoring", town)
    hand_in(slot, town.expert1, 30, 37, 20)
    hand_in(slot, town.expert2, 30, 36, 20)
    slot = taken_to(slot, "locked", town)
    clerk = browse(town.clerk)

    before = clerk.get(slot.day.get_absolute_url())
    assert (before.context["shows_totals"], before.context["not_in"]) == (False, [town.expert3])
    stage.reopen(slot, by=town.clerk, note="许主任的手机没电")
    hand_in(slot, town.expert3, 30, 35, 20)
    taken_to(Slot.objects.get(pk=slot.pk), "locked", town)

    assert clerk.get(slot.day.get_absolute_url()).context["shows_totals"] is True


# -- what the sheet was ----------------------------------------------------------------------------


def test_the_two_who_decide_read_the_sheet_and_afterwards_the_difference(town, revealed, browse):
    line = assignment_of(revealed, town.expert3)
    asked = unlocking.ask_to_unlock(line, by=town.clerk, reason="专家来电说写反了")
    address = reverse("evaluations:unlock_decide", args=[asked.pk])

    for person in (town.clerk, town.approver):
        shown = browse(person).get(address)
        assert shown.context["shows_sheet"] is True
    assert [one.before for one in asked.lines()] == ["30", "20", "20", "70", "好", ""]

    unlocking.decide_on_unlocking(asked, by=town.approver, grant=True)
    assert [one.after for one in asked.lines()] == [None] * 6
    hand_in(revealed, town.expert3, 30, 38, 20)

    asked = Unlocking.objects.get(pk=asked.pk)
    assert [(one.label, one.before, one.after) for one in asked.lines() if one.is_changed] == [
        ("方案", "20", "38"),
        (asked.lines()[3].label, "70", "88"),
    ]
    assert "<s>20</s>" in browse(town.approver).get(address).content.decode()


def test_a_sheet_is_not_read_before_its_panel_is_whole(town, revealed, browse):
    """Otherwise whoever asks to unlock a sheet reads it while others still score."""
    asked = unlocking.ask_to_unlock(assignment_of(revealed, town.expert1), by=town.expert1, reason="打错了")
    opened(town, revealed)

    page = browse(town.approver).get(reverse("evaluations:unlock_decide", args=[asked.pk]))

    assert page.context["shows_sheet"] is False


def test_a_second_correction_is_compared_with_the_first(town, revealed):
    one = opened(town, revealed)
    hand_in(revealed, town.expert3, 30, 38, 20)
    two = opened(town, revealed)
    hand_in(revealed, town.expert3, 30, 39, 20)

    changed = [(asked.lines()[1].before, Unlocking.objects.get(pk=asked.pk).lines()[1].after) for asked in (one, two)]

    assert changed == [("20", "38"), ("38", "39")]


# -- on hold ---------------------------------------------------------------------------------------


def test_a_sheet_on_hold_is_read_and_not_written(town, life, browse):
    slot = taken_to(first(begun(town, life, 1)), "scoring", town)
    line = assignment_of(slot, town.expert1)
    judge, address = browse(town.expert1), reverse("evaluations:sheet", args=[line.pk])
    judge.post(address, {"version": "0", "tab": "", "strengths": "需求真实", "save": ""})
    Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=date(2026, 1, 1))
    recheck(Q(pk=line.pk))
    held = Conflict.objects.get().found

    page = judge.get(address)
    assert (page.context["may_score"], "需求真实" in page.content.decode()) == (False, True)
    assert ("<textarea" in page.content.decode(), held in page.content.decode()) == (False, True)
    answer = judge.post(address, {"version": "1", "tab": "", "strengths": "改一改", "save": ""})
    assert "改一改" in answer.content.decode()  # what was typed is shown again
    assert Assignment.objects.get(pk=line.pk).sheet.strengths == "需求真实"
    conflict.decide(Conflict.objects.get(), by=town.clerk, stands_down=False, reason="同名，不是同一人")
    assert judge.get(address).context["may_score"] is True
