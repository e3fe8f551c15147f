"""A submitted sheet is opened again by two people and for a reason, and what it said is kept."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Event
from core.workflow import Refused
from evaluations.actions import unlocking
from evaluations.models import Assignment, Sheet, Unlocking
from grants.models import Call
from tests.judging import judged, proposed, score


@pytest.fixture
def locked(town, life):
    """The first expert's submitted sheet: 30 + 38 + 20 points."""
    [project] = judged(town, life, 38)
    return Assignment.objects.select_related("project__call", "person").get(project=project, person=town.expert1)


def test_the_judge_asks_and_a_second_person_opens_it(town, locked):
    asked = unlocking.ask_to_unlock(locked, by=town.expert1, reason="第二项打错了")
    unlocking.decide_on_unlocking(asked, by=town.clerk, grant=True)

    sheet = Sheet.objects.get(assignment=locked)
    assert (sheet.is_submitted, sheet.total) == (False, None)
    assert (asked.before["total"], asked.before["points"]["方案"]) == ("88.00", "38.00")
    assert Event.objects.about(locked.project).filter(name="unlock_sheet").get().note == "第二项打错了"


def test_the_opened_sheet_is_scored_and_locked_again(town, locked):
    asked = unlocking.ask_to_unlock(locked, by=town.expert1, reason="第二项打错了")
    unlocking.decide_on_unlocking(asked, by=town.approver, grant=True)

    score(Assignment.objects.get(pk=locked.pk), 30, 36, 20)

    assert Sheet.objects.get(assignment=locked).total == Decimal("86.00")


def test_who_asked_does_not_decide(town, locked):
    asked = unlocking.ask_to_unlock(locked, by=town.clerk, reason="专家来电说打错了")

    with pytest.raises(PermissionDenied):
        unlocking.decide_on_unlocking(asked, by=town.clerk, grant=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unlocking.objects.update(granted=True, decided_by=town.clerk, decided_at=clock.now())
    assert unlocking.decide_on_unlocking(asked, by=town.approver, grant=True).granted is True


@pytest.mark.parametrize("username", ["expert1", "expert2", "auditor", "finance", "head", "mentor", "admin"])
def test_only_the_funders_clerk_or_approver_decides(town, locked, username):
    asked = unlocking.ask_to_unlock(locked, by=town.expert1, reason="打错了")

    with pytest.raises(PermissionDenied):
        unlocking.decide_on_unlocking(asked, by=town.people[username], grant=True)


@pytest.mark.parametrize("username", ["expert2", "approver", "head", "stranger"])
def test_only_the_judge_or_a_clerk_asks(town, locked, username):
    with pytest.raises(PermissionDenied):
        unlocking.ask_to_unlock(locked, by=town.people[username], reason="改一改")


def test_a_refusal_needs_its_words_and_leaves_the_sheet_locked(town, locked):
    asked = unlocking.ask_to_unlock(locked, by=town.expert1, reason="想再加几分")

    with pytest.raises(Refused):
        unlocking.decide_on_unlocking(asked, by=town.clerk, grant=False, answer=" ")
    unlocking.decide_on_unlocking(asked, by=town.clerk, grant=False, answer="不是笔误")

    assert Sheet.objects.get(assignment=locked).is_submitted
    assert town.expert1.notifications.filter(body="不是笔误").exists()


def test_nothing_is_asked_twice_or_without_a_reason(town, locked):
    with pytest.raises(Refused):
        unlocking.ask_to_unlock(locked, by=town.expert1, reason=" ")
    unlocking.ask_to_unlock(locked, by=town.expert1, reason="打错了")

    with pytest.raises(Refused):
        unlocking.ask_to_unlock(locked, by=town.clerk, reason="打错了")


def test_under_a_proposed_decision_no_sheet_is_opened(town, locked):
    asked = unlocking.ask_to_unlock(locked, by=town.expert1, reason="打错了")
    proposed(town, {locked.project.pk: "shortlist"})

    with pytest.raises(Refused):
        unlocking.decide_on_unlocking(asked, by=town.clerk, grant=True)


def test_the_pages_lead_from_the_judge_to_the_approver(town, locked, browse):
    browse(town.expert1).post(reverse("evaluations:unlock_ask", args=[locked.pk]), {"reason": "打错了"})
    asked = Unlocking.objects.get()
    page = reverse("evaluations:unlock_decide", args=[asked.pk])

    assert page in browse(town.approver).get(reverse("inbox")).content.decode()
    refusal = browse(town.approver).post(page, {"refuse": "", "answer": ""})
    assert refusal.context["form"].non_field_errors()  # why not must be said
    browse(town.approver).post(page, {"grant": "", "answer": ""})

    assert not Sheet.objects.get(assignment=locked).is_submitted


def test_who_asks_again_reads_that_it_waits_or_why_it_was_refused(town, locked, browse):
    page, judge = reverse("evaluations:unlock_ask", args=[locked.pk]), browse(town.expert1)
    asked = unlocking.ask_to_unlock(locked, by=town.expert1, reason="第二项打错了")

    waits = judge.get(page).content.decode()
    assert ("第二项打错了" in waits, "提交申请" in waits) == (True, False)

    unlocking.decide_on_unlocking(asked, by=town.clerk, grant=False, answer="请写明应为几分")
    refused = judge.get(page).content.decode()
    assert ("请写明应为几分" in refused, "提交申请" in refused) == (True, True)


@pytest.mark.parametrize("is_blind", [True, False])
def test_who_decides_reads_that_a_blind_judge_knows_the_names_by_now(town, locked, browse, is_blind):
    Call.objects.filter(pk=town.call.pk).update(is_blind=is_blind)
    asked = unlocking.ask_to_unlock(locked, by=town.expert1, reason="第二项打错了")

    page = browse(town.clerk).get(reverse("evaluations:unlock_decide", args=[asked.pk])).content.decode()

    assert ("已能看到申报方是谁" in page) is is_blind
