"""S3 「凡是关于行政的事务，协作者概不参与」: mentors advise, the funder decides, both see both.

One table of every permission that is asked of a project, and who has it while the project runs. A permission that is
not in the table fails the test: whoever adds one says here on which side of the boundary it lies.
"""

import pytest
import rules
from django.core.exceptions import PermissionDenied
from rules.permissions import permissions

from core.workflow import Refused, choices
from people.models import Membership, Role
from projects.actions import award, delivery, evaluation, mentoring, payments, people, visits
from projects.models import Project, State
from tests.life import draft
from tests.mentored import advice, running, seen

MENTOR, CLERK, APPROVER, FINANCE = "mentor", "clerk", "approver", "finance"
FUNDER = {CLERK, APPROVER, FINANCE, "auditor"}
GROUP = {"head", "volunteer"}
PEOPLE = {MENTOR, *FUNDER, *GROUP}

ADVISES = {
    "projects.mentor": {MENTOR},
    "projects.visit": {MENTOR, CLERK},
    "projects.advise_on_change": {MENTOR},
    "projects.look_at_spending": {MENTOR},
    "projects.remark_on_monthly": {MENTOR, CLERK, *GROUP},
}
DECIDES = {
    "projects.accept_report": {CLERK},
    "projects.assign_mentor": {CLERK},
    "projects.supervise": {CLERK},
    "projects.conclude_evaluation": {CLERK},
    "projects.require_rectification": {CLERK, APPROVER},
    "projects.terminate": {APPROVER},
    "projects.sign_for_funder": {APPROVER},
    "projects.request_payment": {CLERK},
    "projects.settle": {FINANCE},
    "projects.judge_expense": {CLERK},
    "projects.confirm_matching": {CLERK},
    "projects.check_budget": {CLERK, FINANCE},
    "projects.judge_likeness": {CLERK},
    "projects.rank": {CLERK},
    "projects.promote": {CLERK, APPROVER},
    "projects.strike": {APPROVER},
    "projects.publish_notice": {CLERK},
    "projects.check": {CLERK},
    "projects.approve": {APPROVER},
    "projects.examine_objection": {CLERK},
    "projects.decide_objection": {APPROVER},
}
EITHER_SIDE = {
    "projects.forfeit": {APPROVER, "head"},
    "projects.cancel_tranche": {APPROVER, FINANCE, "head"},
    "projects.plan_delivery": GROUP,
    "projects.deliver": GROUP,
    "projects.answer_advice": GROUP,
    "projects.sign_for_group": {"head"},
    "projects.receipt": {"head"},
}
BOTH_SEE = {
    "projects.see_delivery": PEOPLE,
    "projects.see_log": PEOPLE,
    "projects.see_contact": PEOPLE,
    "projects.see_plan": PEOPLE,
    "projects.see_spending": PEOPLE,
}
TABLE = ADVISES | DECIDES | EITHER_SIDE | BOTH_SEE

ADVICE_ON_A_PROPOSAL = {"projects.advise", "projects.answer_comment", "projects.see_advice", "projects.end_coaching"}
"""What a coach does before the submission: nothing of it is open while a project runs."""
MAY_BE_A_MENTORS = {*ADVISES, *BOTH_SEE, "projects.amend_advice", "projects.finish_follow_up", "projects.follow_up",
                    "projects.recommend", "projects.see_cuts", "projects.hold_meeting", "evaluations.see_result",
                    "projects.read_service", "projects.read_all_services", "projects.see_roster",
                    # what residents say of the project: asked for and read through, never counted or left out
                    "evaluations.ask_residents", "evaluations.enter_voice", "evaluations.moderate_voice",
                    "evaluations.open_desk", "evaluations.read_voices", "evaluations.see_satisfaction"}  # fmt: skip
"""All that a mentor of a project ever has: to advise, to look back afterwards, and to see."""


@pytest.fixture
def project(town, life):
    return running(town, life)


def holders(town, permission: str, thing) -> set[str]:
    return {name for name in PEOPLE if rules.has_perm(permission, town.people[name], thing)}


def test_every_permission_lies_on_its_side_of_the_boundary(town, project):
    assert {name: holders(town, name, project) for name in TABLE} == TABLE


def test_a_mentor_has_no_permission_beyond_advice_and_sight(town, project):
    """Over all permissions that can be asked of a project, also those that nobody thought of here."""
    held = set()
    for name in permissions:
        if name.startswith(("projects.", "evaluations.")):
            try:
                if rules.has_perm(name, town.mentor, project):
                    held.add(name)
            except AttributeError:
                continue  # asked of a part of a project or of a call, never of a project

    assert held <= MAY_BE_A_MENTORS
    assert held & ADVICE_ON_A_PROPOSAL == set()


def test_no_step_of_a_project_or_an_instalment_is_a_mentors(town, project):
    for state in State.values:
        Project.objects.filter(pk=project.pk).update(state=state)
        assert choices(Project.objects.get(pk=project.pk), town.mentor) == [], state
    for tranche in project.tranches.all():
        assert choices(tranche, town.mentor) == []


VERBS = {
    "suspend": lambda project, by: delivery.supervise(project, "suspend", by=by, note="停"),
    "terminate": lambda project, by: payments.terminate(project, by=by, note="停"),
    "request_payment": lambda project, by: payments.request_payment(project.tranches.first(), by=by),
    "open_evaluation": lambda project, by: evaluation.open_evaluation(project, "begin_midterm", by=by),
    "assign_mentor": lambda project, by: people.assign_mentor(project, by, by.memberships.get().organization, by=by),
    "sign": lambda project, by: award.sign_for_funder(project, by=by),
    "request_closing": lambda project, by: delivery.request_closing(project, by=by),
    "answer": lambda project, by: mentoring.answer_advice(project.mentoring_notes.first(), by=by),
    "report": lambda project, by: delivery.submit_report(project, by=by, values={"kind": "milestone", "spent": 1}),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_mentor_who_tries_to_act_is_turned_away(town, project, verb):
    mentoring.add_session(project, by=town.mentor, values=advice())

    with pytest.raises((PermissionDenied, Refused)):
        VERBS[verb](Project.objects.get(pk=project.pk), town.mentor)

    assert Project.objects.get(pk=project.pk).state == State.RUNNING


@pytest.mark.parametrize("person", ["clerk", "approver", "head", "evaluator", "stranger"])
def test_nobody_but_the_mentor_writes_a_session(town, project, person):
    with pytest.raises(PermissionDenied):
        mentoring.add_session(project, by=town.people[person], values=advice())


def test_who_works_at_the_funder_cannot_become_its_mentor(town, life):
    project = life.walk(draft(town), "running")
    Membership.objects.create(user=town.mentor, organization=town.bureau, role=Role.AUDITOR)

    with pytest.raises(Refused):
        people.assign_mentor(project, town.mentor, town.support, by=town.clerk)


def test_a_mentor_who_becomes_the_funders_clerk_is_no_longer_its_mentor(town, project):
    Membership.objects.create(user=town.mentor, organization=town.bureau, role=Role.STAFF)
    both = type(town.mentor).objects.get(pk=town.mentor.pk)

    assert not rules.has_perm("projects.mentor", both, project)
    assert rules.has_perm("projects.visit", both, project)
    with pytest.raises(PermissionDenied):
        mentoring.add_session(project, by=both, values=advice())


def test_a_mentor_who_joins_the_group_is_no_longer_its_mentor(town, project):
    Membership.objects.create(user=town.mentor, organization=town.centre, role=Role.STAFF)
    both = type(town.mentor).objects.get(pk=town.mentor.pk)

    assert not rules.has_perm("projects.mentor", both, project)
    with pytest.raises(PermissionDenied):
        visits.record_visit(project, by=both, values=seen())
