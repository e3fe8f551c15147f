"""Who may do what in an evaluation and after it; loaded when the app is ready.

The evaluator looks and writes, the group answers, the funder's clerk publishes and an approver terminates. A draft is
read by nobody outside the evaluator organisation before it goes to the group.
"""

import rules

from evaluations.models import Evaluation, Purpose, RectificationItem, Result
from evaluations.models.commission import SENDS
from evaluations.rules import asked_for_it, works_for_funder
from grants.rules import is_clerk as is_clerk_of_call
from people.models import Kind, Organization, Role
from projects.models.state import ENDED
from projects.rules import (
    has_stake,
    has_stake_in_call,
    in_applicant,
    in_funder,
    in_host,
    is_approver,
    is_clerk,
    is_mentor,
    is_the_platform,
)

UP_TO_DRAFT = ("scheduled", "self_evaluation", "document_check", "site_visit", "draft")


def evaluation_of(obj) -> Evaluation:
    return obj if isinstance(obj, Evaluation) else obj.evaluation


@rules.predicate
def in_evaluator(user, obj) -> bool:
    """Evaluates for, or heads, the organisation charged with it, as long as its term runs."""
    commission = evaluation_of(obj).commission
    return user.is_authenticated and commission.is_current and user.has_role(commission.organization_id, *SENDS)


@rules.predicate
def heads_evaluator(user, obj) -> bool:
    commission = evaluation_of(obj).commission
    return user.is_authenticated and commission.is_current and user.has_role(commission.organization_id, Role.MANAGER)


@rules.predicate
def is_sent(user, obj) -> bool:
    """Was sent to this evaluation, has said that nothing ties them to the project, and the term runs."""
    evaluation = evaluation_of(obj)
    if not user.is_authenticated or not evaluation.commission.is_current:
        return False
    parts = evaluation.project.participants.current().filter(person=user, part="evaluator", is_waiting=False)
    return evaluation.panel.filter(person=user).exists() and parts.exists()


@rules.predicate
def judged_it(user, obj) -> bool:
    """Leads it or has a sheet in it: such a person does not conclude it for the funder, whatever they are there."""
    evaluation = evaluation_of(obj)
    return evaluation.lead_id == user.pk or evaluation.assignments.filter(person=user.pk).exists()


@rules.predicate
def leads_it(user, obj) -> bool:
    return evaluation_of(obj).lead_id == user.pk


@rules.predicate
def is_before_the_report(user, obj) -> bool:
    """Or the group has answered and no final report is issued: whoever stood down is followed by somebody else."""
    evaluation = evaluation_of(obj)
    waits = evaluation.state == Evaluation.State.FINAL and evaluation.issued_at is None
    return evaluation.state in UP_TO_DRAFT or waits


@rules.predicate
def is_scheduled_only(user, obj) -> bool:
    return evaluation_of(obj).state == Evaluation.State.SCHEDULED


@rules.predicate
def has_handed_in_self_evaluation(user, obj) -> bool:
    evaluation = evaluation_of(obj)
    return evaluation.state == Evaluation.State.SELF_EVALUATION and evaluation.is_self_evaluated


@rules.predicate
def waits_for_self_evaluation(user, obj) -> bool:
    return evaluation_of(obj).state == Evaluation.State.SELF_EVALUATION


@rules.predicate
def waits_for_answer(user, obj) -> bool:
    return evaluation_of(obj).state == Evaluation.State.ANSWER


@rules.predicate
def is_sent_to_group(user, obj) -> bool:
    return evaluation_of(obj).is_sent


@rules.predicate
def is_issued(user, obj) -> bool:
    return evaluation_of(obj).issued_at is not None


@rules.predicate
def is_published(user, obj) -> bool:
    return evaluation_of(obj).is_published


@rules.predicate
def self_evaluation_is_handed_in(user, obj) -> bool:
    return evaluation_of(obj).is_self_evaluated


@rules.predicate
def its_project_goes_on(user, item: RectificationItem) -> bool:
    return item.project.state not in ENDED


@rules.predicate
def works_for_its_evaluator(user, commission) -> bool:
    return user.is_authenticated and commission.is_current and user.has_role(commission.organization_id, *SENDS)


@rules.predicate
def works_for_funder_of(user, commission) -> bool:
    return works_for_funder(user, commission.call)


@rules.predicate
def clerk_of_commission(user, commission) -> bool:
    return is_clerk_of_call(user, commission.call)


@rules.predicate
def works_for_some_evaluator(user, obj=None) -> bool:
    """Evaluates for, or heads, an evaluator organisation."""
    held = user.organizations_as(*SENDS) if user.is_authenticated else []
    return Organization.objects.filter(pk__in=held, kind=Kind.EVALUATOR).exists()


@rules.predicate
def writes_for_it(user, template) -> bool:
    return user.is_authenticated and user.has_role(template.organization_id, *SENDS)


@rules.predicate
def concluded_a_failure(user, proposal) -> bool:
    """Published, as a clerk, a report that failed the project: somebody else decides whether this ends it."""
    failed = Result.objects.filter(project=proposal.evaluation.project_id, grade=Result.Grade.FAIL)
    return failed.exclude(purpose=Purpose.REVIEW).filter(confirmed_by=user.pk).exists()


begins = (heads_evaluator | is_clerk) & ~has_stake
rules.add_perm("evaluations.see_commission", works_for_funder_of | works_for_its_evaluator)
rules.add_perm("evaluations.change_commission", clerk_of_commission & ~has_stake_in_call)
rules.add_perm("evaluations.see_workspace", works_for_some_evaluator)
rules.add_perm("evaluations.keep_template", writes_for_it)
rules.add_perm("evaluations.distribute", begins & is_before_the_report)
rules.add_perm("evaluations.begin", begins)
rules.add_perm(
    "evaluations.go_on",
    (is_sent & ~has_stake) | (begins & is_scheduled_only) | (in_applicant & has_handed_in_self_evaluation),
)
rules.add_perm("evaluations.inspect", is_sent & ~has_stake)
rules.add_perm("evaluations.lead", is_sent & leads_it & ~has_stake)
rules.add_perm("evaluations.hand_over", is_clerk)
rules.add_perm("evaluations.self_evaluate", in_applicant & waits_for_self_evaluation)
rules.add_perm("evaluations.hand_in_paper", in_applicant)
rules.add_perm("evaluations.answer_visit", in_applicant)
rules.add_perm("evaluations.answer_draft", in_applicant & waits_for_answer)
rules.add_perm("evaluations.note_silence", is_the_platform | is_sent)
rules.add_perm("evaluations.publish", is_clerk & ~has_stake_in_call & ~judged_it)
# what is read, and when
rules.add_perm("evaluations.see_evaluation", in_evaluator | in_applicant | in_host | in_funder | is_mentor)
rules.add_perm(
    "evaluations.read_self_evaluation",
    in_applicant | in_host | ((in_evaluator | in_funder | is_mentor) & self_evaluation_is_handed_in),
)
rules.add_perm("evaluations.read_papers", in_evaluator | in_applicant | in_host | in_funder)
rules.add_perm(
    "evaluations.read_report",
    in_evaluator | ((in_applicant | in_host | in_funder) & is_sent_to_group) | (is_mentor & is_published),
)
rules.add_perm("evaluations.read_answers", in_evaluator | in_applicant | in_host | (in_funder & is_sent_to_group))
rules.add_perm("evaluations.read_sheets", in_evaluator | (in_funder & ~has_stake_in_call & is_issued))
# what has to be mended
rules.add_perm("evaluations.report_item", in_applicant & its_project_goes_on)
rules.add_perm("evaluations.judge_item", (is_clerk & ~has_stake_in_call) | (in_evaluator & ~has_stake))
rules.add_perm("evaluations.propose_termination", is_clerk & ~has_stake_in_call)
rules.add_perm(
    "evaluations.decide_termination", is_approver & ~asked_for_it & ~concluded_a_failure & ~has_stake_in_call
)
rules.add_perm("evaluations.see_termination", in_funder & ~has_stake)
