"""What came of a pledge: recorded by the group, confirmed by a clerk, receipted to the giver."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.money import yuan
from core.numbering import next_number
from core.workflow import Refused, advance, permit, record
from people.models import User
from projects.actions.messages import tell_funder, tell_giver, tell_group
from projects.models import Gift, MatchingProof, Pledge


@transaction.atomic
def record_gift(
    pledge: Pledge,
    *,
    by: User,
    came_on: date,
    quantity: Decimal,
    words: str = "",
    proof: MatchingProof | None = None,
    files: Iterable[UploadedFile],
) -> Gift:
    """The group writes down what came, with its paper; the clerk is told and confirms it.

    `proof`: a proof of matching funds that was handed in for the very same thing.
    """
    locked = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    permit("projects.record_gift", by, locked)
    if came_on > clock.today():
        raise Refused(_("This day has not come yet."), at="came_on")
    if came_on < clock.localdate(locked.offered_at):
        raise Refused(_("It cannot have come before it was offered."), at="came_on")
    if locked.worth(quantity) <= 0:
        raise Refused(_("Please enter more than 0."), at="quantity")
    _not_more_than_awaited(locked, quantity)
    files = list(files)
    if not files:
        raise Refused(_("Please attach the paper that shows it."), at="files")
    _same_project(proof, locked)
    gift = Gift.objects.create(
        pledge=locked, came_on=came_on, quantity=quantity, value=locked.worth(quantity), words=words.strip(),
        proof=proof, recorded_by=by,
    )  # fmt: skip
    for upload in files:
        attach(gift, upload, by=by, kind="gift")
    label = _("Recorded: %(what)s came, %(value)s yuan") % {"what": locked.what, "value": yuan(gift.value)}
    record(locked, "record_gift", by=by, label=label)
    record(locked.project, "record_gift", by=by, label=label)
    tell_funder(locked.project, _("something came of a pledge: please confirm it"))
    return gift


@transaction.atomic
def decide_gift(
    gift: Gift, *, by: User, accepted: bool, answer: str = "", proof: MatchingProof | None = None, apart: bool = False
) -> Gift:
    """A clerk confirms what came, or says what is wrong with it.

    Consequences when it is confirmed: it counts as proven, it gets the number of its receipt, the pledge moves on, and
    giver and group are told. `proof`: the proof of the same thing, with which it counts once; where a proof of the same
    sum is there and is not named, the clerk says in so many words that it is another thing (`apart`).
    """
    pledge = Pledge.objects.select_for_update(of=("self",)).get(pk=gift.pledge_id)
    locked = Gift.objects.select_for_update(of=("self",)).get(pk=gift.pk)
    locked.pledge = pledge
    permit("projects.confirm_gift", by, locked)
    if not locked.is_open:
        raise Refused(_("This has been looked at already."))
    if not accepted and not answer.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."), at="answer")
    if accepted:
        _same_project(proof, pledge)
        locked.proof = proof or locked.proof
        if locked.proof is None and not apart and proofs_alike(locked):
            raise Refused(
                _("A proof of the same sum is there: choose it, or tick that this is another thing."), at="proof"
            )
        year = clock.today().year
        locked.number = f"JZ{year}-{next_number(f'gift-{year}'):04d}"
    locked.is_accepted, locked.decided_by, locked.decided_at = accepted, by, clock.now()
    locked.answer = answer.strip()[:200]
    locked.save()
    label = _("Receipt %(number)s") % {"number": locked.number} if accepted else _("What came was not confirmed")
    record(pledge, "decide_gift", by=by, label=label, note=locked.answer)
    record(pledge.project, "decide_gift", by=by, label=label, note=locked.answer)
    if accepted:
        _move_on(pledge, by=by)
        body = _("%(value)s yuan") % {"value": yuan(locked.value)}
        subject = _("what you gave is confirmed: your receipt is here")
        tell_giver(pledge, subject, body=body, url=locked.get_absolute_url())
    tell_group(pledge.project, label, body=locked.answer, url=locked.get_absolute_url())
    gift.refresh_from_db()
    return gift


def _not_more_than_awaited(pledge: Pledge, quantity: Decimal) -> None:
    """500 for 5 is mistyped quickly, and would count as matching funds; who gives more than promised pledges anew."""
    coming = pledge.can_come
    if quantity > coming:
        said = _("Of this pledge %(left)s %(unit)s can still come. If more came, the giver pledges the rest as well.")
        raise Refused(said % {"left": f"{coming.normalize():f}", "unit": pledge.unit}, at="quantity")


def _move_on(pledge: Pledge, *, by: User) -> None:
    """The pledge is where its confirmed gifts have brought it; one that has lapsed stays so until all of it is here."""
    if not pledge.left:
        if pledge.state != Pledge.State.FULFILLED:
            advance(pledge, "fulfil", by=by)
    elif pledge.state == Pledge.State.ACCEPTED:
        advance(pledge, "receive_part", by=by)


def proofs_alike(gift: Gift) -> list[MatchingProof]:
    """Proofs of the same project and sum that no gift names yet and nobody has refused: perhaps the same thing."""
    found = MatchingProof.objects.filter(project=gift.pledge.project_id, amount=gift.value, gifts__isnull=True)
    return list(found.exclude(is_accepted=False))


def gifts_alike(proof: MatchingProof) -> list[Gift]:
    """Gifts of the same project and sum that name no proof and are not refused."""
    found = Gift.objects.filter(pledge__project=proof.project_id, value=proof.amount, proof__isnull=True)
    return list(found.exclude(is_accepted=False).select_related("pledge__giver"))


def _same_project(proof: MatchingProof | None, pledge: Pledge) -> None:
    if proof is not None and (proof.project_id != pledge.project_id or proof.is_accepted is False):
        raise Refused(_("This proof is of another project, or was refused."))
