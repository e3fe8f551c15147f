"""Two people act on one panel at the same moment: real threads, real transactions. What each saw still holds when both
are done. On SQLite one waits for the other anyway; these tests tell what happens on PostgreSQL."""

import time as clock_on_the_wall
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from core.strangers import new_device
from evaluations.actions import absence, pitch, scoring, stage, unlocking
from evaluations.models import Assignment, Audience, PitchDay, Sheet, Slot, Voice
from projects.models import Participant, Project
from tests import speaking
from tests import town as towns
from tests.judging import score
from tests.life import Life, draft
from tests.pitching import SESSION, assignment_of, begun, first, hand_in, in_review, taken_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db, time):
    return towns.build()


@pytest.fixture
def life(town, time):
    return Life(town, time)


def before_either_commits(*verbs: Callable[[], Any]) -> list:
    """Run the verbs in transactions of which none ends before every one has done its work, or cannot: it waits for
    another. Each gives its result or the exception it raised."""
    start, done, outcomes = Barrier(len(verbs)), Barrier(len(verbs)), [None] * len(verbs)

    def run(place: int, verb: Callable[[], Any]) -> None:
        start.wait()
        try:
            with transaction.atomic():
                outcomes[place] = verb()
                with suppress(BrokenBarrierError):
                    done.wait(timeout=1)
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [Thread(target=copy_context().run, args=(run, place, verb)) for place, verb in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def line_of(project: Project, person) -> Assignment:
    return Assignment.objects.select_related("project__call", "person").get(project=project, person=person)


@pytest.fixture
def blind(town, life) -> Project:
    """Judged blind; one of three sheets is in."""
    type(town.call).objects.filter(pk=town.call.pk).update(is_blind=True)
    town.call.refresh_from_db()
    [project] = in_review(town, life, 1)
    score(line_of(project, town.expert1), 30, 38, 20)
    return project


@pytest.fixture
def heard(town, life) -> Slot:
    """On a pitch day, three sheets are in and the scores locked, not yet revealed."""
    slot = taken_to(first(begun(town, life, 1)), "scoring", town)
    for person in (town.expert1, town.expert2, town.expert3):
        hand_in(slot, person, 30, 38, 20)
    return taken_to(slot, "locked", town)


def test_the_last_two_sheets_handed_in_at_once_lock_the_panel(town, blind):
    outcomes = before_either_commits(
        lambda: score(line_of(blind, town.expert2), 30, 36, 20),
        lambda: score(line_of(blind, town.expert3), 30, 34, 20),
    )

    assert outcomes == [None, None]
    assert not Participant.objects.filter(project=blind, is_blind=True).exists()
    assert town.clerk.notifications.filter(subject__contains="评分表已全部提交").count() == 1


def test_the_last_sheet_and_an_absence_at_once_lock_a_panel_that_goes_on_with_fewer(town, blind):
    """Two people have agreed on two sheets; the second comes in while the third judge is noted as absent."""
    absence.note_absence(line_of(blind, town.expert3), by=town.clerk, reason="没来")
    asked = absence.ask_for_fewer(blind, by=town.clerk, reason="无替补专家")
    absence.decide_on_fewer(asked, by=town.approver, grant=True)
    absence.come_back(line_of(blind, town.expert3), by=town.clerk)

    before_either_commits(
        lambda: score(line_of(blind, town.expert2), 30, 36, 20),
        lambda: absence.note_absence(line_of(blind, town.expert3), by=town.clerk, reason="又走了"),
    )

    assert not Participant.objects.filter(project=blind, person=town.expert1, is_blind=True).exists()


def test_no_score_is_revealed_on_a_sheet_that_is_opened_at_once(town, heard):
    asked = unlocking.ask_to_unlock(assignment_of(heard, town.expert1), by=town.expert1, reason="打错了")

    before_either_commits(
        lambda: stage.reveal(Slot.objects.get(pk=heard.pk), by=town.clerk),
        lambda: unlocking.decide_on_unlocking(asked, by=town.approver, grant=True),
    )

    sheet, slot = Sheet.objects.get(assignment__person=town.expert1), Slot.objects.get(pk=heard.pk)
    assert (sheet.is_submitted, slot.state) == (False, "locked")


def test_an_order_is_drawn_for_every_project_of_the_session(town, life):
    one, other = in_review(town, life, 2)
    day = pitch.plan_day(town.call, [one], by=town.clerk, **SESSION)

    before_either_commits(
        lambda: pitch.draw_order(PitchDay.objects.get(pk=day.pk), by=town.clerk),
        lambda: pitch.change_day(PitchDay.objects.get(pk=day.pk), [one, other], by=town.clerk),
    )

    day = PitchDay.objects.get(pk=day.pk)
    assert (day.state, [slot.position for slot in day.order]) in [("drawn", [1]), ("drawn", [1, 2])]


def test_a_judge_who_saves_and_a_clerk_who_notes_the_absence_do_not_wait_for_each_other_for_ever(town, life):
    """Both lock the line and the slot, so both must do it in the same order."""
    slot = taken_to(first(begun(town, life, 1)), "scoring", town)
    line, outcomes = assignment_of(slot, town.expert1), {}

    def run(name: str, verb: Callable[[], Any]) -> None:
        try:
            outcomes[name] = verb()
        except Exception as error:
            outcomes[name] = error
        finally:
            connection.close()

    def start(name: str, verb: Callable[[], Any]) -> Thread:
        thread = Thread(target=copy_context().run, args=(run, name, verb))
        thread.start()
        clock_on_the_wall.sleep(0.5)
        return thread

    with transaction.atomic():
        Slot.objects.select_for_update().get(pk=slot.pk)
        absent = start("absent", lambda: absence.note_absence(line, by=town.clerk, reason="走了"))
        saves = start("saves", lambda: scoring.save_sheet(line, by=town.expert1, points={}, strengths="好"))
    absent.join()
    saves.join()

    assert not [one for one in outcomes.values() if isinstance(one, OperationalError)], outcomes


def test_a_phone_that_answers_behind_two_posters_at_once_answers_once_and_reads_why(town, life):
    project = life.walk(draft(town), "running")
    posters = [speaking.code(town, project), speaking.code(town, project, audience=Audience.VOLUNTEER)]
    phone = new_device()

    outcomes = before_either_commits(*(lambda code=code: speaking.say(code, device=phone) for code in posters))

    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "Voice"]
    assert Voice.objects.count() == 1
