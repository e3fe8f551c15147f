"""Who came: signed in on a phone, written down by the group, or counted by heads."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.strangers import fingerprint_device, has_sent_enough
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions.activities import lock
from projects.actions.roster import forget_sign_ins, kept_until
from projects.models import Activity, Beneficiary, ConsentText, SignIn
from projects.models.activity import MOST_PEOPLE, SHOWN_WHILE
from projects.sign_in import person_key

MOST_FROM_ONE_NETWORK = 300
"""Sign-ins an hour from one address at one activity: everybody in the room may share one router."""


def why_closed(activity: Activity) -> str:
    """Why nobody can sign in now, in a sentence; empty while people can."""
    if activity.is_cancelled:
        return str(_("This activity is cancelled."))
    if activity.is_recorded:
        return str(_("This activity is over."))
    if activity.is_draft:
        return str(_("This activity is not announced yet."))
    if clock.now() < activity.sign_in_opens:
        return str(_("Sign-in opens one hour before the activity begins."))
    if activity.project.state not in SHOWN_WHILE:
        return str(_("The project of this activity is paused or over."))
    return str(_("Sign-in is over. Please tell the people on the spot.")) if not activity.takes_sign_ins else ""


def mine(activity: Activity, device: str) -> SignIn | None:
    """What this phone has signed in with already."""
    return activity.sign_ins.filter(device=fingerprint_device(device)).first() if device else None


@transaction.atomic
def sign_in(activity: Activity, *, device: str, sender: str, values: Mapping[str, Any]) -> SignIn:
    """Somebody signs in on their phone; the same phone again corrects what it wrote.

    Whoever is known from the roster is recognised by name and phone tail. Somebody whom the group has written down
    already takes that line over.
    """
    related = ("project__call", "project__applicant")
    activity = Activity.objects.select_for_update(of=("self",)).select_related(*related).get(pk=activity.pk)
    if closed := why_closed(activity):
        raise Refused(closed)
    known = _recognised(activity, values["name"], values.get("phone_tail", ""))
    own, twin = mine(activity, device), _twin(activity, known, values)
    if own is None and has_sent_enough(activity.sign_ins.filter(sender=sender), "signed_at", MOST_FROM_ONE_NETWORK):
        raise Refused(_("So many have signed in from here within an hour that it looks like a program."))
    if twin is not None and twin != own:
        if twin.device or own is not None:
            raise Refused(_("Somebody with this name and phone tail has signed in already."))
        own = twin
    signed = own or _new(activity)
    if own is not None:
        signed.corrected_at = clock.now()
    signed.device, signed.sender = fingerprint_device(device), sender
    _write(signed, values, known)
    return signed


@transaction.atomic
def write_down(activity: Activity, *, by: User, values: Mapping[str, Any]) -> SignIn:
    """The group writes somebody down who did not sign in by phone."""
    activity = _open(activity, by)
    known = _recognised(activity, values["name"], values.get("phone_tail", ""))
    if _twin(activity, known, values) is not None:
        raise Refused(_("This person is on the list already."))
    return _write(_new(activity, by), values, known)


@transaction.atomic
def tick(activity: Activity, *, by: User, people: Iterable[Beneficiary]) -> int:
    """People of the roster were there; whoever is on the list already stays there once."""
    activity = _open(activity, by)
    there = set(activity.sign_ins.exclude(beneficiary=None).values_list("beneficiary_id", flat=True))
    new = [person for person in people if person.pk not in there and person.project_id == activity.project_id]
    for person in new:
        signed = _new(activity, by)
        values = {"name": person.name, "phone_tail": person.phone[-4:], "community": person.community}
        if (twin := _twin(activity, None, values)) is not None:  # the same person, not known as theirs before
            signed = twin
        _write(signed, values, person)
    return len(new)


@transaction.atomic
def count_heads(activity: Activity, *, by: User, number: int) -> Activity:
    """How many were there without signing in: visits, and no persons."""
    activity = _open(activity, by)
    if not 0 <= number <= MOST_PEOPLE:
        raise Refused(_("So many people cannot have come."))
    activity.head_count = number
    activity.save(update_fields=["head_count"])
    return activity


@transaction.atomic
def correct(signed: SignIn, *, by: User, values: Mapping[str, Any], person: Beneficiary | None) -> SignIn:
    """Correct a line of the list, or say which person of the roster it is."""
    activity = _open(signed.activity, by)
    signed = SignIn.objects.select_for_update(of=("self",)).get(pk=signed.pk)
    if signed.anonymised_at:
        raise Refused(_("The name of this person has been removed; nothing can be changed any more."))
    twin = _twin(activity, person, values)
    if twin is not None and twin != signed:
        raise Refused(_("This person is on the list already."))
    signed.corrected_at = clock.now()
    return _write(signed, values, person)


@transaction.atomic
def strike(signed: SignIn, *, by: User) -> None:
    """Take a line off the list: signed in twice, or never there. The log keeps that it was done, and not the name."""
    activity = _open(signed.activity, by)
    signed.delete()
    record(activity, "strike_sign_in", by=by, label=_("Taken off the attendance list"))


@transaction.atomic
def forget(signed: SignIn, *, by: User) -> None:
    """Somebody who signed in takes the consent back, at any time: the name goes, the visit stays."""
    permit("projects.take_name_out", by, signed.activity.project)
    forget_sign_ins([signed])
    record(signed.activity, "forget_sign_in", by=by, label=_("Name removed from the attendance list"))


def _open(activity: Activity, by: User) -> Activity:
    """An activity whose list can still change: handed in, begun and not recorded."""
    locked = lock(activity, by)
    permit("projects.see_names", by, locked.project)
    if locked.state not in (Activity.State.PLANNED, Activity.State.CHANGED):
        raise Refused(_("The list is open from handing in the plan until the activity is recorded."))
    if clock.now() < locked.sign_in_opens:
        raise Refused(_("Sign-in opens one hour before the activity begins."))
    return locked


def _new(activity: Activity, by: User | None = None) -> SignIn:
    text = ConsentText.objects.in_force(activity.project.call.funder, ConsentText.Purpose.SIGN_IN)
    how = SignIn.How.HAND if by else SignIn.How.PHONE
    until = kept_until(activity.project, text)
    return SignIn(activity=activity, consent=text, how=how, entered_by=by, expires_on=until)


def _write(signed: SignIn, values: Mapping[str, Any], person: Beneficiary | None) -> SignIn:
    for name, value in values.items():
        setattr(signed, name, value)
    signed.beneficiary = person
    signed.person_key = person_key(signed.activity.project_id, signed.name, signed.phone_tail)
    signed.save()
    return signed


def _recognised(activity: Activity, name: str, phone_tail: str) -> Beneficiary | None:
    """The person of the roster with this name and phone tail."""
    if not phone_tail:
        return None
    people = activity.project.roster.named().filter(name=name, phone__endswith=phone_tail)
    return people.order_by("number").first()


def _twin(activity: Activity, person: Beneficiary | None, values: Mapping[str, Any]) -> SignIn | None:
    """Who is on the list already as the same person."""
    if person is not None and (found := activity.sign_ins.filter(beneficiary=person).first()):
        return found
    key = person_key(activity.project_id, values["name"], values.get("phone_tail", ""))
    return activity.sign_ins.filter(person_key=key).first() if key else None
