"""Segregation of duties, and what a review by experiment found once."""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied

from core.workflow import Refused
from evaluations.actions import panel
from people.models import Role, User
from projects.actions import activities, award, checking, people, proposals
from projects.models import Activity, Project
from tests.life import draft
from tests.records import WHOLE, planned, recorded
from tests.town import member


def test_an_approver_who_heads_the_applicant_approves_nothing_of_its_own(town, life):
    member(town.approver, town.centre, Role.MANAGER)
    project = life.walk(draft(town), "in_notice")
    life.day(2026, 4, 20)

    with pytest.raises(PermissionDenied):
        award.approve(project, by=User.objects.get(pk=town.approver.pk))


def test_a_refused_award_frees_its_money_and_says_why(town, life):
    project = life.walk(draft(town), "in_notice")
    with pytest.raises(Refused):
        award.refuse(project, by=town.approver, note="")

    award.refuse(project, by=town.approver, note="与区级项目重复")

    assert project.state == "not_selected"
    assert town.fund.balance().free == town.fund.balance().allocated


def test_withdrawing_from_the_notice_frees_the_money(town, life):
    project = life.walk(draft(town), "in_notice")

    proposals.withdraw(project, by=town.head, note="负责人调离")

    assert town.fund.balance().reserved == 0


def test_a_draft_withdrawn_before_submission_stays_private(town):
    project = draft(town)
    proposals.withdraw(project, by=town.head, note="不办了")

    assert not Project.objects.visible_to(town.clerk).exists()
    assert Project.objects.visible_to(town.head).get() == project


def test_the_group_never_reads_who_judges_it(town, life, browse):
    project = life.walk(draft(town), "eligible")
    assignment = panel.assign(project, town.expert1, by=town.clerk)
    panel.recuse(assignment, by=town.clerk, reason="与负责人是亲属")

    page = browse(town.head).get(project.get_absolute_url()).content.decode()
    assert town.expert1.name not in page
    assert "亲属" not in page
    assert "亲属" in browse(town.clerk).get(project.get_absolute_url()).content.decode()


def test_a_stale_plan_does_not_wipe_the_record(town, life, time):
    project = life.walk(draft(town), "running")
    activity = planned(town, project)
    stale = Activity.objects.get(pk=activity.pk)
    recorded(town, activity, time, heads=40)

    with pytest.raises(Refused):
        activities.plan_activity(project, by=town.head, values=WHOLE, activity=stale, reason="改时间")

    assert Activity.objects.get().attendance == 40


def test_only_the_clerk_names_a_mentor_also_past_the_page(town, life):
    project = life.walk(draft(town), "running")

    with pytest.raises(PermissionDenied):
        people.assign_mentor(project, town.mentor, town.support, by=town.stranger)


def test_the_clerk_is_told_when_the_time_to_correct_is_over(town, life, browse, time):
    project = life.walk(draft(town), "submitted")
    checking.check(project, "return_for_correction", by=town.clerk, note="请补正")
    time.go(datetime(2026, 3, 25, 9, 0))

    tasks = browse(town.clerk).get("/todo/").context["tasks"]

    assert [task.title for task in tasks] == [project.title]
