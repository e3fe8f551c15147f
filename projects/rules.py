"""Who may do what to a project.

Segregation of duties (field guide 1.6): who proposes does not approve, a mentor advises and never
decides, who confirms a payment did not request it.
"""

import rules

from core import clock
from grants.models import Call
from grants.rules import is_clerk as is_clerk_of_call
from grants.rules import is_in_some_funder
from people.models import Kind, Organization, Role
from projects.models import ChangeRequest, Comment, Objection, Part, Pledge, Project, State
from projects.models.objection import READERS
from projects.models.state import WORKING


def project_of(obj) -> Project:
    """The project that a part of it (instalment, report, activity …) belongs to."""
    return obj if isinstance(obj, Project) else obj.project


@rules.predicate
def in_applicant(user, obj) -> bool:
    """Works in the group that applies."""
    return user.is_authenticated and user.has_role(project_of(obj).applicant_id, Role.MANAGER, Role.STAFF)


@rules.predicate
def heads_applicant(user, obj) -> bool:
    return user.is_authenticated and user.has_role(project_of(obj).applicant_id, Role.MANAGER)


@rules.predicate
def heads_payee(user, obj) -> bool:
    """Heads whoever signs and receives the money: the group itself, or the host of a filed group."""
    project = project_of(obj)
    return user.is_authenticated and user.has_role(project.host_id or project.applicant_id, Role.MANAGER)


@rules.predicate
def keeps_books_of_payee(user, obj) -> bool:
    project = project_of(obj)
    return user.is_authenticated and user.has_role(project.host_id or project.applicant_id, Role.MANAGER, Role.FINANCE)


@rules.predicate
def in_host(user, obj) -> bool:
    return user.is_authenticated and user.has_role(project_of(obj).host_id)


@rules.predicate
def works_as_clerk(user, obj) -> bool:
    """Handles calls at the funder (经办人)."""
    return user.is_authenticated and user.has_role(project_of(obj).call.funder_id, Role.STAFF)


@rules.predicate
def works_as_approver(user, obj) -> bool:
    """Decides at the funder (审批人)."""
    return user.is_authenticated and user.has_role(project_of(obj).call.funder_id, Role.APPROVER)


@rules.predicate
def works_as_finance(user, obj) -> bool:
    return user.is_authenticated and user.has_role(project_of(obj).call.funder_id, Role.FINANCE)


@rules.predicate
def belongs_to_group(user, obj) -> bool:
    """Holds any role in the applicant or its host."""
    project = project_of(obj)
    return user.is_authenticated and (user.has_role(project.applicant_id) or in_host(user, obj))


@rules.predicate
def gives_to_it(user, obj) -> bool:
    """Belongs to an enterprise or foundation whose pledge the group has accepted."""
    if not user.is_authenticated or not user.gives_for:
        return False
    return Pledge.objects.binding().filter(project=project_of(obj), giver__in=user.gives_for).exists()


@rules.predicate
def has_stake(user, obj) -> bool:
    """Belongs to the applicant, its host or a giver: who proposes or gives does not decide, whatever else they are."""
    return in_applicant(user, obj) or in_host(user, obj) or gives_to_it(user, obj)


@rules.predicate
def has_stake_in_call(user, obj) -> bool:
    """Belongs to a group that competes in the call, or to the host of one: whoever competes neither decides on
    anybody's place nor reads what the experts said, whatever else they are. Asked of a call or of anything in one."""
    call = obj if isinstance(obj, Call) else obj.call if hasattr(obj, "call") else project_of(obj).call
    return Project.objects.staked_by(user).filter(call=call).exists()


@rules.predicate
def works_as_auditor(user, obj) -> bool:
    """Looks over the shoulder of the funder (审计员): reads, and does nothing."""
    return user.is_authenticated and user.has_role(project_of(obj).call.funder_id, Role.AUDITOR)


@rules.predicate
def reads_objections_somewhere(user, obj=None) -> bool:
    """Is clerk, approver or auditor of some funder."""
    held = user.organizations_as(*READERS) if user.is_authenticated else []
    return Organization.objects.filter(pk__in=held, kind=Kind.FUNDER).exists()


is_clerk = works_as_clerk & ~has_stake
is_approver = works_as_approver & ~has_stake
is_finance = works_as_finance & ~has_stake
is_auditor = works_as_auditor & ~has_stake


@rules.predicate
def in_funder(user, obj) -> bool:
    """Works at the funder in any role, auditors included."""
    return user.is_authenticated and user.has_role(project_of(obj).call.funder_id)


@rules.predicate
def is_shown_it(user, referral) -> bool:
    """Works at the funder whose fund a proposal is shown to."""
    return user.is_authenticated and user.has_role(referral.fund.funder_id)


@rules.predicate
def answers_for_fund(user, referral) -> bool:
    return user.is_authenticated and user.has_role(referral.fund.funder_id, Role.STAFF)


def plays(part: str) -> rules.Predicate:
    """A predicate: takes part in the project now as mentor, judge or evaluator."""

    def playing(user, obj) -> bool:
        return user.is_authenticated and project_of(obj).participants.current().filter(person=user, part=part).exists()

    return rules.Predicate(playing, name=f"is_{part}")


def on_objection(rule: rules.Predicate, role: str) -> rules.Predicate:
    """`rule`, asked of a project or of an objection. Each is everybody's affair who competes in its call, for somebody
    moves up: whoever does neither looks into it nor rules on it."""

    def deals_with_it(user, obj) -> bool:
        project = obj.project if isinstance(obj, Objection) else obj
        call = obj.notice.call if project is None else project.call
        may = rule(user, project) if project else user.is_authenticated and user.has_role(call.funder_id, role)
        return bool(may) and not has_stake_in_call(user, call)

    return rules.Predicate(deals_with_it, name=f"{rule.name}_on_objection")


examines = on_objection(is_clerk, Role.STAFF)
rules_on = on_objection(is_approver, Role.APPROVER)
audits = on_objection(is_auditor, Role.AUDITOR)


@rules.predicate
def is_objected_to(user, obj) -> bool:
    """Works in the group whose project the objection is about; one against a whole notice is about no group."""
    project = obj.project if isinstance(obj, Objection) else obj
    return project is not None and in_applicant(user, project)


is_coach = plays(Part.COACH)
is_mentor = plays(Part.MENTOR) & ~in_funder & ~belongs_to_group
"""Who works at the funder, or in the group, is not its mentor, whatever was written down before
(S3: 凡是关于行政的事务，协作者概不参与)."""
is_judge = plays(Part.JUDGE)
is_evaluator = plays(Part.EVALUATOR)


@rules.predicate
def is_under_way(user, obj) -> bool:
    """Delivery can be recorded: work goes on, is being looked at, or is being mended."""
    return project_of(obj).state in WORKING


@rules.predicate
def is_editable(user, obj) -> bool:
    return project_of(obj).is_editable


@rules.predicate
def is_advice(user, comment) -> bool:
    """A coach's, which the group ticks off itself; a clerk's remark is done when the clerk says so."""
    return comment.kind == Comment.Kind.ADVICE


@rules.predicate
def cuts_are_told(user, obj) -> bool:
    """While the check goes on a cut is a trial; the group reads it with the decision."""
    return project_of(obj).state != State.SUBMITTED


@rules.predicate
def clerk_of_its_call(user, notice) -> bool:
    return is_clerk_of_call(user, notice.call)


@rules.predicate
def funder_of_its_call(user, notice) -> bool:
    return user.is_authenticated and user.has_role(notice.call.funder_id)


@rules.predicate
def is_the_platform(user, obj) -> bool:
    """Nobody in person: what follows by itself from something that people did."""
    return user is None


@rules.predicate
def examined_it(user, objection) -> bool:
    """Looked into this objection, or wrote a note on it."""
    return objection.examined_by_id == user.pk or objection.notes.filter(by=user).exists()


@rules.predicate
def coaches_it(user, participant) -> bool:
    """Is the very coach whose coaching is to end."""
    return user.is_authenticated and participant.person_id == user.pk


@rules.predicate
def group_is_overdue(user, project) -> bool:
    """The time to sign is over, and it is the group that has not done its part."""
    if project.due_on is None or clock.today() <= project.due_on:
        return False
    if not hasattr(project, "agreement"):
        waiting = project.change_requests.filter(kind=ChangeRequest.Kind.OPTIMISATION).first()
        return waiting is not None and waiting.is_writable
    following = project.agreement.next_step
    return following is not None and following.name in ("group", "copy")


# the proposal
rules.add_perm("projects.write_proposal", in_applicant & is_editable)
rules.add_perm("projects.submit", heads_applicant)
rules.add_perm("projects.withdraw", heads_applicant)
rules.add_perm("projects.offer_elsewhere", in_applicant)
rules.add_perm("projects.check", is_clerk & ~has_stake_in_call)
rules.add_perm("projects.recommend", ~belongs_to_group)
rules.add_perm("projects.check_budget", is_clerk | is_finance)
rules.add_perm("projects.see_cuts", (in_funder & ~has_stake) | cuts_are_told)
rules.add_perm("projects.judge_likeness", is_clerk)
rules.add_perm("projects.see_likeness", in_funder & ~has_stake)
rules.add_perm("projects.see_referrals", is_in_some_funder)
rules.add_perm("projects.see_referral", in_applicant | (is_shown_it & ~has_stake))
rules.add_perm("projects.answer_referral", answers_for_fund & ~has_stake)
rules.add_perm("projects.see_earlier", (in_funder & ~has_stake) | in_applicant)
rules.add_perm("projects.see_prices", (in_funder | is_judge) & ~has_stake)
# help before submission: a coach advises and never writes
rules.add_perm("projects.ask_for_coaching", in_applicant & is_editable)
rules.add_perm("projects.take_request_back", in_applicant)
rules.add_perm("projects.end_coaching", in_applicant | coaches_it)
rules.add_perm("projects.advise", is_coach & is_editable)
rules.add_perm("projects.answer_comment", (in_applicant | is_coach) & is_editable)
rules.add_perm("projects.resolve_comment", in_applicant & is_editable & is_advice)
rules.add_perm("projects.see_advice", in_applicant | is_coach)
# the competition: verbs of the evaluations app and of the notice
rules.add_perm("projects.rank", is_clerk)
rules.add_perm("projects.promote", is_clerk | is_approver)
rules.add_perm("projects.strike", is_approver)
rules.add_perm("projects.publish_notice", is_clerk)
rules.add_perm("projects.extend_notice", clerk_of_its_call)
rules.add_perm("projects.see_calendar_warning", funder_of_its_call)
rules.add_perm("projects.move_up", is_the_platform)
rules.add_perm("projects.see_objection", examines | rules_on | audits)
rules.add_perm("projects.see_register", reads_objections_somewhere)
rules.add_perm("projects.examine_objection", examines)
rules.add_perm("projects.answer_objection", is_objected_to)
rules.add_perm("projects.decide_objection", rules_on)
rules.add_perm("projects.rule_on_objection", rules_on & ~examined_it)
rules.add_perm("projects.approve", is_approver & ~has_stake_in_call)
rules.add_perm("projects.forfeit", heads_payee | is_approver | (is_clerk & group_is_overdue))
# the agreement
rules.add_perm("projects.sign_for_group", heads_payee)
rules.add_perm("projects.sign_for_funder", is_approver)
rules.add_perm("projects.draw_up", is_clerk)
rules.add_perm("projects.upload_signed_copy", heads_payee | in_applicant | is_clerk)
rules.add_perm("projects.start", is_approver | is_clerk)
# what is shown
rules.add_perm("projects.see_delivery", in_applicant | in_host | in_funder | is_mentor | is_evaluator)
rules.add_perm("projects.see_judges", in_funder & ~has_stake)
rules.add_perm("projects.see_log", in_applicant | in_host | in_funder | is_mentor)
rules.add_perm("projects.see_contact", in_applicant | in_host | in_funder | is_mentor)
