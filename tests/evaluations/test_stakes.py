"""Whoever competes neither decides nor reads what the experts said, whatever else they are."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from evaluations import inbox
from evaluations.actions import absence, conflict, feedback, list_change, panel, unlocking
from evaluations.actions import decision as decisions
from evaluations.models import Assignment, Conflict
from people.models import User
from projects.models import Project
from tests.judging import announced, decided, judged, proposed, score
from tests.life import choir_draft, draft

PAGES = ("ranking", "consistency", "selection", "panel", "feedback_list")


def with_stake(person, organization, role: str = "manager") -> User:
    """The person also belongs to a group of the competition from now on; with roles read anew."""
    person.memberships.create(organization=organization, role=role, since=date(2020, 1, 1))
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize("role", ["manager", "staff", "finance"])
def test_who_belongs_to_an_applicant_does_not_propose(town, life, role):
    [project] = judged(town, life, 38)
    clerk = with_stake(town.clerk, town.centre, role)

    with pytest.raises(PermissionDenied):
        proposed(town, {project.pk: "shortlist"}, by=clerk)


def test_who_belongs_to_another_group_of_the_call_does_not_propose_either(town, life):
    project, _choir = judged(town, life, 38, filed=[20])
    clerk = with_stake(town.clerk, town.choir)

    with pytest.raises(PermissionDenied):
        proposed(town, {project.pk: "shortlist"}, by=clerk)


def test_a_group_that_does_not_compete_is_no_stake(town, life):
    [project] = judged(town, life, 38)
    clerk = with_stake(town.clerk, town.choir)

    assert proposed(town, {project.pk: "shortlist"}, by=clerk).state == "proposed"


def test_the_host_of_a_group_has_a_stake(town, life):
    [_choir] = judged(town, life, filed=[20])
    clerk = with_stake(town.clerk, town.host, "finance")

    with pytest.raises(PermissionDenied):
        decisions.save_decision(town.call, by=clerk, lines={})


def test_an_approver_with_a_stake_does_not_approve(town, life):
    [project] = judged(town, life, 38)
    made = proposed(town, {project.pk: "shortlist"})
    approver = with_stake(town.approver, town.centre)

    with pytest.raises(PermissionDenied):
        decisions.approve(made, by=approver)
    with pytest.raises(PermissionDenied):
        decisions.send_back(made, by=approver, note="再议")


def test_a_clerk_with_a_stake_does_not_announce(town, life):
    [project] = judged(town, life, 38)
    made = decided(town, {project.pk: "shortlist"})

    with pytest.raises(PermissionDenied):
        decisions.announce(made, by=with_stake(town.clerk, town.centre))


def test_nobody_with_a_stake_changes_the_list(town, life):
    first, second = judged(town, life, 38, 30)
    announced(town, {first.pk: "shortlist", second.pk: "waitlist"})
    second = Project.objects.get(pk=second.pk)
    asked = list_change.ask(second, by=town.clerk, kind="strike", reason="不符合")

    with pytest.raises(PermissionDenied):
        list_change.decide(asked, by=with_stake(town.approver, town.centre), grant=True)
    clerk = with_stake(town.clerk, town.centre)
    with pytest.raises(PermissionDenied):
        list_change.ask(second, by=clerk, kind="strike", reason="不符合")
    with pytest.raises(PermissionDenied):
        list_change.promote(second, by=clerk, amount=second.amount_payable)


@pytest.mark.parametrize("name", PAGES)
def test_a_clerk_with_a_stake_reads_no_page_that_names_judges(town, life, browse, name):
    judged(town, life, 38)
    page = reverse(f"evaluations:{name}", args=[town.call.pk])
    assert browse(town.clerk).get(page).status_code == 200

    assert browse(with_stake(town.clerk, town.centre)).get(page).status_code == 403


def test_nor_the_decision_its_minutes_the_card_and_the_tables(town, life, browse):
    [project] = judged(town, life, 38)
    made = proposed(town, {project.pk: "shortlist"})
    pages = [
        made.get_absolute_url(),
        *(reverse(f"reports:{name}", args=[made.pk]) for name in ("minutes", "decision")),
        *(reverse(f"reports:{name}", args=[town.call.pk]) for name in ("ranking", "consistency", "selection")),
        reverse("evaluations:result_card", args=[project.pk]),
    ]
    auditor = browse(town.auditor)
    assert [auditor.get(page).status_code for page in pages] == [200] * len(pages)

    client = browse(with_stake(town.auditor, town.centre))

    assert [client.get(page).status_code for page in pages] == [403] * len(pages)


def test_the_group_reads_the_feedback_when_it_is_sent_and_its_clerk_no_earlier(town, life, browse):
    [project] = judged(town, life, 20)
    announced(town, {project.pk: "decline"}, note="名额有限")
    project = Project.objects.get(pk=project.pk)
    feedback.save_feedback(project, by=town.clerk, strengths="好", weaknesses="")
    page, clerk = reverse("evaluations:feedback_detail", args=[project.pk]), with_stake(town.auditor, town.centre)
    assert (browse(town.clerk).get(page).status_code, browse(clerk).get(page).status_code) == (200, 403)

    feedback.send_feedback(project, by=town.clerk)

    assert browse(clerk).get(page).status_code == 200


def test_the_inbox_offers_nothing_of_a_call_in_which_one_competes(town, life):
    judged(town, life, 38)
    assert [task.title for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))] == [town.call.title]

    assert inbox.waiting_for(with_stake(town.clerk, town.centre)) == []


def test_the_page_of_the_call_offers_no_ranking_to_who_competes(town, life, browse):
    judged(town, life, 38)
    page, link = town.call.get_absolute_url(), reverse("evaluations:ranking", args=[town.call.pk])
    assert link in browse(town.clerk).get(page).content.decode()

    assert link not in browse(with_stake(town.clerk, town.centre)).get(page).content.decode()


# -- one project's panel ---------------------------------------------------------------------------


@pytest.fixture
def rivals(town, life):
    """A project in review whose third sheet is to come, and a clerk and an approver who belong to the choir, which
    competes in the same call with a project of its own."""
    life.walk(choir_draft(town), "eligible")
    project = life.walk(draft(town), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)
    for one in town.call.projects.exclude(pk=project.pk):
        for expert in (town.expert1, town.expert2, town.expert3):
            panel.assign(one, expert, by=town.clerk)
        life.walk(one, "in_review")
    project = life.walk(project, "in_review")
    for person in (town.expert1, town.expert2):
        score(line_of(project, person), 30, 38, 20)
    return project


def line_of(project, person) -> Assignment:
    return Assignment.objects.select_related("project__call", "person").get(project=project, person=person)


def test_a_clerk_with_a_stake_takes_no_judge_of_a_rival_off(town, rivals, browse):
    line, clerk = line_of(rivals, town.expert3), with_stake(town.clerk, town.choir)

    for verb in (absence.note_absence, panel.recuse):
        with pytest.raises(PermissionDenied):
            verb(line, by=clerk, reason="没来")
    for name in ("assignment_absent", "recuse"):
        assert browse(clerk).get(reverse(f"evaluations:{name}", args=[line.pk])).status_code == 403
    assert panel.recuse(line, by=User.objects.get(pk=town.expert3.pk), reason="亲戚").recused_at


def test_nor_does_one_decide_on_a_conflict_of_interest(town, rivals, browse):
    line = line_of(rivals, town.expert3)
    found = Conflict.objects.create(assignment=line, reasons=[{"key": "coach", "ground": "coach"}])
    clerk = with_stake(town.clerk, town.choir)

    with pytest.raises(PermissionDenied):
        conflict.decide(found, by=clerk, stands_down=True, reason="是其导师")
    assert browse(clerk).get(found.get_absolute_url()).status_code == 403
    assert browse(town.auditor).get(found.get_absolute_url()).status_code == 200


def test_nor_on_unlocking_a_sheet_and_reads_none(town, rivals, browse):
    asked = unlocking.ask_to_unlock(line_of(rivals, town.expert1), by=town.expert1, reason="打错了")
    page = reverse("evaluations:unlock_decide", args=[asked.pk])
    assert browse(town.approver).get(page).status_code == 200
    approver = with_stake(town.approver, town.choir)

    with pytest.raises(PermissionDenied):
        unlocking.decide_on_unlocking(asked, by=approver, grant=True)
    assert browse(approver).get(page).status_code == 403
    assert page not in [task.url for task in inbox.waiting_for(approver)]
    with pytest.raises(PermissionDenied):
        unlocking.ask_to_unlock(line_of(rivals, town.expert2), by=with_stake(town.clerk, town.choir), reason="打错了")


def test_nor_reads_who_is_missing_on_a_rivals_panel(town, rivals, browse):
    absence.note_absence(line_of(rivals, town.expert3), by=town.clerk, reason="没来")
    asked = absence.ask_for_fewer(rivals, by=town.clerk, reason="无替补专家")
    assert browse(town.auditor).get(asked.get_absolute_url()).status_code == 200

    assert browse(with_stake(town.auditor, town.choir)).get(asked.get_absolute_url()).status_code == 403
