"""A new bureau is set up, and its first people are invited."""

from collections.abc import Iterable, Mapping
from typing import Any

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.identifiers import validate_credit_code
from core.models import Event
from core.notifications import notify
from core.workflow import Refused, lead_in, permit, record
from people import territory
from people.actions.checks import save_once
from people.actions.members import ROLES, refuse_administrator
from people.models import Invitation, Kind, Membership, Organization, Region, Role, User, validate_code


@transaction.atomic
def set_up_bureau(*, by: User, values: Mapping[str, Any], people: Iterable[Mapping[str, str]] = ()) -> Organization:
    """A bureau (name, region, credit code, phone) that answers for its region from now on, and invitations for the
    `people` (name, role) who will work there.

    By the head of a bureau above it or its clerk, whose head is told, or by the system administrator. Refused for a
    region that is not known or not below, and for a name or number that is taken. Needs and organisations of the region
    are its own from now on.
    """
    bureau = Organization(kind=Kind.FUNDER, **values)
    reasons = _settle_region(bureau, by)
    try:
        bureau.credit_code = validate_credit_code(bureau.credit_code)
    except ValidationError as error:
        reasons += error.messages
    if Organization.objects.filter(name=bureau.name).exists():
        reasons.append(_("An organisation with this name is here already."))
    if bureau.credit_code and Organization.objects.filter(credit_code=bureau.credit_code).exists():
        reasons.append(_("Another organisation has this credit code already."))
    if reasons:
        raise Refused(*reasons)
    save_once(bureau, taken=_("This organisation has just been registered by somebody else."))
    record(bureau, "set_up", by=by, label=_("Bureau set up for the region %(code)s") % {"code": bureau.region})
    # What a clerk sets up below, the clerk's head reads of, who takes back what was not meant.
    mine = [
        pk for pk, region in by.bureaus_as(Role.STAFF).items() if region and territory.lies_in(bureau.region, region)
    ]
    subject = _("%(by)s has set up “%(organization)s”") % {"by": by, "organization": bureau}
    _tell_heads_of(Organization.objects.filter(pk__in=mine), bureau, but=by, subject=subject)
    for person in people:
        invite(bureau, by=by, **person)
    return bureau


def _settle_region(bureau: Organization, by: User) -> list[str]:
    """Its region as it is kept; why this person may not set up a bureau there."""
    try:
        bureau.region = territory.prefix_of(validate_code(bureau.region))
    except ValidationError as error:
        return list(error.messages)
    if not Region.objects.knows(bureau.region):
        return [_("No region with the code %(code)s is known.") % {"code": bureau.region}]
    if len(bureau.region) > 9:
        return [_("A bureau answers for a province, city, district or street.")]
    if not rules.has_perm("people.set_up_bureau", by, bureau):
        permit("people.set_up_bureau", by, None)
        return [_("This region does not lie below yours.")]
    return []


@transaction.atomic
def move_bureau(bureau: Organization, *, by: User, region: str) -> Organization:
    """A bureau that was set up for the wrong region answers for another one: by whoever may set up a bureau in both.
    Who works there and who heads a bureau above the old or the new region is told; a link whose sender has no say there
    any more is taken back. That it has not begun to work is asked by who knows what that is (`reports.actions`)."""
    locked = Organization.objects.bureaus().select_for_update().get(pk=bureau.pk)
    permit("people.set_up_bureau", by, locked)
    before, locked.region = locked.region, region
    if reasons := _settle_region(locked, by):
        raise Refused(*reasons, at="region")
    if locked.region == before:
        return locked
    locked.save(update_fields=["region"])
    label = _("Region corrected: %(before)s → %(code)s") % {"before": before, "code": locked.region}
    record(locked, "move_bureau", by=by, label=label)
    for link in locked.invitations.filter(accepted_at=None, withdrawn_at=None).select_related("invited_by"):
        if not is_stood_by(link):
            _close(link, by=by)
    words = {"by": by, "organization": locked, "code": locked.region}
    subject = _("%(by)s has corrected the region of “%(organization)s”: %(code)s") % words
    _tell_who_works_there(locked, but=by, subject=subject)
    above = Organization.objects.bureaus().filter(
        region__in=[*territory.above(before), *territory.above(locked.region)]
    )
    _tell_heads_of(above.exclude(region__in=[before, locked.region]), locked, but=by, subject=subject)
    return locked


def _tell_heads_of(above: QuerySet[Organization], bureau: Organization, *, but: User, subject: str) -> None:
    heads = Membership.objects.current().filter(organization__in=above.order_by(), role=Role.MANAGER)
    notify(
        User.objects.filter(memberships__in=heads, is_active=True).exclude(pk=but.pk).distinct(),
        subject=subject,
        url=reverse("bureaus:bureau_detail", args=[bureau.pk]),
    )


def roles_to_invite(by: User, organization: Organization) -> list[Role]:
    """Which roles this person can invite for there, of those that this kind of organisation has."""
    if by.has_role(organization.pk, Role.MANAGER) or not organization.memberships.current().exists():
        return list(ROLES[organization.kind])
    return [Role.MANAGER]


@transaction.atomic
def invite(organization: Organization, *, by: User, name: str, role: str) -> Invitation:
    """A link for one person and one role, good once and for seven days. By the head; of a bureau that has no head yet
    also by who may set it up: anybody as long as nobody works there, then only the head."""
    permit("people.invite", by, organization)
    if role not in ROLES[organization.kind]:
        raise Refused(_("This role does not exist in this kind of organisation."))
    if role not in roles_to_invite(by, organization):
        raise Refused(_("People work here already: from above only its head is invited, who invites all others."))
    if not name.strip():
        raise Refused(_("Please enter the name."))
    made = Invitation.objects.create(organization=organization, name=name.strip(), role=role, invited_by=by)
    record(organization, "invite", by=by, label=_("Invited"), note=lead_in(made.name) + made.get_role_display())
    _tell_who_works_there(
        organization,
        but=by,
        subject=_("%(by)s has invited %(person)s to “%(organization)s” as %(role)s")
        % {"by": by, "person": made.name, "organization": organization, "role": made.get_role_display()},
    )
    return made


def _tell_who_works_there(
    organization: Organization, *, but: User, subject: str, told: QuerySet[User] | None = None
) -> None:
    """Nobody comes into an office behind the backs of those who work there; `told` know it already."""
    there = User.objects.filter(memberships__in=organization.memberships.current(), is_active=True)
    if told is not None:
        there = there.exclude(pk__in=told.values("pk"))
    notify(there.exclude(pk=but.pk).distinct(), subject=subject, url=organization.get_absolute_url())


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Membership:
    """Whoever holds the link takes up the role; who invited and who works there is told who it was, and for whom it was
    meant if that is another name.

    Refused when the link was used, taken back or is too old, when whoever sent it has no say there any more, for
    administrators, and for whoever sent it: nobody gives a role to themselves.
    """
    locked = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organization", "invited_by")
        .get(pk=invitation.pk)
    )
    if locked.accepted_by_id == by.pk:
        raise Refused(_("You have taken up this invitation already."))
    if not locked.is_open:
        raise Refused(_("This invitation is no longer good. Please ask for a new one."))
    if locked.invited_by_id == by.pk:
        raise Refused(_("An invitation is for somebody else: nobody gives a role to themselves."))
    if not is_stood_by(locked):
        raise Refused(_("Whoever sent this invitation may not invite there any more. Please ask for a new one."))
    refuse_administrator(by)
    held = _("You hold this role already.")
    if Membership.objects.filter(user=by, organization=locked.organization, role=locked.role, until=None).exists():
        raise Refused(held)
    membership = Membership(user=by, organization=locked.organization, role=locked.role)
    save_once(membership, taken=held)
    locked.accepted_by, locked.accepted_at = by, clock.now()
    locked.save(update_fields=["accepted_by", "accepted_at"])
    by.__dict__.pop("roles", None)
    label = _("Invitation accepted")
    record(locked.organization, "add_member", by=by, label=label, note=lead_in(by) + membership.get_role_display())
    _tell_who_came(locked, membership)
    return membership


def is_stood_by(invitation: Invitation) -> bool:
    """Whoever sent it still has a say there: heads the organisation, stands above it or keeps the system. A link does
    not outlive the power by which it was made; a superior's outlives that a head has come meanwhile."""
    sender = invitation.invited_by
    return sender.is_active and rules.has_perm("people.stand_by_invitation", sender, invitation.organization)


def _tell_who_came(invitation: Invitation, membership: Membership) -> None:
    """Who works there; and, with the way to take it back, who can: the heads, and who invited (`is_stood_by`)."""
    person, organization = membership.user, invitation.organization
    words = {"person": person, "role": membership.get_role_display(), "organization": organization}
    subject, body = _("%(person)s has taken up the role %(role)s of “%(organization)s”") % words, ""
    if not invitation.is_for(person):
        subject = _("%(person)s has taken up the role %(role)s of “%(organization)s”, which was meant for %(name)s") % (
            words | {"name": invitation.name}
        )
        body = _("If this is somebody else, take the role back on the page of the bureau within seven days.")
    heads = organization.memberships.current().filter(role=Role.MANAGER).values("user")
    can_act = User.objects.filter(Q(pk__in=heads) | Q(pk=invitation.invited_by_id), is_active=True)
    page = reverse("bureaus:bureau_detail", args=[organization.pk])
    notify(can_act.exclude(pk=person.pk), subject=subject, body=body, url=page)
    _tell_who_works_there(organization, but=person, subject=subject, told=can_act)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """The link opens nothing any more; what somebody of another name took up by it ends at once, also as the only head.
    With the role of a head end the links that this head has sent and nobody has used; who came by them stays, and
    `given_by` says who that is.

    By whoever invited, and who may invite there. Refused for a link that is no longer good, and for the role of whoever
    was meant: that is ended by the head.
    """
    related = ("organization", "accepted_by")
    locked = Invitation.objects.select_for_update(of=("self",)).select_related(*related).get(pk=invitation.pk)
    if locked.invited_by_id != by.pk and not rules.has_perm("people.invite", by, locked.organization):
        raise PermissionDenied
    if not locked.can_be_taken_back:
        raise Refused(_("This invitation is no longer good. Please ask for a new one."))
    _close(locked, by=by)
    if locked.accepted_by is not None:
        _end_what_was_taken_up(locked, by=by)
    return locked


def _close(invitation: Invitation, *, by: User) -> None:
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    label, note = _("Invitation taken back"), invitation.name
    record(invitation.organization, "withdraw_invitation", by=by, label=label, note=note)


def _end_what_was_taken_up(invitation: Invitation, *, by: User) -> None:
    person, organization = invitation.accepted_by, invitation.organization
    words = {"person": person, "role": invitation.get_role_display(), "organization": organization}
    held = organization.memberships.filter(user=person, role=invitation.role, until=None)
    for membership in held:
        membership.until = max(clock.today(), membership.since)
        membership.save(update_fields=["until"])
        note = lead_in(person) + membership.get_role_display()
        record(organization, "end_membership", by=by, label=_("Role taken back"), note=note)
    if invitation.role == Role.MANAGER:
        sent = organization.invitations.filter(invited_by=person, invited_at__gte=invitation.accepted_at)
        for link in sent.filter(accepted_at=None, withdrawn_at=None).select_for_update(of=("self",)):
            _close(link, by=by)
    notify([person], subject=_("Your role %(role)s of “%(organization)s” has been taken back") % words)
    subject = _("The role %(role)s of “%(organization)s” was taken back from %(person)s: it was meant for %(name)s")
    _tell_who_works_there(organization, but=by, subject=subject % (words | {"name": invitation.name}))


def given_by(invitation: Invitation) -> list[Membership]:
    """The roles there that hold and that came through whoever took this invitation up as head, since then: whoever
    takes the role back learns whom it let in."""
    person, since, organization = invitation.accepted_by, invitation.accepted_at, invitation.organization
    if person is None or invitation.role != Role.MANAGER:
        return []
    events = Event.objects.about(organization).filter(name="add_member", actor=person, at__gte=since)
    added = set(events.values_list("note", flat=True))
    sent = organization.invitations.filter(invited_by=person, invited_at__gte=since)
    came = set(sent.values_list("accepted_by", "role"))
    held = organization.memberships.unfinished().exclude(user=person).select_related("user", "organization")
    return [one for one in held if (one.user_id, one.role) in came or _note_of(one) in added]


def _note_of(membership: Membership) -> str:
    """A role and its person as the log says them."""
    return lead_in(membership.user) + membership.get_role_display()
