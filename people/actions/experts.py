"""The roster of experts (专家库): kept by the funders' clerks."""

from collections.abc import Collection

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit, record
from people.actions.members import refuse_administrator
from people.models import Expert, Expertise, Interest, Organization, Skill, User


@transaction.atomic
def save_expert(
    person: User,
    *,
    by: User,
    employer: str,
    title: str,
    max_load: int,
    skills: Collection[str],
    is_active: bool = True,
) -> Expert:
    """Put a person on the roster, or change the line. Refused without a field of expertise, and for administrators.

    Whoever is on it may be asked; whether they may judge a certain project is another question.
    """
    permit("people.keep_roster", by)
    refuse_administrator(person)
    if not skills or not set(skills) <= set(Expertise.values):
        raise Refused(_("Please choose at least one field of expertise."))
    values = {"employer": employer.strip(), "title": title.strip(), "max_load": max_load, "is_active": is_active}
    expert, created = Expert.objects.update_or_create(
        person=person, defaults=values, create_defaults=values | {"added_by": by}
    )
    expert.skills.exclude(kind__in=skills).delete()
    for kind in skills:
        Skill.objects.get_or_create(expert=expert, kind=kind)
    record(expert, "save", by=by, label=_("Put on the roster") if created else _("Line of the roster changed"))
    return expert


@transaction.atomic
def declare_interest(person: User, organization: Organization, *, by: User, kind: str, words: str) -> Interest:
    """Write down what ties somebody to an organisation: the person at any time, or a clerk who keeps the roster.

    Consequences: it counts from now on in every call; a sheet that it touches is put on hold and a clerk decides
    (the judging watches interests). One that had ended begins again. Refused without words.
    """
    if by.pk != person.pk and not rules.has_perm("people.keep_roster", by):
        raise PermissionDenied
    if kind not in Interest.Kind.values or not words.strip():
        raise Refused(_("Please say in a few words what ties you."))
    said = {"words": words.strip(), "ended_on": None, "declared_at": clock.now()}
    interest, _new = Interest.objects.update_or_create(
        person=person, organization=organization, kind=kind, defaults=said
    )
    record(interest, "declare", by=by, label=_("Interest declared: %(tie)s") % {"tie": interest}, note=words)
    return interest


@transaction.atomic
def end_interest(interest: Interest, *, by: User, reason: str) -> Interest:
    """What ties somebody is over, with the reason: a clerk decides that, not the person, and the line stays."""
    locked = Interest.objects.select_for_update().get(pk=interest.pk)
    if by.pk == locked.person_id or not rules.has_perm("people.keep_roster", by):
        raise PermissionDenied
    if locked.ended_on:
        raise Refused(_("This has ended already."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    locked.ended_on = clock.today()
    locked.save(update_fields=["ended_on"])
    record(locked, "end", by=by, label=_("Interest ended: %(tie)s") % {"tie": locked}, note=reason)
    return locked
