"""Every transition of a project: from where, to where, by whom, and with which words. The table is the rule."""

import pytest
from django.core.exceptions import PermissionDenied

from core import workflow
from core.models import Event
from core.workflow import Refused, Stale
from projects.models import Part, Participant, Project, State
from tests.life import choir_draft, draft

# name: (sources, target, who may, is a note required)
NOBODY: set[str] = set()
"""Follows by itself: the log names nobody."""
CLERK, APPROVER, FINANCE, GROUP_HEAD, GROUP = (
    {"clerk"},
    {"approver"},
    {"finance"},
    {"head"},
    {"head", "volunteer"},
)
UNDER_WAY = {"running", "suspended", "midterm", "rectifying", "closing", "final", "settling"}
BEFORE_AWARD = {"draft", "submitted", "returned", "eligible", "in_review", "shortlisted", "waitlisted"} | {
    "in_notice",
    "objected",
}
TABLE = {
    "submit": ({"draft"}, "submitted", GROUP_HEAD, False),
    "return_for_correction": ({"submitted"}, "returned", CLERK, True),
    "resubmit": ({"returned"}, "submitted", GROUP_HEAD, False),
    "declare_ineligible": ({"submitted", "returned"}, "ineligible", CLERK, True),
    "accept": ({"submitted"}, "eligible", CLERK, False),
    "start_review": ({"eligible"}, "in_review", CLERK, False),
    "shortlist": ({"in_review"}, "shortlisted", CLERK, False),
    "waitlist": ({"in_review"}, "waitlisted", CLERK, False),
    "promote": ({"waitlisted"}, "shortlisted", CLERK | APPROVER, False),
    "move_up": ({"waitlisted"}, "shortlisted", NOBODY, False),
    "decline": ({"in_review"}, "not_selected", CLERK, True),
    "strike": ({"waitlisted", "shortlisted"}, "not_selected", APPROVER, True),
    "publish": ({"shortlisted"}, "in_notice", CLERK, False),
    "examine_objection": ({"in_notice"}, "objected", CLERK, False),
    "dismiss_objection": ({"objected"}, "in_notice", APPROVER, True),
    "correct": ({"objected"}, "shortlisted", APPROVER, True),
    "reopen": (
        {"not_selected", "waitlisted", "shortlisted", "in_notice", "objected"},
        "in_review",
        APPROVER,
        True,
    ),
    "uphold_objection": ({"objected"}, "not_selected", APPROVER, True),
    "approve": ({"in_notice"}, "approved", APPROVER, False),
    "refuse": ({"in_notice"}, "not_selected", APPROVER, True),
    "forfeit": ({"approved"}, "forfeited", GROUP_HEAD | APPROVER, True),
    "start": ({"approved"}, "running", CLERK | APPROVER, False),
    "suspend": ({"running"}, "suspended", CLERK, True),
    "resume": ({"suspended"}, "running", CLERK, True),
    "begin_midterm": ({"running", "rectifying"}, "midterm", CLERK, False),
    "pass_midterm": ({"midterm"}, "running", CLERK, False),
    "require_rectification": ({"midterm", "final"}, "rectifying", CLERK | APPROVER, True),
    "request_closing": ({"running"}, "closing", GROUP, False),
    "reject_closing": ({"closing"}, "running", CLERK, True),
    "begin_final": ({"closing", "rectifying"}, "final", CLERK, False),
    "pass_final": ({"final"}, "settling", CLERK, False),
    "complete": ({"settling"}, "completed", FINANCE, False),
    "terminate": (UNDER_WAY, "terminated", APPROVER, True),
    "withdraw": (BEFORE_AWARD, "withdrawn", GROUP_HEAD, True),
}


def put(project: Project, state: str) -> Project:
    """Set a state past the door: only a test may, to ask every question in every state."""
    Project.objects.filter(pk=project.pk).update(state=state)
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def project(town):
    """The centre's project, with somebody in every part."""
    project = draft(town)
    for person, part in ((town.mentor, Part.MENTOR), (town.expert1, Part.JUDGE), (town.evaluator, Part.EVALUATOR)):
        Participant.objects.create(project=project, person=person, part=part)
    return project


def declared() -> dict[str, tuple[set[str], str, bool]]:
    found: dict = {}
    for step in workflow.transitions(Project):
        sources, *_ = found.setdefault(step.name, (set(), str(step.target), step.custom["note"]))
        sources.add(str(step.source))
    return found


def test_the_class_declares_exactly_the_transitions_of_the_table():
    assert declared() == {name: (row[0], row[1], row[3]) for name, row in TABLE.items()}


def test_every_state_is_reached_and_only_ends_have_no_way_out():
    targets = {row[1] for row in TABLE.values()} | {"draft"}
    sources = set().union(*(row[0] for row in TABLE.values()))

    assert targets == set(State.values)
    assert set(State.values) - sources == {
        "ineligible",
        "forfeited",
        "completed",
        "terminated",
        "withdrawn",
    }


@pytest.mark.parametrize("name", TABLE)
def test_only_the_people_of_the_table_may_take_a_step(town, project, name):
    sources, _target, allowed, _note = TABLE[name]

    for state in sources:
        project = put(project, state)
        step = workflow._transition(project, name)
        assert {username for username, person in town.people.items() if step.has_perm(project, person)} == allowed


@pytest.mark.parametrize("name", TABLE)
def test_a_step_is_refused_from_every_other_state(town, project, name):
    sources, _target, allowed, _note = TABLE[name]
    person = town.people[min(allowed)] if allowed else None

    for state in set(State.values) - sources:
        with pytest.raises(Stale):
            workflow.advance(put(project, state), name, by=person, note="理由")
    assert not Event.objects.about(project).filter(name=name).exists()


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row[3]])
def test_a_step_against_somebody_needs_a_reason(town, project, name):
    sources, _target, allowed, _note = TABLE[name]

    for state in sources:
        with pytest.raises(Refused) as refused:
            workflow.advance(put(project, state), name, by=town.people[min(allowed)], note="   ")
        assert "Please give a reason: the people concerned will read it." in english(refused.value)


def english(refused: Refused) -> list[str]:
    return refused.reasons


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_a_stranger_is_refused_and_nothing_is_written(town, life):
    project = life.walk(draft(town), "submitted")

    with pytest.raises(PermissionDenied):
        workflow.advance(project, "accept", by=town.stranger)

    assert Project.objects.get(pk=project.pk).state == "submitted"
    assert not Event.objects.about(project).filter(name="accept").exists()


def test_a_superuser_decides_nothing(town, life):
    project = life.walk(draft(town), "submitted")

    with pytest.raises(PermissionDenied):
        workflow.advance(project, "accept", by=town.admin)


def test_the_head_of_a_filed_group_submits_and_its_host_forfeits(town, life):
    project = choir_draft(town)
    assert workflow.can_proceed(project, "submit", town.singer)
    assert not workflow.can_proceed(project, "submit", town.hosthead)

    project = life.walk(project, "approved")
    assert workflow.can_proceed(project, "forfeit", town.hosthead)
    assert not workflow.can_proceed(project, "forfeit", town.singer)


def test_one_step_leaves_one_event_that_says_who_when_from_to_and_why(town, life):
    project = life.walk(draft(town), "submitted")

    workflow.advance(project, "return_for_correction", by=town.clerk, note="请补充备案证明。")

    event = Event.objects.about(project).last()
    assert (event.name, event.source_state, event.target_state) == ("return_for_correction", "submitted", "returned")
    assert (event.actor, event.note) == (town.clerk, "请补充备案证明。")
    assert project.state == "returned"


def test_an_event_is_neither_changed_nor_deleted(town):
    project = draft(town)
    event = Event.objects.about(project).first()

    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()


def test_a_state_cannot_be_assigned(town):
    project = draft(town)

    with pytest.raises(AttributeError):
        project.state = "approved"
