"""Who may do what to people and organisations. Predicates are facts; permissions join them."""

import rules

from people.models import Organization, Role


@rules.predicate
def manages(user, organization) -> bool:
    """Is the head of this organisation."""
    return user.is_authenticated and user.has_role(organization.pk, Role.MANAGER)


@rules.predicate
def belongs_to(user, organization) -> bool:
    return user.is_authenticated and user.has_role(organization.pk)


@rules.predicate
def is_clerk_of_some_funder(user, organization) -> bool:
    """Checks organisations for a funder; who belongs to one does not enter what is held against it."""
    return user.is_authenticated and Organization.objects.funders_of(user, Role.STAFF).exists()


@rules.predicate
def keeps_roster(user, obj=None) -> bool:
    """Is a clerk of some funder: the roster of experts is shared by all of them."""
    return user.is_authenticated and Organization.objects.funders_of(user, Role.STAFF).exists()


rules.add_perm("people.keep_roster", keeps_roster)
rules.add_perm("people.change_profile", manages)
rules.add_perm("people.manage_members", manages)
rules.add_perm("people.see_account", belongs_to)
rules.add_perm("people.record_credit", is_clerk_of_some_funder & ~belongs_to)
rules.add_perm("people.confirm_standing", is_clerk_of_some_funder & ~belongs_to)
