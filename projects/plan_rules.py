"""Who may do what with the plan of a project and the requests to change it; loaded when the app is ready.

The group wishes, its mentor advises, only the funder decides.
"""

import rules

from projects.models import ChangeRequest, State
from projects.models.state import UNDER_WAY
from projects.rules import (
    has_stake,
    has_stake_in_call,
    heads_applicant,
    heads_payee,
    in_applicant,
    in_funder,
    in_host,
    is_approver,
    is_clerk,
    is_evaluator,
    is_finance,
    is_mentor,
    is_the_platform,
)

CHANGEABLE = (State.RUNNING, State.SUSPENDED, State.MIDTERM, State.RECTIFYING)


@rules.predicate
def can_be_changed(user, project) -> bool:
    """The plan of a project under way, also of one that is suspended, can be changed on request."""
    return project.state in CHANGEABLE


@rules.predicate
def awaits_money(user, project) -> bool:
    """Where it goes can be changed until the last instalment has been paid."""
    return project.state in UNDER_WAY


@rules.predicate
def fits_the_time(user, change) -> bool:
    """The plan is finished between award and agreement, and changed while the project is under way: a request that was
    begun then is not handed in when the project asks for its closure or is archived."""
    if change.is_optimisation:
        return change.project.state == State.APPROVED
    return change.project.state in (UNDER_WAY if change.kind == ChangeRequest.Kind.ACCOUNT else CHANGEABLE)


@rules.predicate
def is_optimisation(user, change) -> bool:
    return change.is_optimisation


@rules.predicate
def is_for_the_head(user, change) -> bool:
    """Where the money goes, and whether the project goes on, is the head's affair."""
    return change.kind in (ChangeRequest.Kind.ACCOUNT, ChangeRequest.Kind.TERMINATION)


@rules.predicate
def is_of_account(user, change) -> bool:
    return change.kind == ChangeRequest.Kind.ACCOUNT


@rules.predicate
def is_writable(user, change) -> bool:
    return change.is_writable


@rules.predicate
def looked_at_it(user, change) -> bool:
    """Looked at the new account for the finance office: a second person decides."""
    return change.finance_by_id == user.pk


rules.add_perm("projects.see_plan", in_applicant | in_host | in_funder | is_mentor | is_evaluator)
wishes_it = (in_applicant & ~is_for_the_head) | heads_applicant | (heads_payee & is_of_account)
rules.add_perm(
    "projects.ask_for_change",
    ((in_applicant | heads_payee) & can_be_changed) | ((heads_applicant | heads_payee) & awaits_money),
)
rules.add_perm("projects.write_change", wishes_it & is_writable & fits_the_time)
rules.add_perm("projects.hand_in_change", wishes_it & fits_the_time)
rules.add_perm("projects.withdraw_change", wishes_it & ~is_optimisation)
rules.add_perm("projects.advise_on_change", is_mentor & ~has_stake)
# of a plan, as of a place, nobody decides who competes in the call
clerk_of_plans, approver_of_plans = is_clerk & ~has_stake_in_call, is_approver & ~has_stake_in_call
rules.add_perm("projects.return_change", clerk_of_plans | approver_of_plans)
rules.add_perm("projects.look_at_account", is_finance & is_of_account)
rules.add_perm("projects.see_payee_account", in_applicant | in_host | (in_funder & ~has_stake))
rules.add_perm(
    "projects.decide_change",
    (is_optimisation & clerk_of_plans) | (~is_optimisation & approver_of_plans & ~looked_at_it),
)
rules.add_perm("projects.reject_change", ~is_optimisation & approver_of_plans)
rules.add_perm("projects.follow_by_itself", is_the_platform)
