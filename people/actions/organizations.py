"""What people do with themselves and with organisations. Whatever cannot be done is `Refused` with its reasons."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import rules
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.identifiers import (
    fingerprint_resident_id,
    half_width,
    validate_credit_code,
    validate_filing_number,
    validate_mobile,
    validate_resident_id,
)
from core.masking import mask_account
from core.notifications import notify
from core.workflow import Refused, lead_in, permit, record
from people.models import GIVERS, Certificate, CouncilMember, Kind, Membership, Organization, Role, User
from people.signals import changing_account

Status = Organization.Status

OPEN_KINDS = (Kind.COMMUNITY_GROUP, Kind.SOCIAL_ORGANIZATION, Kind.ENTERPRISE, Kind.FOUNDATION)
"""What anybody may register. Funders, supporters and evaluators are entered by the administrator."""

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

BANK = ("bank_name", "bank_account_name", "bank_account")
CHANGEABLE = (
    *("name", "kind", "status", "credit_code", "filing_number", "authority", "established_on", "host", "community"),
    *("legal_representative", "phone", "email", "address", "profile", *BANK),
)
# Whose old and new value the log keeps; of the others it only says that they changed. A former name is
# looked up years later, a former phone number is nobody's business.
LOGGED = ("name", "kind", "status", "credit_code", "filing_number", "host", "community", "legal_representative")


# -- Checks that a form makes while one types, and a verb once more --------------------------------


def check_number(status: str, number: str, *, apart_from: int | None = None) -> str:
    """The credit code (registered) or filing number (filed) as we store it; `ValidationError` if wrong or taken.

    `apart_from` is the id of the organisation that may have it already.
    """
    filed = status == Status.FILED
    if not number.strip():
        missing = _("Please enter the filing number.") if filed else _("Please enter the unified social credit code.")
        raise ValidationError(missing, code="required")
    number = validate_filing_number(number) if filed else validate_credit_code(number)
    same = Q(filing_number=number) if filed else Q(credit_code=number)
    holder = Organization.objects.filter(same).exclude(pk=apart_from or 0).first()
    if holder:
        raise ValidationError(
            _("“%(name)s” is here with this number already: ask its head to add you as a member."),
            code="taken",
            params={"name": holder.name},
        )
    return number


def check_phone(number: str, *, apart_from: int | None = None) -> str | None:
    """A mobile number as we store it, None for an empty one; `ValidationError` if wrong or somebody else's."""
    if not number:
        return None
    number = validate_mobile(number)
    if User.objects.filter(phone=number).exclude(pk=apart_from or 0).exists():
        raise ValidationError(
            _("Somebody has signed up with this number already. If it is yours, sign in with it."), code="taken"
        )
    return number


def check_email(address: str, *, apart_from: int | None = None) -> str:
    """An e-mail address in lower case; `ValidationError` if it is somebody else's, since it signs in."""
    address = address.strip().lower()
    theirs = User.objects.filter(Q(email__iexact=address) | Q(emailaddress__email__iexact=address))
    if address and theirs.exclude(pk=apart_from or 0).exists():
        raise ValidationError(_("Somebody has signed up with this e-mail address already."), code="taken")
    return address


def _collect(reasons: list[str], check: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What `check` gives; or None, with its complaint added to the reasons."""
    try:
        return check(*args, **kwargs)
    except ValidationError as error:
        reasons.extend(error.messages)
        return None


def _save(obj: models.Model, *, taken: str, fields: Iterable[str] | None = None) -> None:
    """Save; of two people who claim the same number at the same moment the second is refused, not shown an error."""
    try:
        with transaction.atomic():
            obj.save(update_fields=fields)
    except IntegrityError:
        raise Refused(taken) from None


# -- Organisations ---------------------------------------------------------------------------------


@transaction.atomic
def register_organization(
    *, by: User, values: Mapping[str, Any], council: Iterable[Mapping[str, str]] = ()
) -> Organization:
    """Bring a community group or a social organisation to the platform.

    `by` becomes its head at once, and may therefore apply for it. The heads of its host are told that
    they will sign and receive money for it. Raises `Refused` with everything that is wrong: a kind that
    only the administrator enters, a number that is missing, wrong or taken, a name that is taken, a
    host that is not registered.
    """
    if not by.is_authenticated:
        raise PermissionDenied
    organization = Organization(**{name: values[name] for name in CHANGEABLE if name in values})
    reasons = _settle(organization)
    if organization.kind not in OPEN_KINDS:
        reasons.append(_("Funders, support organisations and evaluators are entered by the administrator."))
    if reasons:
        raise Refused(*reasons)
    _save(organization, taken=_("This organisation has just been registered by somebody else."))
    Membership.objects.create(user=by, organization=organization, role=Role.MANAGER)
    by.__dict__.pop("roles", None)  # the new role counts at once
    _replace_council(organization, council)
    record(organization, "register", by=by, label=_("Registered on the platform"))
    _tell_host(organization)
    return organization


@transaction.atomic
def change_organization(organization: Organization, *, by: User, values: Mapping[str, Any]) -> Organization:
    """Change the facts of an organisation; the log keeps its former name, numbers and host.

    A filed group that gets registered loses its filing number and host and needs a credit code. The way
    back, and a change into a funder, supporter or evaluator, is refused. A new host is told.
    """
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    permit("people.change_profile", by, locked)
    before = {name: getattr(locked, name) for name in CHANGEABLE}
    for name in CHANGEABLE:
        if name in values:
            setattr(locked, name, values[name])
    reasons = []
    if locked.is_filed and before["status"] == Status.REGISTERED:
        reasons.append(_("A registered organisation cannot become a filed group: ask the administrator."))
    if locked.kind != before["kind"] and not {locked.kind, before["kind"]} <= set(OPEN_KINDS):
        reasons.append(_("Funders, support organisations and evaluators are entered by the administrator."))
    if locked.is_giver != (before["kind"] in GIVERS):
        reasons.append(_("An organisation that gives cannot become one that applies, or the other way round."))
    reasons += _settle(locked)
    if reasons:
        raise Refused(*reasons)
    if before["bank_account"] and any(before[name] != getattr(locked, name) for name in BANK):
        changing_account.send(Organization, organization=locked)
    changes = {name: _change(name, old, getattr(locked, name)) for name, old in before.items()}
    changes = {name: change for name, change in changes.items() if change is not None}
    if changes:
        _save(locked, taken=_("Another organisation has just taken this name or number."))
        record(locked, "change", by=by, label=_("Details changed"), changes=changes)
        if "host" in changes:
            _tell_host(locked)
    organization.refresh_from_db()
    return organization


def _settle(organization: Organization) -> list[str]:
    """Bring the numbers into the form we store and drop what the legal status cannot have; what is wrong."""
    reasons: list[str] = []
    number = organization.filing_number if organization.is_filed else organization.credit_code
    number = _collect(reasons, check_number, organization.status, number, apart_from=organization.pk)
    if organization.is_filed:
        organization.filing_number, organization.credit_code = number or "", ""
        # No legal person, so no account of its own: the host's account receives the money.
        for name in BANK:
            setattr(organization, name, "")
        if organization.kind != Kind.COMMUNITY_GROUP:
            reasons.append(_("Only a community group can be filed without being registered."))
        if organization.host_id and not _can_host(organization):
            reasons.append(_("The host must be another, registered organisation."))
    else:
        organization.credit_code, organization.filing_number = number or "", ""
        organization.host = None
    organization.name = organization.name.strip()
    if not organization.name:
        reasons.append(_("Please enter the name."))
    elif Organization.objects.filter(name=organization.name).exclude(pk=organization.pk).exists():
        reasons.append(_("An organisation with this name is here already."))
    return reasons


def _can_host(organization: Organization) -> bool:
    return (
        Organization.objects.possible_hosts().exclude(pk=organization.pk).filter(pk=organization.host_id or 0).exists()
    )


def _change(name: str, old: Any, new: Any) -> Any:
    """What the log says about one field: nothing, that it changed, or from what to what."""
    if old == new:
        return None
    if name == "bank_account":
        return [mask_account(old), mask_account(new)]
    return [str(old or ""), str(new or "")] if name in LOGGED else True


def _tell_host(organization: Organization) -> None:
    """The heads of the host learn that a group counts on them."""
    if not organization.host_id:
        return
    heads = Membership.objects.current().filter(organization=organization.host_id, role=Role.MANAGER)
    notify(
        [head.user for head in heads.select_related("user")],
        subject=_("“%(group)s” names your organisation as its host") % {"group": organization.name},
        body=_(
            "A host signs the agreement and receives the money for a group that is only filed. If this is a "
            "mistake, tell the group or the funder."
        ),
    )


@transaction.atomic
def set_council(organization: Organization, *, by: User, members: Iterable[Mapping[str, str]]) -> None:
    """Replace the whole council by `members` (name, post, phone); the log keeps only how many there are."""
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    permit("people.change_profile", by, locked)
    count = _replace_council(locked, members)
    record(locked, "set_council", by=by, label=_("Council changed"), members=count)


def _replace_council(organization: Organization, members: Iterable[Mapping[str, str]]) -> int:
    organization.council.all().delete()
    made = CouncilMember.objects.bulk_create(
        CouncilMember(
            organization=organization, name=member["name"], post=member["post"], phone=member.get("phone", "")
        )
        for member in members
    )
    return len(made)


# -- Who belongs to it -----------------------------------------------------------------------------


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


@transaction.atomic
def add_member(organization: Organization, *, by: User, login: str, role: str) -> Membership:
    """Give a person a role from today on; the person is told.

    `login` is a user name, e-mail address or mobile number. Refused when nobody or several people have
    it, when the role means nothing in this kind of organisation, or when the person holds it already.
    """
    permit("people.manage_members", by, organization)
    person = find_person(login)
    if role not in ROLES[organization.kind]:
        raise Refused(_("This role does not exist in this kind of organisation."))
    held = _("%(person)s holds this role already.") % {"person": person}
    if Membership.objects.filter(user=person, organization=organization, role=role, until=None).exists():
        raise Refused(held)
    membership = Membership(user=person, organization=organization, role=role)
    _save(membership, taken=held)
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


# -- Oneself ---------------------------------------------------------------------------------------


@transaction.atomic
def change_profile(*, by: User, values: Mapping[str, Any]) -> User:
    """Change one's own name, e-mail address and mobile number.

    The last two sign in: the former address stops doing so, and mail about a forgotten password goes to
    the new one. Refused when either is somebody else's.
    """
    reasons: list[str] = []
    user = User.objects.select_for_update().get(pk=by.pk)
    user.name = values["name"].strip()
    user.email = _collect(reasons, check_email, values.get("email", ""), apart_from=by.pk) or ""
    user.phone = _collect(reasons, check_phone, values.get("phone") or "", apart_from=by.pk)
    if not user.name:
        reasons.append(_("Please enter the name."))
    if reasons:
        raise Refused(*reasons)
    _save(user, taken=_("Somebody has signed up with this number already. If it is yours, sign in with it."))
    if not EmailAddress.objects.filter(user=user, email=user.email).exists():
        EmailAddress.objects.filter(user=user).delete()
        if user.email:
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    by.refresh_from_db()
    return by


@transaction.atomic
def set_identity(user: User, number: str) -> None:
    """Keep that this person has shown a resident identity number, without keeping the number.

    Only a keyed fingerprint, which finds the same person with two accounts, and the last four characters
    are stored. Refused for a wrong number, and for one with which somebody else has registered.
    """
    try:
        number = validate_resident_id(number)
        fingerprint = fingerprint_resident_id(number)
    except ValidationError as error:
        raise Refused(*error.messages) from None
    taken = _("Another account has been registered with this number. If that was you, sign in there.")
    if User.objects.filter(identity_fingerprint=fingerprint).exclude(pk=user.pk).exists():
        raise Refused(taken)
    user.identity_fingerprint, user.identity_tail = fingerprint, number[-4:]
    _save(user, taken=taken, fields=["identity_fingerprint", "identity_tail"])
    record(user, "set_identity", by=user, label=_("Resident ID checked"))


@transaction.atomic
def add_certificate(*, by: User, values: Mapping[str, Any]) -> Certificate:
    """Enter one's own professional certificate; refused when the number is entered already."""
    certificate = Certificate(user=by, **values)
    certificate.number = half_width(certificate.number).strip().upper()
    taken = _("A certificate with this number is entered already.")
    if Certificate.objects.filter(number=certificate.number).exists():
        raise Refused(taken)
    _save(certificate, taken=taken)
    return certificate
