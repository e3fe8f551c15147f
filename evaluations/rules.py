"""Who may judge, who may arrange the judging, who may see what was judged."""

import rules

from evaluations.models import Assignment, Feedback, PitchDay, Presence, Purpose, Slot
from grants.rules import is_approver as is_approver_of_call
from grants.rules import is_clerk as is_clerk_of_call
from projects.models import Part, State
from projects.rules import (
    has_stake_in_call,
    in_applicant,
    in_funder,
    in_host,
    is_approver,
    is_clerk,
    is_evaluator,
    is_mentor,
)

is_clerk_or_approver = is_clerk | is_approver

JUDGED_IN = {Purpose.REVIEW: State.IN_REVIEW, Purpose.MIDTERM: State.MIDTERM, Purpose.FINAL: State.FINAL}
"""The state of a project in which each purpose is judged."""


@rules.predicate
def is_judge_of(user, assignment: Assignment) -> bool:
    """Is the person asked, and has not been recused."""
    return assignment.person_id == user.pk and assignment.recused_at is None


@rules.predicate
def is_being_judged(user, assignment: Assignment) -> bool:
    """The project is where this is judged, and an evaluation is at its papers, on site or at its draft; afterwards only
    a sheet that was opened again is written on."""
    if assignment.project.state != JUDGED_IN[Purpose(assignment.purpose)]:
        return False
    return assignment.evaluation_id is None or assignment.evaluation.takes_sheet(assignment)


@rules.predicate
def is_there(user, assignment: Assignment) -> bool:
    """Has not been noted as absent, or has come back."""
    return not assignment.is_absent


@rules.predicate
def judges_a_proposal(user, assignment: Assignment) -> bool:
    """Only the review of proposals knows absences: an evaluation waits for its evaluator."""
    return assignment.purpose == Purpose.REVIEW


@rules.predicate
def still_takes_part(user, assignment: Assignment) -> bool:
    """An evaluator's term may be over."""
    part = Part.JUDGE if assignment.purpose == Purpose.REVIEW else Part.EVALUATOR
    return assignment.project.participants.current().filter(person=assignment.person_id, part=part).exists()


@rules.predicate
def is_heard_now(user, assignment: Assignment) -> bool:
    """On a pitch day a project is scored after it was heard, by judges who have signed in; else at any time.

    A sheet that two people have unlocked is corrected while the others stay locked, also after the session.
    """
    slot = _slot_of(assignment)
    if slot is None:
        return True
    if slot.state == Slot.State.LOCKED and hasattr(assignment, "sheet") and assignment.sheet.unlocked_at:
        return True
    return slot.is_scoring and Presence.objects.filter(day=slot.day_id, person=assignment.person_id).exists()


@rules.predicate
def takes_paper(user, assignment: Assignment) -> bool:
    """A paper sheet can still come: its judge has a seat on the panel, and no score has been shown in public."""
    slot = _slot_of(assignment)
    return assignment.is_seated and (slot is None or slot.state in (Slot.State.SCORING, Slot.State.LOCKED))


def _slot_of(assignment: Assignment) -> Slot | None:
    """The place of its project on a pitch day: only the review of the proposal knows such days."""
    return getattr(assignment.project, "pitch_slot", None) if assignment.purpose == Purpose.REVIEW else None


@rules.predicate
def judges_on(user, day: PitchDay) -> bool:
    """Was asked to judge a project of this pitch day."""
    return PitchDay.objects.judged_by(user).filter(pk=day.pk).exists()


@rules.predicate
def works_for_its_funder(user, day: PitchDay) -> bool:
    return works_for_funder(user, day.call)


@rules.predicate
def works_for_funder(user, call) -> bool:
    return user.is_authenticated and user.has_role(call.funder_id)


@rules.predicate
def asked_for_it(user, asked) -> bool:
    """Four eyes (`models.FourEyes`): who asked does not decide."""
    return asked.asked_by_id == user.pk


@rules.predicate
def judges_its_project(user, reduction) -> bool:
    """No judge says how many judges are enough."""
    return Assignment.objects.filter(project=reduction.project_id, person=user.pk).exists()


@rules.predicate
def judges_the_sheet(user, asked) -> bool:
    return asked.sheet.assignment.person_id == user.pk


@rules.predicate
def has_feedback(user, project) -> bool:
    """The experts' feedback has been sent to the group."""
    return Feedback.objects.filter(project=project, sent_at__isnull=False).exists()


@rules.predicate
def is_the_judge(user, conflict) -> bool:
    return conflict.assignment.person_id == user.pk


@rules.predicate
def decides(user, obj) -> bool:
    """Is a clerk of the funder whose call it is."""
    return is_clerk_of_call(user, obj.call)


@rules.predicate
def approves(user, decision) -> bool:
    return is_approver_of_call(user, decision.call)


@rules.predicate
def proposed_it(user, decision) -> bool:
    """Four eyes: who proposed a decision does not approve it."""
    return decision.proposed_by_id == user.pk


rules.add_perm("evaluations.score", is_judge_of & is_there & is_being_judged & still_takes_part & is_heard_now)
rules.add_perm("evaluations.note_absence", is_clerk & ~has_stake_in_call & judges_a_proposal & is_being_judged)
rules.add_perm("evaluations.ask_for_fewer", is_clerk & ~has_stake_in_call)
rules.add_perm(
    "evaluations.decide_on_fewer", is_clerk_or_approver & ~has_stake_in_call & ~asked_for_it & ~judges_its_project
)
rules.add_perm("evaluations.ask_to_unlock", (is_judge_of | (is_clerk & ~has_stake_in_call)) & judges_a_proposal)
rules.add_perm(
    "evaluations.decide_on_unlocking", is_clerk_or_approver & ~has_stake_in_call & ~asked_for_it & ~judges_the_sheet
)
rules.add_perm("evaluations.recuse", is_judge_of | (is_clerk & ~has_stake_in_call))
rules.add_perm("evaluations.decide_conflict", is_clerk & ~has_stake_in_call & ~is_the_judge)
rules.add_perm("evaluations.assign", is_clerk_of_call & ~has_stake_in_call)
rules.add_perm("evaluations.commission", is_clerk_of_call & ~has_stake_in_call)
rules.add_perm("evaluations.confirm", is_clerk_of_call & ~has_stake_in_call)
rules.add_perm("evaluations.decide", decides & ~has_stake_in_call)
rules.add_perm("evaluations.approve_decision", approves & ~proposed_it & ~has_stake_in_call)
rules.add_perm("evaluations.decide_list_change", is_approver & ~has_stake_in_call & ~asked_for_it)
rules.add_perm("evaluations.write_feedback", is_clerk & ~has_stake_in_call)
rules.add_perm(
    "evaluations.read_feedback",
    (in_funder & ~has_stake_in_call) | ((in_applicant | in_host | is_mentor) & has_feedback),
)
rules.add_perm("evaluations.see_ranking", works_for_funder & ~has_stake_in_call)
rules.add_perm("evaluations.open", is_clerk)
rules.add_perm("evaluations.see_sheets", in_funder & ~has_stake_in_call)
rules.add_perm("evaluations.see_card", in_funder & ~has_stake_in_call)
rules.add_perm("evaluations.plan_pitch", is_clerk_of_call & ~has_stake_in_call)
rules.add_perm("evaluations.see_pitch", works_for_its_funder & ~has_stake_in_call)
rules.add_perm("evaluations.hold_pitch", decides & ~has_stake_in_call)
rules.add_perm("evaluations.conduct", is_clerk)
rules.add_perm("evaluations.take_back_score", is_clerk_or_approver)
rules.add_perm("evaluations.judge_pitch", judges_on)
rules.add_perm("evaluations.key_paper", is_clerk & is_being_judged & takes_paper)
rules.add_perm("evaluations.see_result", in_funder | in_applicant | in_host | is_mentor | is_evaluator)
