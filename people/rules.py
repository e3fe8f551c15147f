"""Who may do what to people and organisations. Predicates are facts; permissions join them."""

import rules

from people.models import Office, Organization, Role
from people.offices import ALL, open_admin


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


@rules.predicate
def takes_part(user, obj=None) -> bool:
    """Is none of the three administrators: who keeps the platform heads no organisation on it."""
    return user.is_authenticated and not user.office


rules.add_perm("people.register", takes_part)
rules.add_perm("people.keep_roster", keeps_roster)
rules.add_perm("people.change_profile", manages)
rules.add_perm("people.manage_members", manages)
rules.add_perm("people.see_account", belongs_to)
rules.add_perm("people.record_credit", is_clerk_of_some_funder & ~belongs_to)
rules.add_perm("people.confirm_standing", is_clerk_of_some_funder & ~belongs_to)


# -- The three administrators ----------------------------------------------------------------------


def _is(office: Office) -> rules.Predicate:
    return rules.predicate(lambda user, obj=None: user.is_authenticated and user.office == office, name=f"is_{office}")


keeps_system, keeps_security, keeps_logs = _is(Office.SYSTEM), _is(Office.SECURITY), _is(Office.AUDIT)


@rules.predicate
def installs(user, obj=None) -> bool:
    """The superuser, as long as there is one: gives the first three offices and then ends."""
    return user.is_authenticated and user.is_active and user.is_superuser


open_admin(Office.SYSTEM, "core", calendarday=ALL, dispatch="view", series="view")
open_admin(Office.SYSTEM, "people", organization="view add change", councilmember=ALL, community=ALL, certificate=ALL)
open_admin(Office.SECURITY, "people", user="view add change", membership="view add change", organization="view")
open_admin(Office.SECURITY, "people", signinguard="view", administrator="view")
open_admin(Office.AUDIT, "core", event="view")
open_admin(Office.AUDIT, "people", signinguard="view", administrator="view")
rules.add_perm("people.keep_accounts", keeps_security | installs)
rules.add_perm("people.give_offices", keeps_security | installs)
