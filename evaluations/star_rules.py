"""Who may do what with stars, warnings to organisations, delistings and honours.

Everything here belongs to a funder (`funder_id`) and mostly to an organisation (`organization_id`). Whoever belongs to
the organisation decides nothing about it, whatever else they are; nobody rules on what they decided themselves.
"""

import rules

from evaluations.models import Delisting, StarYear
from people.models import Role


@rules.predicate
def works_there(user, obj) -> bool:
    """Works at the funder in any role."""
    return user.is_authenticated and user.has_role(obj.funder_id)


@rules.predicate
def is_clerk(user, obj) -> bool:
    return user.is_authenticated and user.has_role(obj.funder_id, Role.STAFF)


@rules.predicate
def is_approver(user, obj) -> bool:
    return user.is_authenticated and user.has_role(obj.funder_id, Role.APPROVER)


@rules.predicate
def belongs_to_it(user, obj) -> bool:
    """Holds any role in the organisation that it is about."""
    return user.is_authenticated and user.has_role(obj.organization_id)


@rules.predicate
def works_in_it(user, obj) -> bool:
    return user.is_authenticated and user.has_role(obj.organization_id, Role.MANAGER, Role.STAFF)


@rules.predicate
def heads_it(user, obj) -> bool:
    return user.is_authenticated and user.has_role(obj.organization_id, Role.MANAGER)


@rules.predicate
def has_stake_in_year(user, year: StarYear) -> bool:
    """Belongs to an organisation that is rated in the year."""
    return user.is_authenticated and year.organizations().filter(pk__in=list(user.roles)).exists()


@rules.predicate
def calculated_it(user, year: StarYear) -> bool:
    return year.calculated_by_id == user.pk


@rules.predicate
def calculated_its_year(user, appeal) -> bool:
    return appeal.year.calculated_by_id == user.pk


@rules.predicate
def appellant(user, appeal) -> bool:
    """Belongs to the organisation that appeals, or to another one of the year: places are relative."""
    return has_stake_in_year(user, appeal.year)


@rules.predicate
def proposed_it(user, obj) -> bool:
    return obj.proposed_by_id == user.pk


@rules.predicate
def decided_it(user, obj) -> bool:
    return obj.decided_by_id == user.pk


@rules.predicate
def has_nobody_else(user, delisting: Delisting) -> bool:
    """Approves for another funder, and the funder itself has nobody left who did not propose or decide."""
    return user.is_authenticated and Delisting.objects.for_others(user).filter(pk=delisting.pk).exists()


rules_on_it = (is_approver | has_nobody_else) & ~decided_it & ~proposed_it & ~belongs_to_it

rules.add_perm("evaluations.see_star_year", works_there)
rules.add_perm("evaluations.keep_star_year", is_clerk & ~has_stake_in_year)
rules.add_perm("evaluations.calculate_stars", is_clerk & ~has_stake_in_year)
rules.add_perm("evaluations.confirm_stars", is_approver & ~calculated_it & ~has_stake_in_year)
rules.add_perm("evaluations.see_explanation", belongs_to_it | works_there)
rules.add_perm("evaluations.acknowledge_star", works_in_it)
rules.add_perm("evaluations.appeal_star", heads_it)
rules.add_perm("evaluations.rule_on_star_appeal", (is_clerk | is_approver) & ~calculated_its_year & ~appellant)
rules.add_perm("evaluations.see_oversight", belongs_to_it | works_there)
rules.add_perm("evaluations.caution", is_clerk & ~belongs_to_it)
rules.add_perm("evaluations.answer_caution", works_in_it)
rules.add_perm("evaluations.confirm_caution_talk", heads_it)
rules.add_perm("evaluations.propose_delisting", is_clerk & ~belongs_to_it)
rules.add_perm("evaluations.state_on_delisting", heads_it)
rules.add_perm("evaluations.decide_delisting", is_approver & ~proposed_it & ~belongs_to_it)
rules.add_perm("evaluations.appeal_delisting", heads_it)
rules.add_perm("evaluations.rule_on_delisting", rules_on_it)
rules.add_perm("evaluations.lift_delisting", (is_approver & ~belongs_to_it) | rules_on_it)
rules.add_perm("evaluations.propose_honour", is_clerk & ~belongs_to_it)
rules.add_perm("evaluations.decide_honour", is_approver & ~proposed_it & ~belongs_to_it)
rules.add_perm("evaluations.withdraw_honour", is_approver & ~belongs_to_it)
