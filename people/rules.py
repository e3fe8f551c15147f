"""Who may do what to people and organisations. Predicates are facts; permissions join them."""

import rules

from people import territory
from people.models import Expert, Kind, Office, Organization, Role
from people.offices import ALL, open_admin

SETS_UP_BUREAUS = (Role.MANAGER, Role.STAFF)
"""Who of a bureau does so below it."""


@rules.predicate
def manages(user, organization) -> bool:
    """Is the head of this organisation."""
    return user.is_authenticated and user.has_role(organization.pk, Role.MANAGER)


@rules.predicate
def belongs_to(user, organization) -> bool:
    return user.is_authenticated and user.has_role(organization.pk)


@rules.predicate
def is_clerk_of_its_bureau(user, organization) -> bool:
    """Is a clerk of a bureau that deals with this organisation; who belongs to one does not enter what is held
    against it."""
    bureaus = user.bureaus_as(Role.STAFF) if user.is_authenticated else {}
    return bool(bureaus) and Organization.objects.dealt_with_by(bureaus).filter(pk=organization.pk).exists()


@rules.predicate
def entered_it(user, credit_record) -> bool:
    """Is a clerk of the bureau that entered it; of one that deals with the organisation, while no bureau is known."""
    if not user.is_authenticated:
        return False
    if credit_record.bureau_id:
        return user.has_role(credit_record.bureau_id, Role.STAFF)
    return is_clerk_of_its_bureau.test(user, credit_record.organization)


@rules.predicate
def belongs_to_whom_it_is_about(user, credit_record) -> bool:
    return user.is_authenticated and user.has_role(credit_record.organization_id)


@rules.predicate
def keeps_roster(user, expert=None) -> bool:
    """Is a clerk of a funder; of a line of the roster, of the one that keeps it."""
    if not user.is_authenticated:
        return False
    bureaus = user.bureaus_as(Role.STAFF)
    return bool(bureaus) if expert is None else expert.bureau_id in bureaus


@rules.predicate
def borrows(user, expert) -> bool:
    """Is a clerk of a bureau in whose pool the expert is."""
    bureaus = list(user.bureaus_as(Role.STAFF)) if user.is_authenticated else []
    return Expert.objects.of_bureaus(bureaus).filter(pk=expert.pk).exists()


@rules.predicate
def stands_above(user, bureau) -> bool:
    """Heads a bureau in whose region this one lies, or is its clerk. Without a bureau: of any with room below."""
    if not user.is_authenticated:
        return False
    regions = [region for region in user.bureaus_as(*SETS_UP_BUREAUS).values() if region]
    if bureau is None:
        return any(len(region) < 9 for region in regions)
    return any(bureau.region != region and territory.lies_in(bureau.region, region) for region in regions)


@rules.predicate
def has_no_head(user, organization) -> bool:
    """Nobody heads it yet, so who set it up still invites; afterwards its head does."""
    is_bureau = organization.kind == Kind.FUNDER
    return is_bureau and not organization.memberships.current().filter(role=Role.MANAGER).exists()


@rules.predicate
def takes_part(user, obj=None) -> bool:
    """Is none of the three administrators: who keeps the platform heads no organisation on it."""
    return user.is_authenticated and not user.office


rules.add_perm("people.register", takes_part)
rules.add_perm("people.keep_roster", keeps_roster)
rules.add_perm("people.use_expert", borrows)
rules.add_perm("people.change_profile", manages)
rules.add_perm("people.manage_members", manages)
rules.add_perm("people.see_account", belongs_to)
rules.add_perm("people.record_credit", is_clerk_of_its_bureau & ~belongs_to)
rules.add_perm("people.lift_credit", entered_it & ~belongs_to_whom_it_is_about)
rules.add_perm("people.confirm_standing", is_clerk_of_its_bureau & ~belongs_to)


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
rules.add_perm("people.set_up_bureau", stands_above | keeps_system)
rules.add_perm("people.invite", manages | (has_no_head & (stands_above | keeps_system)))
rules.add_perm("people.stand_by_invitation", manages | stands_above | keeps_system)
rules.add_perm("people.keep_accounts", keeps_security | installs)
rules.add_perm("people.give_offices", keeps_security | installs)


# -- Personal data ---------------------------------------------------------------------------------


@rules.predicate
def is_clerk_of(user, funder) -> bool:
    """Is a clerk of this funder; asked of nothing in particular: of some funder."""
    if not user.is_authenticated:
        return False
    return bool(user.bureaus_as(Role.STAFF)) if funder is None else user.has_role(funder.pk, Role.STAFF)


@rules.predicate
def is_clerk_asked(user, request) -> bool:
    """Is a clerk of the funder that was asked."""
    return user.is_authenticated and user.has_role(request.funder_id, Role.STAFF)


@rules.predicate
def asked_it(user, request) -> bool:
    return user.is_authenticated and request.user_id == user.pk


rules.add_perm("people.word_notice", keeps_security | installs)
rules.add_perm("people.enter_data_request", is_clerk_of)
rules.add_perm("people.assess_impact", is_clerk_of)
rules.add_perm("people.answer_data_request", is_clerk_asked & ~asked_it)
rules.add_perm("people.take_back_data_request", asked_it)
