"""Pledges of enterprises and foundations: offered, accepted, taken back, and lapsed past their day."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.identifiers import half_width
from core.money import round_half_up, yuan
from core.workflow import Refused, advance, permit, record
from people.models import Organization, Role, User
from projects.actions.messages import tell_funder, tell_giver, tell_group
from projects.models import IntentLetter, Pledge, Project
from projects.models.pledge import OPEN_TO_GIVERS

ANSWER_WITHIN = timedelta(days=7)
"""A group answers a pledge, and a clerk what came, within a week."""
HOUR = ("小时", "hour", "hours")
"""The unit of work whose price can be the minimum wage by the hour."""


@transaction.atomic
def offer(
    project: Project, giver: Organization, *, by: User, values: dict[str, Any], letter: Any = None, meant: bool = False
) -> Pledge:
    """A giver promises something to a project. Consequences: group and funder are told; it binds when it is accepted.

    `values`: kind, what, quantity, unit, unit_price, basis, basis_words, due_on, message, contact, contact_phone.
    `letter`: the letter of intent from which it comes. `meant`: an hour above any minimum wage is no slip.
    Refused when the project takes nothing any more, when a price in kind has no basis, is beyond it or a wage for no
    hour, or when its day has passed or comes after the project.
    """
    permit("projects.pledge", by, project)
    if not by.has_role(giver.pk, Role.MANAGER, Role.STAFF) or not giver.is_giver:
        raise Refused(_("You cannot pledge for this organisation."))
    if project.state not in OPEN_TO_GIVERS:
        raise Refused(_("The project takes no pledges any more."))
    if letter is not None:
        letter = IntentLetter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
        if letter.is_pledged or letter.giver.pk != giver.pk or letter.project.pk != project.pk:
            raise Refused(_("This letter of intent has become a pledge already, or is another one's."))
    if wrong := misplaced_wage(values):
        raise Refused(wrong, at="basis")
    if not meant and (doubt := doubt_of_wage(values)):
        raise Refused(doubt, at="unit_price")
    pledge = Pledge(project=project, giver=giver, offered_by=by, letter=letter, **_priced(values))
    if pledge.due_on < clock.today():
        raise Refused(_("The last day has passed already."), at="due_on")
    _while_it_runs(project, pledge.due_on)
    pledge.value = pledge.worth(pledge.quantity)
    if pledge.quantity <= 0 or pledge.value <= 0:
        raise Refused(_("Quantity and price must be more than 0."))
    pledge.save()
    label = _("Pledge offered: %(what)s (%(value)s yuan)") % {"what": pledge.what, "value": yuan(pledge.value)}
    record(pledge, "offer", by=by, label=label)
    record(project, "offer_pledge", by=by, label=f"{giver} · {label}")
    subject = _("%(giver)s offers %(what)s: please answer") % {"giver": giver, "what": pledge.what}
    tell_group(project, subject, body=pledge.message, url=pledge.get_absolute_url())
    return pledge


def misplaced_wage(values: Mapping[str, Any]) -> str:
    """Why the minimum wage of an hour is no basis of this price: it is one of hours of work only; empty where it is."""
    if values.get("basis") != Pledge.Basis.WAGE:
        return ""
    unit = half_width(values.get("unit") or "").strip().casefold()
    if values.get("kind") == Pledge.Kind.HOURS and unit in HOUR:
        return ""
    return _(
        "The minimum wage by the hour is the price of an hour of work: choose hours of work with the unit “hour”, or "
        "another source of the price."
    )


def doubt_of_wage(values: Mapping[str, Any]) -> str:
    """What is asked about an hour at the minimum wage that costs more than any minimum wage; empty where nothing is.

    The value counts as matching funds, so a price that its own basis contradicts is not taken without a word.
    """
    price = values.get("unit_price")
    if values.get("basis") != Pledge.Basis.WAGE or price is None or price <= settings.WAGE_MOST:
        return ""
    said = _(
        "%(price)s yuan an hour is more than a minimum wage (at most %(most)s). Enter the minimum wage of an hour, "
        "choose another source of the price, or tick below that it is meant."
    )
    return said % {"price": yuan(price), "most": yuan(settings.WAGE_MOST)}


def _while_it_runs(project: Project, due_on: date) -> None:
    """What comes after the last day of a project cannot be used by it; one that is late already takes what comes."""
    if project.ends_on and clock.today() <= project.ends_on < due_on:
        said = _("The project ends on %(day)s: please choose this day or an earlier one.")
        raise Refused(said % {"day": project.ends_on}, at="due_on")


def _priced(values: dict[str, Any]) -> dict[str, Any]:
    """Money is so many yuan at 1.00 and needs no basis; whatever is given in kind needs one."""
    given = dict(values)
    if given["kind"] == Pledge.Kind.MONEY:
        return given | {
            "quantity": round_half_up(given["quantity"]), "unit": "元", "unit_price": Decimal("1.00"), "basis": "",
            "basis_words": "", "what": given.get("what") or _("A sum of money"),
        }  # fmt: skip
    if not given.get("basis"):
        raise Refused(_("What is given in kind says where its price comes from."))
    return given


@transaction.atomic
def accept(pledge: Pledge, *, by: User, note: str = "") -> Pledge:
    """The group accepts. Consequences: both sides see each other's phone, and the giver's people have an interest in
    the project from now on: they neither judge it nor decide on it."""
    advance(pledge, "accept", by=by, note=note)
    record(pledge.project, "accept_pledge", by=by, label=_("Pledge accepted"), note=str(pledge))
    tell_giver(pledge, _("your pledge is accepted: you can call the group now"), body=note)
    tell_funder(pledge.project, _("a pledge of %(giver)s is accepted") % {"giver": pledge.giver})
    return pledge


@transaction.atomic
def decline(pledge: Pledge, *, by: User, note: str) -> Pledge:
    """The group does not take it; the giver reads why."""
    advance(pledge, "decline", by=by, note=note)
    tell_giver(pledge, _("your pledge was not taken"), body=note)
    return pledge


@transaction.atomic
def withdraw(pledge: Pledge, *, by: User, note: str) -> Pledge:
    """The giver takes it back before anything has come; the group reads why."""
    advance(pledge, "withdraw", by=by, note=note)
    subject = _("%(giver)s takes its pledge back") % {"giver": pledge.giver}
    tell_group(pledge.project, subject, body=note, url=pledge.get_absolute_url())
    return pledge


@transaction.atomic
def postpone(pledge: Pledge, *, by: User, due_on: date, note: str = "") -> Pledge:
    """The giver names a later day, also when the pledge has lapsed; the group is told."""
    locked = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    permit("projects.give_pledge", by, locked)
    if due_on < clock.today() or due_on <= locked.due_on:
        raise Refused(_("Please name a later day."), at="due_on")
    _while_it_runs(locked.project, due_on)
    if locked.state == Pledge.State.LAPSED:
        advance(locked, "renew_rest" if locked.received else "renew", by=by, note=note, due_on=due_on)
    elif locked.is_awaited:
        locked.due_on = due_on
        locked.save(update_fields=["due_on"])
        record(locked, "postpone", by=by, label=_("Later day: %(day)s") % {"day": due_on}, note=note)
    else:
        raise Refused(_("Nothing is awaited of this pledge."))
    subject = _("%(giver)s gives it until %(day)s") % {"giver": locked.giver, "day": due_on}
    tell_group(locked.project, subject, body=note, url=locked.get_absolute_url())
    pledge.refresh_from_db()
    return pledge


def lapse_overdue() -> int:
    """What happens by the clock: accepted pledges whose day has passed lapse, unless something waits to be confirmed.

    Group and giver are told. Says how many lapsed.
    """
    late = Pledge.objects.filter(state__in=Pledge.AWAITED, due_on__lt=clock.today()).exclude(
        gifts__is_accepted__isnull=True, gifts__isnull=False
    )
    lapsed = 0
    for pledge in late.with_names():
        with transaction.atomic():
            try:
                advance(pledge, "lapse", by=None)
            except Refused:  # somebody has recorded or confirmed something at this moment
                continue
            tell_giver(pledge, _("the day of your pledge has passed: you can name a later one"))
            subject = _("the pledge of %(giver)s has lapsed") % {"giver": pledge.giver}
            tell_group(pledge.project, subject, url=pledge.get_absolute_url())
            lapsed += 1
    return lapsed
