"""A pitch day: drawn by lot, one project at a time, scored while it is on, locked, revealed; who is absent."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from evaluations import inbox, sign_in
from evaluations.actions import absence, panel, pitch, presence, scoring, stage
from evaluations.actions import decision as decisions
from evaluations.actions.decision import Proposal
from evaluations.actions.watching import recheck
from evaluations.lots import draw
from evaluations.models import Assignment, Decision, PitchDay, Presence, Sheet, Slot
from evaluations.standings import standings
from people.models import Membership, Role, User
from projects.models import Participant, Project
from tests.judging import MEETING
from tests.pitching import (
    SESSION,
    assignment_of,
    begun,
    drawn,
    first,
    hand_in,
    in_review,
    planned,
    points_of,
    slot_at,
    taken_to,
)

FULL = (30, 40, 30)


# -- planning and the lot --------------------------------------------------------------------------


def test_the_order_is_drawn_by_a_lot_that_anybody_can_repeat(town, life):
    day = drawn(town, life, 3)

    order = [slot.project.number for slot in day.slots.order_by("position")]
    assert order == draw(day.draw.items, day.draw.seed) == day.draw.outcome
    assert [slot.position for slot in day.order] == [1, 2, 3]
    assert (day.state, day.draw.kind, day.draw.drawn_by) == ("drawn", "order", town.clerk)


def test_the_order_is_drawn_once(town, life):
    day = drawn(town, life)

    with pytest.raises(Refused):
        pitch.draw_order(day, by=town.clerk)
    assert town.call.draws.count() == 1


def test_every_group_is_told_when_it_is_expected(town, life):
    day = drawn(town, life, 2)

    told = town.head.notifications.filter(subject__contains="2026-04-08").order_by("pk")
    assert told.count() == 2
    assert "09:15" in told.get(subject__startswith=f"“{slot_at(day, 2).project.title}”").body


@pytest.mark.parametrize("username", ["approver", "auditor", "expert1", "head", "admin"])
def test_only_a_clerk_plans_draws_and_conducts(town, life, username):
    person = town.people[username]
    projects = in_review(town, life, 2)
    with pytest.raises(PermissionDenied):
        pitch.plan_day(town.call, projects, by=person, **SESSION)

    day = pitch.plan_day(town.call, projects, by=town.clerk, **SESSION)
    with pytest.raises(PermissionDenied):
        pitch.draw_order(day, by=person)
    pitch.draw_order(day, by=town.clerk)
    with pytest.raises(PermissionDenied):
        pitch.move(first(day), 2, by=person, reason="迟到")
    with pytest.raises(PermissionDenied):
        stage.mark_absent(first(day), by=person, note="没来")
    with pytest.raises(PermissionDenied):
        presence.mark_absent(day, town.expert1, by=person, reason="没来")


def test_a_project_is_on_one_session_only_and_only_in_review(town, life):
    day = planned(town, life, 1)
    elsewhere = day.slots.get().project
    not_yet = Project.objects.exclude(pk=elsewhere.pk).first()

    with pytest.raises(Refused):
        pitch.plan_day(town.call, [elsewhere], by=town.clerk, **SESSION)
    with pytest.raises(Refused):
        pitch.plan_day(town.call, [], by=town.clerk, **SESSION)
    assert not_yet is None
    assert PitchDay.objects.count() == 1


def test_a_session_called_off_sets_its_projects_free(town, life):
    day = drawn(town, life, 2)

    pitch.call_off(day, by=town.clerk, note="停电")

    assert (day.state, day.slots.count()) == ("called_off", 0)
    again = pitch.plan_day(town.call, Project.objects.filter(state="in_review"), by=town.clerk, **SESSION)
    assert again.slots.count() == 2
    assert len(Event.objects.about(day).get(name="set_free").data["numbers"]) == 2


def test_the_order_is_changed_only_with_a_reason_and_the_lot_stays(town, life):
    day = drawn(town, life, 3)
    before = [slot.project_id for slot in day.order]

    with pytest.raises(Refused):
        pitch.move(first(day), 3, by=town.clerk, reason="  ")
    pitch.move(first(day), 3, by=town.clerk, reason="堵车，晚到二十分钟")

    day = PitchDay.objects.get(pk=day.pk)
    assert [slot.project_id for slot in day.order] == [before[1], before[2], before[0]]
    assert [slot.position for slot in day.order] == [1, 2, 3]
    event = Event.objects.about(day).get(name="move")
    assert "堵车" in event.note
    assert day.draw.outcome[0] == Project.objects.get(pk=before[0]).number


def test_who_was_heard_keeps_the_place(town, life):
    day = begun(town, life, 3)
    taken_to(first(day), "presenting", town)

    with pytest.raises(Refused):
        pitch.move(first(day), 2, by=town.clerk, reason="换一下")
    with pytest.raises(Refused):
        pitch.move(slot_at(day, 2), 1, by=town.clerk, reason="换一下")


def test_projects_are_fixed_once_drawn_and_the_place_is_not(town, life):
    day = drawn(town, life, 1)

    with pytest.raises(Refused):
        pitch.change_day(day, [], by=town.clerk)
    pitch.change_day(day, by=town.clerk, place="一楼")

    assert PitchDay.objects.get().place == "一楼"


def test_a_session_does_not_begin_before_its_day(town, life):
    day = drawn(town, life)

    with pytest.raises(Refused):
        pitch.begin(day, by=town.clerk)
    life.time.go(datetime(2026, 4, 8, 8, 30))
    assert pitch.begin(day, by=town.clerk).state == "running"


# -- the stage -------------------------------------------------------------------------------------


def test_one_project_at_a_time_in_its_turn(town, life):
    day = begun(town, life, 3)

    with pytest.raises(Refused):
        stage.call_up(slot_at(day, 2), by=town.clerk)
    stage.call_up(first(day), by=town.clerk)
    with pytest.raises(Refused):
        stage.call_up(slot_at(day, 2), by=town.clerk)

    taken_to(first(day), "locked", town)
    stage.call_up(slot_at(day, 2), by=town.clerk)
    assert [slot.state for slot in PitchDay.objects.get().order] == ["locked", "presenting", "waiting"]


def test_the_database_refuses_two_projects_on_the_stage_and_a_place_held_twice(town, life):
    day = begun(town, life, 2)
    taken_to(first(day), "presenting", town)
    other = Slot.objects.filter(day=day, position=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        other.update(**{"state": "presenting", "called_at": datetime(2026, 4, 8, 9).astimezone()})
    with pytest.raises(IntegrityError), transaction.atomic():
        other.update(position=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        other.update(**{"state": "absent"})
    with pytest.raises(IntegrityError), transaction.atomic():
        other.update(score=Decimal(80))


def test_the_clock_is_the_servers(town, life):
    day = begun(town, life)
    slot = taken_to(first(day), "presenting", town)
    assert (slot.until - slot.state_since, slot.seconds_left) == (timedelta(minutes=6), 360)

    life.time.go(datetime(2026, 4, 8, 9, 7))

    assert slot.seconds_left == -60
    assert taken_to(slot, "answering", town).seconds_left == 360
    assert taken_to(slot, "locked", town).until is None


def test_a_sheet_is_open_only_while_its_project_is_scored(town, life):
    day = begun(town, life)
    slot = first(day)
    for state in ("waiting", "presenting", "answering"):
        slot = taken_to(slot, state, town)
        with pytest.raises(PermissionDenied):
            hand_in(slot, town.expert1, *FULL)

    slot = taken_to(slot, "scoring", town)
    hand_in(slot, town.expert1, *FULL)
    slot = taken_to(slot, "locked", town)

    with pytest.raises(PermissionDenied):
        hand_in(slot, town.expert2, *FULL)
    with pytest.raises(PermissionDenied):
        hand_in(slot_at(day, 2), town.expert1, *FULL)
    assert Sheet.objects.count() == 1


def test_locking_hands_nothing_in_and_a_draft_stays_a_draft(town, life):
    slot = taken_to(first(begun(town, life)), "scoring", town)
    assignment = assignment_of(slot, town.expert1)
    scoring.save_sheet(assignment, by=town.expert1, points=points_of(assignment, *FULL), strengths="好")

    slot = taken_to(slot, "locked", town)

    assert not Sheet.objects.get().is_submitted
    with pytest.raises(Refused) as refused:
        stage.reveal(slot, by=town.clerk)
    assert "林教授、许主任、郑会计" in refused.value.reasons[0]


def test_the_score_is_revealed_by_the_rule_of_the_call(town, life):
    type(town.call).objects.filter(pk=town.call.pk).update(drop_from=3)
    town.call.refresh_from_db()
    slot = taken_to(first(begun(town, life)), "scoring", town)
    for expert, merit in ((town.expert1, 40), (town.expert2, 20), (town.expert3, 33)):
        hand_in(slot, expert, 30, merit, 20)
    slot = taken_to(slot, "locked", town)

    stage.reveal(slot, by=town.clerk)

    assert (slot.state, slot.score) == ("revealed", Decimal("83.00"))
    row = next(row for row in standings(town.call) if row.project == slot.project)
    assert row.sum.base == slot.score


def test_scoring_can_be_opened_again_with_a_reason_until_the_score_is_shown(town, life):
    slot = taken_to(first(begun(town, life)), "scoring", town)
    hand_in(slot, town.expert1, *FULL)
    hand_in(slot, town.expert2, *FULL)
    slot = taken_to(slot, "locked", town)

    with pytest.raises(Refused):
        stage.reopen(slot, by=town.clerk, note="")
    stage.reopen(slot, by=town.clerk, note="许主任的手机没电")
    hand_in(slot, town.expert3, *FULL)
    slot = taken_to(slot, "locked", town)
    stage.reveal(slot, by=town.clerk)

    with pytest.raises(Refused):
        stage.reopen(slot, by=town.clerk, note="再改一下")


def test_a_session_closes_when_every_score_was_revealed_or_nobody_came(town, life, browse):
    day = begun(town, life, 2)
    slot = taken_to(first(day), "scoring", town)
    for expert in (town.expert1, town.expert2, town.expert3):
        hand_in(slot, expert, *FULL)
    slot = taken_to(slot, "locked", town)
    with pytest.raises(Refused):  # the second one waits
        pitch.close(day, by=town.clerk)
    stage.mark_absent(slot_at(day, 2), by=town.clerk, note="没来")

    with pytest.raises(Refused) as refused:
        pitch.close(day, by=town.clerk)
    assert slot.project.title in refused.value.reasons[0]
    [step] = browse(town.clerk).get(day.get_absolute_url()).context["day_steps"]
    assert (step.name, slot.project.title in step.blocked[0]) == ("close", True)
    stage.reveal(slot, by=town.clerk)
    assert pitch.close(day, by=town.clerk).state == "closed"


def test_a_group_that_may_not_present_is_found_out_while_it_answers(town, life):
    slot = taken_to(first(begun(town, life, 1)), "answering", town)

    stage.mark_absent(slot, by=town.clerk, note="由他人代替汇报")

    assert slot.state == "absent"


def test_nobody_who_competes_conducts_or_watches_the_session(town, life, browse):
    day = begun(town, life, 1)
    Membership.objects.create(user=town.clerk, organization=town.centre, role=Role.STAFF, since=date(2026, 1, 1))

    with pytest.raises(PermissionDenied):
        stage.call_up(first(day), by=User.objects.get(pk=town.clerk.pk))
    assert browse(town.clerk).get(day.get_absolute_url()).status_code == 403
    assert browse(town.approver).get(day.get_absolute_url()).status_code == 200


def test_a_tie_found_during_the_session_holds_the_sheet_and_the_score(town, life, browse):
    day = begun(town, life, 1)
    Membership.objects.create(user=town.expert1, organization=town.centre, role=Role.STAFF, since=date(2026, 1, 1))
    slot = taken_to(first(day), "scoring", town)

    with pytest.raises(Refused):
        hand_in(slot, town.expert1, *FULL)
    page = browse(town.expert1).get(reverse("evaluations:pitch_judge", args=[day.pk]))
    assert (page.context["place"].mode, "points-" in page.content.decode()) == ("conflict", False)
    assert browse(town.clerk).get(day.get_absolute_url()).context["held"] == {assignment_of(slot, town.expert1).pk}
    for expert in (town.expert2, town.expert3):
        hand_in(slot, expert, *FULL)
    slot = taken_to(slot, "locked", town)
    with pytest.raises(Refused) as refused:
        stage.reveal(slot, by=town.clerk)
    assert "林教授" in refused.value.reasons[-1]


def test_a_project_withdrawn_since_the_draw_is_not_called_up(town, life):
    day = begun(town, life, 1)
    Project.objects.filter(pk=first(day).project_id).update(**{"state": "withdrawn"})

    with pytest.raises(Refused):
        stage.call_up(first(day), by=town.clerk)


# -- absent ----------------------------------------------------------------------------------------


def test_an_absent_group_has_abstained_and_can_only_be_declined(town, life):
    day = begun(town, life, 2)
    gone, other = first(day), slot_at(day, 2)
    with pytest.raises(Refused):
        stage.mark_absent(gone, by=town.clerk, note=" ")
    stage.mark_absent(gone, by=town.clerk, note="未到场")
    taken_to(other, "scoring", town)
    for expert in (town.expert1, town.expert2, town.expert3):
        hand_in(other, expert, *FULL)
    with pytest.raises(PermissionDenied):
        hand_in(gone, town.expert1, *FULL)

    def proposal(outcome):
        lines = {other.project_id: Proposal("decline"), gone.project_id: Proposal(outcome)}
        meeting = MEETING | {"note": "下次再来"}
        return decisions.save_decision(town.call, by=town.clerk, lines=lines, **meeting)

    with pytest.raises(Refused) as refused:
        decisions.propose(proposal("waitlist"), by=town.clerk)
    assert len(refused.value.reasons) == 1
    decision = decisions.approve(decisions.propose(proposal("decline"), by=town.clerk), by=town.approver)
    assert decision.state == Decision.State.APPROVED
    assert (gone.project.results.count(), other.project.results.count()) == (0, 1)


def test_nothing_waits_for_the_sheets_of_an_absent_group(town, life):
    day = begun(town, life, 2)
    stage.mark_absent(first(day), by=town.clerk, note="未到场")
    other = taken_to(slot_at(day, 2), "scoring", town)
    for expert in (town.expert1, town.expert2, town.expert3):
        hand_in(other, expert, *FULL)

    assert [row.is_complete for row in standings(town.call)] == [True, True]
    assert "排名" not in [task.what for task in inbox.waiting_for(town.clerk)]
    ranking = reverse("evaluations:ranking", args=[town.call.pk])
    assert ranking in [task.url for task in inbox.waiting_for(town.clerk)]


def test_the_ranking_asks_nobody_for_the_sheets_of_an_absent_group(town, life, browse):
    day = begun(town, life, 2)
    ranking = reverse("evaluations:ranking", args=[town.call.pk])
    before = browse(town.clerk).get(ranking).content.decode()

    stage.mark_absent(first(day), by=town.clerk, note="未到场")

    after = browse(town.clerk).get(ranking).content.decode()
    assert (before.count("尚未交表"), after.count("尚未交表")) == (2, 1)
    assert ("0 / 3" in after, after.count("0 / 3"), after.count("路演缺席")) == (True, 1, 1)


def test_an_absent_group_is_taken_back_with_a_reason_until_a_decision_is_proposed(town, life):
    day = begun(town, life, 1)
    gone = first(day)
    stage.mark_absent(gone, by=town.clerk, note="未到场")

    stage.readmit(gone, by=town.clerk, note="已请假，刚到")
    assert (gone.state, gone.reason) == ("waiting", "")

    stage.mark_absent(gone, by=town.clerk, note="又走了")
    lines = {gone.project_id: Proposal("decline")}
    made = decisions.save_decision(town.call, by=town.clerk, lines=lines, **MEETING | {"note": "弃权"})
    decisions.propose(made, by=town.clerk)
    with pytest.raises(Refused):
        stage.readmit(gone, by=town.clerk, note="再给一次机会")


def test_a_judge_who_has_not_signed_in_does_not_score(town, life):
    day = begun(town, life, present=["expert1"])
    slot = taken_to(first(day), "scoring", town)

    with pytest.raises(PermissionDenied):
        hand_in(slot, town.expert2, *FULL)
    presence.sign_in(day, by=town.expert2)
    hand_in(slot, town.expert2, *FULL)

    assert Presence.objects.filter(how="qr").get().person == town.expert2


def test_an_absent_judge_is_absent_from_what_is_still_to_come(town, life):
    day = begun(town, life, 3)
    slot = taken_to(first(day), "scoring", town)
    hand_in(slot, town.expert3, *FULL)
    taken_to(slot, "locked", town)

    with pytest.raises(Refused):
        presence.mark_absent(day, town.expert3, by=town.clerk, reason="")
    count = presence.mark_absent(day, town.expert3, by=town.clerk, reason="提前离场")

    assert count == 2
    lines = Assignment.objects.filter(person=town.expert3).order_by("project__pitch_slot__position")
    assert [line.absence_reason for line in lines] == ["", "提前离场", "提前离场"]
    assert [line.recused_at for line in lines] == [None, None, None]
    assert len(stage.seats(slot_at(day, 2))) == 2
    with pytest.raises(Refused):
        presence.mark_absent(day, town.expert3, by=town.clerk, reason="再来一次")


def test_fewer_judges_than_the_call_promises_are_no_panel(town, life):
    day = begun(town, life, 1)
    presence.mark_absent(day, town.expert3, by=town.clerk, reason="没来")
    slot = taken_to(first(day), "scoring", town)
    hand_in(slot, town.expert1, *FULL)
    hand_in(slot, town.expert2, *FULL)
    slot = taken_to(slot, "locked", town)

    with pytest.raises(Refused):
        stage.reveal(slot, by=town.clerk)
    asked = absence.ask_for_fewer(slot.project, by=town.clerk, reason="许主任突发疾病，当日无替补专家")
    with pytest.raises(Refused):
        stage.reveal(slot, by=town.clerk)
    absence.decide_on_fewer(asked, by=town.approver, grant=True)
    assert stage.reveal(slot, by=town.clerk).score == Decimal("100.00")


def test_what_a_score_that_is_not_shown_still_lacks_is_said_while_the_next_is_on(town, life, browse):
    day = begun(town, life, 2)
    slot = taken_to(first(day), "scoring", town)
    for expert in (town.expert1, town.expert2):
        hand_in(slot, expert, *FULL)
    slot = taken_to(slot, "locked", town)
    taken_to(slot_at(day, 2), "presenting", town)

    page = browse(town.clerk).get(day.get_absolute_url())

    found = {row.pk: lacking for row, _steps, lacking in page.context["rows"]}
    assert found[slot.pk] == ["尚未提交：许主任。"]
    assert found[slot_at(day, 2).pk] == []
    assert "尚未提交：许主任。" in page.content.decode()


def test_a_recused_judge_is_not_waited_for(town, life):
    day = begun(town, life, 1)
    panel.recuse(assignment_of(first(day), town.expert2), by=town.expert2, reason="亲属")
    type(town.call).objects.filter(pk=town.call.pk).update(panel_size=2)
    slot = taken_to(first(day), "scoring", town)
    hand_in(slot, town.expert1, *FULL)
    hand_in(slot, town.expert3, 30, 40, 20)
    slot = taken_to(slot, "locked", town)

    assert stage.reveal(slot, by=town.clerk).score == Decimal("95.00")


# -- signing in ------------------------------------------------------------------------------------


def test_a_code_is_good_for_five_minutes_and_cannot_be_made_up(town, life):
    day = drawn(town, life)
    code = sign_in.new_code(day)
    assert sign_in.day_of(code) == day.pk
    assert sign_in.day_of(code[:-1] + ("a" if code[-1] != "a" else "b")) is None

    life.time.go(datetime(2026, 4, 2, 10, 6))

    assert sign_in.day_of(code) is None


def test_a_judge_scans_signs_in_and_says_here_i_am(town, life, browse):
    day = drawn(town, life)
    address = reverse("evaluations:pitch_sign_in", args=[sign_in.new_code(day)])

    assert unquote(browse().get(address).url) == f"{reverse('account_login')}?next={address}"
    judge = browse(town.expert1)
    assert judge.get(address).status_code == 200
    assert not Presence.objects.exists()
    assert judge.post(address).url == reverse("evaluations:pitch_judge", args=[day.pk])
    assert judge.post(address).status_code == 302

    assert [(one.person, one.how) for one in Presence.objects.all()] == [(town.expert1, "qr")]


@pytest.mark.parametrize("username", ["clerk", "head", "stranger", "admin"])
def test_nobody_but_its_judges_signs_in(town, life, browse, username):
    day = drawn(town, life)
    address = reverse("evaluations:pitch_sign_in", args=[sign_in.new_code(day)])

    assert browse(town.people[username]).post(address).status_code == 403
    with pytest.raises(Refused):
        presence.note_presence(day, town.people[username], by=town.clerk)


def test_an_old_code_says_so(town, life, browse):
    response = browse(town.expert1).post(reverse("evaluations:pitch_sign_in", args=["rubbish"]))

    assert response.status_code == 200
    assert not Presence.objects.exists()


def test_the_clerk_notes_who_came_for_a_group(town, life, browse):
    slot = first(drawn(town, life))
    address = reverse("evaluations:representative_add", args=[slot.pk])

    clerk = browse(town.clerk)
    clerk.post(address, {"name": "何小燕", "relation": "other"})
    again = clerk.post(address, {"name": "何小燕", "relation": "team"})

    assert (again.status_code, slot.representatives.get().stands_in) == (200, True)


def test_the_code_is_a_picture_of_its_own_for_the_clerk_only(town, life, browse):
    day = drawn(town, life)
    address = reverse("evaluations:pitch_qr_image", args=[day.pk])

    picture = browse(town.clerk).get(address)

    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/svg+xml", "private, no-store")
    assert b"<svg" in picture.content
    assert browse(town.auditor).get(address).status_code == 403


# -- pages -----------------------------------------------------------------------------------------


def test_a_session_is_planned_drawn_and_conducted_on_its_pages(town, life, browse):
    projects = in_review(town, life, 2)
    clerk = browse(town.clerk)
    form = {
        "name": "上午场", "held_on": "2026-04-08", "starts_at": "09:00", "place": "会议室",
        "minutes_to_pitch": 6, "minutes_to_answer": 6, "minutes_to_score": 3, "projects": [p.pk for p in projects],
    }  # fmt: skip
    clerk.post(reverse("evaluations:pitch_create", args=[town.call.pk]), form)
    day = PitchDay.objects.get()
    page = reverse("evaluations:pitch_detail", args=[day.pk])

    clerk.post(reverse("evaluations:pitch_step", args=[day.pk, "draw_order"]), {"seen": "planned"})
    life.time.go(datetime(2026, 4, 8, 9, 0))
    clerk.post(reverse("evaluations:pitch_step", args=[day.pk, "begin"]), {"seen": "drawn"})
    slot = first(day)
    for name, seen in (("call_up", "waiting"), ("ask_questions", "presenting"), ("open_scoring", "answering")):
        response = clerk.post(reverse("evaluations:slot_step", args=[slot.pk, name]), {"seen": seen})
        assert response.url == page

    assert Slot.objects.get(pk=slot.pk).state == "scoring"


def test_a_press_on_a_stale_page_moves_nothing(town, life, browse):
    slot = taken_to(first(begun(town, life)), "answering", town)

    response = browse(town.clerk).post(
        reverse("evaluations:slot_step", args=[slot.pk, "ask_questions"]), {"seen": "presenting"}, follow=True
    )

    assert Slot.objects.get(pk=slot.pk).state == "answering"
    assert len(response.context["messages"]) == 1


def test_an_absence_asks_for_its_reason_and_keeps_what_was_typed(town, life, browse):
    slot = first(begun(town, life))
    address = reverse("evaluations:slot_step", args=[slot.pk, "be_absent"])
    clerk = browse(town.clerk)

    assert clerk.post(address, {"note": "", "seen": "waiting"}).status_code == 200
    assert Slot.objects.get(pk=slot.pk).state == "waiting"
    clerk.post(address, {"note": "未到场", "seen": "waiting"})

    slot.refresh_from_db()
    assert (slot.state, slot.reason) == ("absent", "未到场")


def test_a_refused_move_stands_at_its_form(town, life, browse):
    slot = first(drawn(town, life, 2))
    address = reverse("evaluations:slot_move", args=[slot.pk])

    response = browse(town.clerk).post(address, {"place": "99", "reason": "堵车"})

    assert response.status_code == 200
    assert "堵车" in response.content.decode()
    assert first(PitchDay.objects.get()).pk == slot.pk


def live(name: str, day: PitchDay, **query) -> str:
    return reverse(f"evaluations:{name}", args=[day.pk], query=query)


def test_a_judge_sees_the_sheet_of_the_project_that_is_on(town, life, browse):
    day = begun(town, life, 2)
    judge = browse(town.expert1)
    page = reverse("evaluations:pitch_judge", args=[day.pk])
    assert judge.get(page).context["place"].mode == "none"

    modes = {}
    for state in ("presenting", "scoring", "locked"):
        slot = taken_to(first(day), state, town)
        modes[state] = judge.get(page).context["place"].mode
    assert modes == {"presenting": "soon", "scoring": "open", "locked": "closed"}
    assert slot.project.title in judge.get(page).content.decode()


def test_the_page_says_why_a_judge_does_not_score(town, life, browse):
    day = begun(town, life, 1, present=["expert1", "expert3"])
    slot = first(day)
    panel.recuse(assignment_of(slot, town.expert1), by=town.clerk, reason="亲属")
    Membership.objects.create(user=town.expert3, organization=town.centre, role=Role.STAFF, since=date(2026, 4, 1))
    recheck(Q(person=town.expert3))  # what the platform does by itself after the commit
    taken_to(slot, "scoring", town)
    page = reverse("evaluations:pitch_judge", args=[day.pk])

    modes = [browse(town.people[name]).get(page).context["place"].mode for name in ("expert1", "expert2", "expert3")]

    assert modes == ["stood_down", "sign_in", "conflict"]


def test_a_sheet_is_handed_in_on_that_page_and_wrong_points_stand_at_their_field(town, life, browse):
    day = begun(town, life)
    slot = taken_to(first(day), "scoring", town)
    assignment = assignment_of(slot, town.expert1)
    page = reverse("evaluations:pitch_judge", args=[day.pk])
    names = [f"points-{one.pk}" for one in assignment.rubric.criteria.all()]
    sent = {
        "assignment": assignment.pk,
        "strengths": "需求真实",
        "submit": "",
        **dict(zip(names, (31, 40, 30), strict=True)),
    }
    judge = browse(town.expert1)

    wrong = judge.post(page, sent)
    assert wrong.status_code == 200
    assert names[0] in wrong.context["place"].form.errors
    assert "需求真实" in wrong.content.decode()

    assert judge.post(page, sent | {names[0]: 30}).url == page
    assert Sheet.objects.get().total == Decimal("100.00")
    assert judge.get(page).context["place"].mode == "done"


def test_what_comes_after_the_lock_is_refused_and_shown_again(town, life, browse):
    day = begun(town, life)
    slot = taken_to(first(day), "locked", town)
    assignment = assignment_of(slot, town.expert1)
    sent = {"assignment": assignment.pk, "strengths": "晚了一步", "save": ""}

    response = browse(town.expert1).post(reverse("evaluations:pitch_judge", args=[day.pk]), sent)

    assert response.status_code == 200
    assert "晚了一步" in response.content.decode()
    assert not Sheet.objects.exists()


def test_points_for_one_project_never_land_on_another(town, life, browse):
    day = begun(town, life, 2)
    before = assignment_of(first(day), town.expert1)
    taken_to(first(day), "locked", town)
    taken_to(slot_at(day, 2), "scoring", town)

    sent = {"assignment": before.pk, "strengths": "给上一个项目的", "save": ""}
    browse(town.expert1).post(reverse("evaluations:pitch_judge", args=[day.pk]), sent)

    assert not Sheet.objects.exists()


def test_what_is_typed_is_kept_as_a_draft_by_itself(town, life, browse):
    day = begun(town, life)
    assignment = assignment_of(taken_to(first(day), "scoring", town), town.expert1)
    criterion = assignment.rubric.criteria.first()
    sent = {"assignment": assignment.pk, f"points-{criterion.pk}": "21.5", "quiet": "1"}

    response = browse(town.expert1).post(live("pitch_judge_live", day), sent, headers={"HX-Request": "true"})

    assert response.status_code == 204
    assert (Sheet.objects.get().scores.get().points, Sheet.objects.get().is_submitted) == (Decimal("21.50"), False)


def test_polling_is_cheap_and_silent_while_nothing_happens(town, life, browse, django_assert_num_queries):
    day = begun(town, life)
    taken_to(first(day), "scoring", town)
    day.refresh_from_db()
    judge, clerk, anybody = browse(town.expert1), browse(town.clerk), browse()
    seen = clerk.get(reverse("evaluations:pitch_detail", args=[day.pk])).context["stamp"]

    with django_assert_num_queries(3):  # session, person, the session of the pitch day
        assert judge.get(live("pitch_judge_live", day, seen=day.revision)).status_code == 204
    with django_assert_num_queries(4):  # and the person's roles
        assert clerk.get(live("pitch_live", day, seen=seen)).status_code == 204
    screen = reverse("evaluations:pitch_screen_live", args=[day.screen_token], query={"seen": day.revision})
    with django_assert_num_queries(1):
        assert anybody.get(screen).status_code == 204


def test_a_handed_in_sheet_shows_on_the_clerks_page_only(town, life, browse):
    day = begun(town, life)
    slot = taken_to(first(day), "scoring", town)
    clerk, judge = browse(town.clerk), browse(town.expert2)
    seen = clerk.get(reverse("evaluations:pitch_detail", args=[day.pk])).context["stamp"]
    day.refresh_from_db()

    hand_in(slot, town.expert1, 30, 40, 27)

    page = clerk.get(live("pitch_live", day, seen=seen))
    assert page.context["sheets_in"] == 1
    assert re.findall(r"\b97\b", page.content.decode()) == []  # blind until the scores are locked
    assert judge.get(live("pitch_judge_live", day, seen=day.revision)).status_code == 204


def test_the_sheet_is_left_alone_while_it_is_the_same(town, life, browse):
    day = begun(town, life)
    slot = taken_to(first(day), "scoring", town)
    judge = browse(town.expert1)
    key = f"{slot.pk}.open"

    same = judge.get(live("pitch_judge_live", day, seen=0, sheet=key)).content.decode()
    other = judge.get(live("pitch_judge_live", day, seen=0, sheet="")).content.decode()
    taken_to(slot, "locked", town)
    closed = judge.get(live("pitch_judge_live", day, seen=0, sheet=key)).content.decode()

    assert ("pitch-sheet" in same, "pitch-sheet" in other, "pitch-sheet" in closed) == (False, True, False)
    assert 'data-entry="closed"' in closed


def test_who_is_signed_out_gets_no_sign_in_page_inside_the_page(town, life, browse):
    day = begun(town, life)

    part = browse().get(live("pitch_judge_live", day), headers={"HX-Request": "true"})

    assert part.status_code == 401


def test_the_screen_shows_the_score_and_no_judge(town, life, browse):
    day = begun(town, life, 2)
    slot = taken_to(first(day), "scoring", town)
    for expert in (town.expert1, town.expert2, town.expert3):
        hand_in(slot, expert, 30, 33, 25)
    slot = taken_to(slot, "locked", town)
    screen = reverse("evaluations:pitch_screen", args=[day.screen_token])
    before = browse().get(screen).content.decode()

    stage.reveal(slot, by=town.clerk)

    after = browse().get(screen).content.decode()
    assert ("88.00" in before, "88.00" in after) == (False, True)
    assert [name in after for name in ("林教授", "郑会计", "许主任")] == [False, False, False]
    assert slot_at(day, 2).project.title in after
    assert browse().get(reverse("evaluations:pitch_screen", args=["x" * 32])).status_code == 404


def test_the_screen_of_a_closed_session_shows_all_that_were_heard_and_no_single_score(town, life, browse):
    day = begun(town, life, 2)
    screen = reverse("evaluations:pitch_screen", args=[day.screen_token])
    for place in (1, 2):
        slot = taken_to(slot_at(day, place), "scoring", town)
        for expert in (town.expert1, town.expert2, town.expert3):
            hand_in(slot, expert, 30, 33, 25 - place)
        stage.reveal(taken_to(slot, "locked", town), by=town.clerk)
    before = browse().get(screen).content.decode()

    pitch.close(PitchDay.objects.get(pk=day.pk), by=town.clerk)

    after = browse().get(screen).content.decode()
    assert ("screen-score" in before, "screen-heard" in before) == (True, False)
    assert ("screen-score" in after, "screen-heard" in after) == (False, True)
    assert ("87.00" in after, "86.00" in after) == (True, True)


def test_a_blind_call_names_no_group_to_judges_and_screen(town, life, browse):
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    day = begun(town, life)
    taken_to(first(day), "presenting", town)

    for client, page in (
        (browse(town.expert1), reverse("evaluations:pitch_judge", args=[day.pk])),
        (browse(), reverse("evaluations:pitch_screen", args=[day.screen_token])),
    ):
        assert town.centre.name not in client.get(page).content.decode()


def test_a_blind_judge_reads_on_the_day_what_they_may_read_and_nothing_else(town, life, browse):
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    day, judge = begun(town, life), browse(town.expert1)
    page = reverse("evaluations:pitch_judge", args=[day.pk])
    Project.objects.filter(pitch_slot__day=day).update(title=f"{town.centre.name}进楼院")

    for state in ("presenting", "scoring"):
        slot = taken_to(first(day), state, town)
        shown = judge.get(page).content.decode()
        assert town.centre.name not in shown
        assert reverse("evaluations:blind_proposal", args=[assignment_of(slot, town.expert1).pk]) in shown
        assert reverse("projects:proposal_detail", args=[slot.project_id]) not in shown

    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=False)
    Participant.objects.filter(project__pitch_slot__day=day).update(is_blind=False)
    assert reverse("projects:proposal_detail", args=[slot.project_id]) in judge.get(page).content.decode()


def test_a_project_to_come_that_a_judge_does_not_score_has_no_link(town, life, browse):
    day = begun(town, life, 2)
    mine, other = slot_at(day, 1), slot_at(day, 2)
    page = reverse("evaluations:pitch_judge", args=[day.pk])
    shown = browse(town.expert1).get(page).content.decode()
    links = [reverse("projects:proposal_detail", args=[slot.project_id]) for slot in (mine, other)]
    assert [link in shown for link in links] == [True, True]

    panel.recuse(assignment_of(other, town.expert1), by=town.clerk, reason="认识")

    shown = browse(town.expert1).get(page).content.decode()
    assert [link in shown for link in links] == [True, False]


@pytest.mark.every_case
@pytest.mark.parametrize("name", ["pitch_detail", "pitch_presence"])
def test_its_pages_cost_the_same_for_1_and_for_6_projects(town, life, browse, name, django_assert_max_num_queries):
    clerk, projects = browse(town.clerk), in_review(town, life, 7)
    counts = []
    for session, on_it in (("甲", projects[:1]), ("乙", projects[1:])):
        day = pitch.plan_day(town.call, on_it, by=town.clerk, **SESSION | {"name": session})
        pitch.draw_order(day, by=town.clerk)
        page = reverse(f"evaluations:{name}", args=[day.pk])
        clerk.get(page)
        with django_assert_max_num_queries(60) as captured:
            clerk.get(page)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_inbox_knows_the_day(town, life):
    day = drawn(town, life)
    judge, clerk = (reverse(f"evaluations:{name}", args=[day.pk]) for name in ("pitch_judge", "pitch_detail"))

    def urls(person):
        return [task.url for task in inbox.waiting_for(person) if task.url in (judge, clerk)]

    assert (urls(town.expert1), urls(town.clerk)) == ([], [])
    life.time.go(datetime(2026, 4, 8, 8, 0))
    assert (urls(town.expert1), urls(town.clerk)) == ([judge], [clerk])
    presence.mark_absent(day, town.expert1, by=town.clerk, reason="没来")
    assert urls(town.expert1) == []


def test_a_planned_session_waits_for_its_draw(town, life):
    day = planned(town, life)

    assert day.get_absolute_url() in [task.url for task in inbox.waiting_for(town.clerk)]
    assert Assignment.objects.open().count() == 0
