"""Who belongs to an organisation, and in which role."""

from contextlib import suppress
from datetime import timedelta

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.identifiers import (
    half_width,
    validate_mobile,
)
from core.models import Event
from core.notifications import notify
from core.workflow import Refused, lead_in, permit, record
from people.actions.checks import save_once
from people.models import Administrator, Kind, Membership, Organization, Role, User, holds_an_office

ROLES: dict[str, tuple[Role, ...]] = {
    Kind.COMMUNITY_GROUP: (Role.MANAGER, Role.STAFF, Role.FINANCE),
    Kind.SOCIAL_ORGANIZATION: (Role.MANAGER, Role.STAFF, Role.FINANCE, Role.MENTOR),
    Kind.SUPPORT_ORGANIZATION: (Role.MANAGER, Role.STAFF, Role.FINANCE, Role.MENTOR),
    Kind.FUNDER: (Role.MANAGER, Role.STAFF, Role.APPROVER, Role.FINANCE, Role.AUDITOR),
    Kind.EVALUATOR: (Role.MANAGER, Role.STAFF, Role.EVALUATOR),
    Kind.ENTERPRISE: (Role.MANAGER, Role.STAFF, Role.FINANCE),
    Kind.FOUNDATION: (Role.MANAGER, Role.STAFF, Role.FINANCE),
}
"""The roles that mean something in each kind of organisation."""
A_DAY, MOST_LOOKS = timedelta(days=1), 20


def find_person(login: str) -> User:
    """The one person with this user name, e-mail address or mobile number; `Refused` when none, or not one."""
    login = half_width(login).strip()
    is_theirs = Q(username=login) | Q(email__iexact=login)
    with suppress(ValidationError):  # otherwise no mobile number, so a user name or an address
        is_theirs |= Q(phone=validate_mobile(login))
    found = list(User.objects.filter(is_active=True).filter(is_theirs)[:2]) if login else []
    if not found:
        raise Refused(
            _("Nobody has signed up as “%(login)s”. Ask the person to sign up first, then add them here.")
            % {"login": login}
        )
    if len(found) > 1:
        raise Refused(_("“%(login)s” fits several people: use the user name or the mobile number.") % {"login": login})
    return found[0]


def seek_person(login: str, *, by: User) -> User:
    """As `find_person`, for whoever is told by it that somebody has an account here: a look in vain is kept as an event
    (without what was typed), and after `MOST_LOOKS` within a day nobody is looked for. Not within a transaction, or a
    refusal would take the event away."""
    earlier = Event.objects.about(by).filter(name="account_sought", at__gt=clock.now() - A_DAY)
    if earlier.count() >= MOST_LOOKS:
        raise Refused(_("You have looked for many people who are not here. Please go on tomorrow."))
    try:
        return find_person(login)
    except Refused:
        record(by, "account_sought", by=by, label=_("Looked for an account in vain"))
        raise


def refuse_administrator(person: User) -> None:
    """`Refused` for one of the three administrators: who keeps the platform takes no part in its projects. The row is
    locked, so that nobody becomes one at the same moment."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        held = Administrator.objects.filter(user=person).first()
    if held:
        raise Refused(holds_an_office(person, held.office))


@transaction.atomic
def add_member(organization: Organization, *, by: User, login: str, role: str) -> Membership:
    """Give a person a role from today on; the person is told.

    `login` is a user name, e-mail address or mobile number. Refused when nobody or several people have
    it, when the role means nothing in this kind of organisation, when the person holds it already, or is one of
    the three administrators.
    """
    permit("people.manage_members", by, organization)
    person = find_person(login)
    refuse_administrator(person)
    if role not in ROLES[organization.kind]:
        raise Refused(_("This role does not exist in this kind of organisation."))
    held = _("%(person)s holds this role already.") % {"person": person}
    if Membership.objects.filter(user=person, organization=organization, role=role, until=None).exists():
        raise Refused(held)
    membership = Membership(user=person, organization=organization, role=role)
    save_once(membership, taken=held)
    person.__dict__.pop("roles", None)
    record(
        organization, "add_member", by=by, label=_("Member added"), note=lead_in(person) + membership.get_role_display()
    )
    if person != by:
        words = {"role": membership.get_role_display(), "organization": organization.name}
        notify(
            [person],
            subject=_("You are now %(role)s of “%(organization)s”") % words,
            url=organization.get_absolute_url(),
        )
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User) -> Membership:
    """End a role with today as its last day; the row stays, because who has just left is still biased.

    The head may end any role, and everybody their own. Refused for a role that has ended already, and for
    the last head: somebody must be able to sign. The person is told.
    """
    # The organisation's row is the lock: two heads who leave at the same moment are still two.
    organization = Organization.objects.select_for_update().get(pk=membership.organization_id)
    locked = Membership.objects.select_related("user").get(pk=membership.pk)
    if locked.user != by and not rules.has_perm("people.manage_members", by, organization):
        raise PermissionDenied
    if locked.until is not None:
        raise Refused(_("This role has ended already."))
    other_heads = organization.memberships.current().filter(role=Role.MANAGER, until=None).exclude(pk=locked.pk)
    if locked.role == Role.MANAGER and not other_heads.exists():
        raise Refused(_("The last head cannot leave: add another head first."))
    locked.until = max(clock.today(), locked.since)
    locked.save(update_fields=["until"])
    record(
        organization,
        "end_membership",
        by=by,
        label=_("Role ended"),
        note=lead_in(locked.user) + locked.get_role_display(),
    )
    if locked.user != by:
        words = {"role": locked.get_role_display(), "organization": organization.name}
        notify([locked.user], subject=_("Your role %(role)s of “%(organization)s” has ended") % words)
    by.__dict__.pop("roles", None)
    membership.refresh_from_db()
    return membership
