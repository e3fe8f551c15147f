"""Organisations: registered, changed, with their council. Whatever cannot be done is `Refused` with its reasons."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.masking import mask_account
from core.notifications import notify
from core.workflow import Refused, permit, record
from people.actions.checks import check_number, collect, save_once
from people.actions.members import refuse_administrator
from people.models import GIVERS, CouncilMember, Kind, Membership, Organization, Role, User
from people.signals import changing_account

Status = Organization.Status

OPEN_KINDS = (Kind.COMMUNITY_GROUP, Kind.SOCIAL_ORGANIZATION, Kind.ENTERPRISE, Kind.FOUNDATION)
"""What anybody may register. Funders, supporters and evaluators are entered by the administrator."""


BANK = ("bank_name", "bank_account_name", "bank_account")
CHANGEABLE = (
    *("name", "kind", "status", "credit_code", "filing_number", "authority", "established_on", "host", "community"),
    *("legal_representative", "phone", "email", "address", "profile", *BANK),
)
# Whose old and new value the log keeps; of the others it only says that they changed. A former name is
# looked up years later, a former phone number is nobody's business.
LOGGED = ("name", "kind", "status", "credit_code", "filing_number", "host", "community", "legal_representative")


@transaction.atomic
def register_organization(
    *, by: User, values: Mapping[str, Any], council: Iterable[Mapping[str, str]] = ()
) -> Organization:
    """Bring a community group or a social organisation to the platform.

    `by` becomes its head at once, and may therefore apply for it. The heads of its host are told that
    they will sign and receive money for it. Raises `Refused` with everything that is wrong: a kind that
    only the administrator enters, a number that is missing, wrong or taken, a name that is taken, a
    host that is not registered, one of the three administrators as its head.
    """
    if not by.is_authenticated:
        raise PermissionDenied
    refuse_administrator(by)
    organization = Organization(**{name: values[name] for name in CHANGEABLE if name in values})
    reasons = _settle(organization)
    if organization.kind not in OPEN_KINDS:
        reasons.append(_("Funders, support organisations and evaluators are entered by the administrator."))
    if reasons:
        raise Refused(*reasons)
    save_once(organization, taken=_("This organisation has just been registered by somebody else."))
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
        save_once(locked, taken=_("Another organisation has just taken this name or number."))
        record(locked, "change", by=by, label=_("Details changed"), changes=changes)
        if "host" in changes:
            _tell_host(locked)
    organization.refresh_from_db()
    return organization


def _settle(organization: Organization) -> list[str]:
    """Bring the numbers into the form we store and drop what the legal status cannot have; what is wrong."""
    reasons: list[str] = []
    number = organization.filing_number if organization.is_filed else organization.credit_code
    number = collect(reasons, check_number, organization.status, number, apart_from=organization.pk)
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


# -- Oneself ---------------------------------------------------------------------------------------
