"""Who may do what with instalments, bank lists, payments and their recognition; loaded when the app is ready.

Who asks for a payment neither approves nor makes it; who enters a payment does not recognise it.
"""

import rules

from people.models import Kind, Organization, Role
from projects.models import State
from projects.models.bank_list import HANDLERS
from projects.rules import (
    belongs_to_group,
    has_stake,
    in_applicant,
    in_funder,
    is_approver,
    is_clerk,
    is_evaluator,
    is_finance,
    is_mentor,
    keeps_books_of_payee,
    project_of,
)
from projects.spending import accepted_whole

WITH_ACCOUNT = {
    *(State.RUNNING, State.SUSPENDED, State.MIDTERM, State.RECTIFYING, State.CLOSING, State.FINAL),
    *(State.SETTLING, State.TERMINATED),
}
"""Payments are entered until the account is settled, also after an early end."""


@rules.predicate
def asked_for_it(user, tranche) -> bool:
    """Is the person who requested this instalment."""
    return tranche.requested_by_id == user.pk


@rules.predicate
def handles_bank_lists(user, obj=None) -> bool:
    """Works at some funder in a role that has to do with payments."""
    held = user.organizations_as(*HANDLERS) if user.is_authenticated else []
    return Organization.objects.filter(pk__in=held, kind=Kind.FUNDER).exists()


@rules.predicate
def keeps_some_purse(user, obj=None) -> bool:
    return user.is_authenticated and Organization.objects.funders_of(user, Role.FINANCE).exists()


@rules.predicate
def keeps_account(user, obj) -> bool:
    """Works in the group or keeps its books; of a filed group the host keeps the account."""
    project, roles = project_of(obj), (Role.MANAGER, Role.STAFF, Role.FINANCE)
    return user.is_authenticated and any(
        user.has_role(organization, *roles) for organization in (project.applicant_id, project.host_id) if organization
    )


@rules.predicate
def account_is_open(user, obj) -> bool:
    """Money was awarded and the last account is not made yet: payments can still be entered and decided. Not where the
    funder has accepted a last account without payments."""
    project = project_of(obj)
    return project.state in WITH_ACCOUNT and not hasattr(project, "settlement") and not accepted_whole(project)


@rules.predicate
def keeps_purse_of_list(user, bank_list) -> bool:
    """Finance office of the funder whose list this is: sees whole account numbers, as the bank must."""
    return user.is_authenticated and user.has_role(bank_list.funder_id, Role.FINANCE)


# the money
rules.add_perm("projects.request_payment", is_clerk)
rules.add_perm("projects.approve_payment", is_approver & ~asked_for_it)
rules.add_perm("projects.pay", is_finance & ~asked_for_it)
rules.add_perm("projects.reverse_payment", is_finance)
rules.add_perm("projects.see_bank_lists", handles_bank_lists)
rules.add_perm("projects.make_bank_list", keeps_some_purse)
rules.add_perm("projects.work_bank_list", keeps_purse_of_list)
rules.add_perm("projects.see_list_accounts", keeps_purse_of_list)
rules.add_perm("projects.prove_matching", in_applicant)
rules.add_perm("projects.confirm_matching", is_clerk)
rules.add_perm("projects.receipt", keeps_books_of_payee)
rules.add_perm("projects.settle", is_finance)
# the spending: the group or its host enters, a mentor gives an opinion, a clerk decides
rules.add_perm("projects.see_spending", belongs_to_group | in_funder | is_mentor | is_evaluator)
rules.add_perm("projects.keep_spending", keeps_account & account_is_open)
rules.add_perm("projects.look_at_spending", is_mentor & ~belongs_to_group & account_is_open)
rules.add_perm("projects.judge_expense", is_clerk & account_is_open)
rules.add_perm("projects.see_other_claims", in_funder & ~has_stake)
