"""The slips of a vote: printed, revoked, issued again. The codes themselves are handed over once and never kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.workflow import Refused, permit, record
from evaluations import vote_codes
from evaluations.models import Vote, VoteCode
from people.models import Community, User

MOST_AT_ONCE = 96
"""Slips of one printing: twelve pages, made in about eight seconds while somebody waits for them."""


@dataclass(frozen=True)
class Slip:
    """What is printed: the slip and its code, which is nowhere else."""

    row: VoteCode
    code: str = field(repr=False)  # no log says it by accident

    @property
    def shown(self) -> str:
        return vote_codes.shown(self.code)


@transaction.atomic
def issue(vote: Vote, community: Community, *, by: User, number: int) -> list[Slip]:
    """Make so many codes for the households of a community. What is returned is printed at once and not kept: a
    printing that is lost is revoked as a whole."""
    locked = _held(vote, by)
    if not locked.communities.filter(pk=community.pk).exists():
        raise Refused(_("The residents of this community do not vote here."))
    if not 0 < number <= MOST_AT_ONCE:
        raise Refused(_("At most %(most)s slips are printed at once.") % {"most": MOST_AT_ONCE})
    made = _make(locked, [community] * number, by=by)
    said = ngettext("%(n)s voting slip printed", "%(n)s voting slips printed", number) % {"n": number}
    record(vote.call, "issue_vote_codes", by=by, label=f"{vote}: {said}", note=str(community))
    return made


@transaction.atomic
def revoke(slip: VoteCode, *, by: User, reason: str) -> None:
    """The slip is worth nothing any more; refused when it was used."""
    vote = _held(slip.vote, by)
    _end(VoteCode.objects.select_for_update(of=("self",)).get(pk=slip.pk), by=by, reason=reason)
    _record_end(vote, [slip], by=by, reason=reason)


@transaction.atomic
def reissue(slip: VoteCode, *, by: User, reason: str) -> Slip:
    """A new slip instead of one that was lost: the old one ends. Refused when it was used: its vote counts."""
    vote = _held(slip.vote, by)
    locked = VoteCode.objects.select_for_update(of=("self",)).get(pk=slip.pk)
    _end(locked, by=by, reason=reason)
    [made] = _make(vote, [locked.community], by=by, replaces=locked)
    _record_end(vote, [locked], by=by, reason=reason)
    return made


@transaction.atomic
def revoke_printing(vote: Vote, batch: int, *, by: User, reason: str) -> int:
    """A whole printing is lost: all of its slips that were not used end; says how many. Refused when there is none."""
    locked = _held(vote, by)
    if not locked.slips.filter(batch=batch).exists():
        raise Refused(_("There is no printing no. %(n)s.") % {"n": batch})
    unused = list(
        VoteCode.objects.valid().filter(vote=locked, batch=batch, is_used=False).select_for_update(of=("self",))
    )
    for slip in unused:
        _end(slip, by=by, reason=reason)
    if unused:
        _record_end(locked, unused, by=by, reason=reason)
    return len(unused)


@transaction.atomic
def hand_in(vote: Vote, code: str, *, by: User) -> VoteCode:
    """Somebody hands in a slip at the office and gets a paper ballot for it: the code is used. Refused when it was
    used, is revoked or no code of this vote."""
    permit("evaluations.hold_vote", by, vote)
    if not vote.is_open:
        raise Refused(_("Slips are taken while voting is open."))
    found = VoteCode.objects.valid().filter(vote=vote, fingerprint=vote_codes.fingerprint(vote_codes.normalise(code)))
    slip = found.select_for_update(of=("self",)).first()
    if slip is None:
        raise Refused(_("This code is not valid here. Please compare it with the slip."))
    if slip.is_used:
        raise Refused(_("This code has been used already: its vote is cast."))
    slip.is_used = slip.on_paper = True
    slip.save(update_fields=["is_used", "on_paper"])
    return slip


def _held(vote: Vote, by: User) -> Vote:
    """The vote, locked so that slips are numbered once; while it is announced and not over."""
    permit("evaluations.hold_vote", by, vote)
    locked = Vote.objects.select_for_update().get(pk=vote.pk)
    if locked.state != Vote.State.ANNOUNCED or locked.is_over:
        raise Refused(_("Slips are printed and revoked while the vote is announced and not over."))
    if not locked.is_by_code:
        raise Refused(_("Nobody needs a code in this vote."))
    return locked


def _make(vote: Vote, communities: Sequence[Community], *, by: User, replaces: VoteCode | None = None) -> list[Slip]:
    last = VoteCode.objects.filter(vote=vote).aggregate(number=Max("number"), batch=Max("batch"))
    number, batch = last["number"] or 0, (last["batch"] or 0) + 1
    codes = [vote_codes.new_code() for _one in communities]
    rows = [
        VoteCode(
            vote=vote,
            number=number + place,
            batch=batch,
            community=community,
            fingerprint=vote_codes.fingerprint(code),
            issued_by=by,
            replaces=replaces,
        )
        for place, (community, code) in enumerate(zip(communities, codes, strict=True), start=1)
    ]
    return [Slip(row, code) for row, code in zip(VoteCode.objects.bulk_create(rows), codes, strict=True)]


def _end(slip: VoteCode, *, by: User, reason: str) -> None:
    if slip.is_used:
        raise Refused(_("This slip has been used: its vote is cast and nobody can tell which it is."))
    if slip.revoked_at:
        raise Refused(_("This slip is revoked already."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    slip.revoked_by, slip.revoked_at, slip.reason = by, clock.now(), reason.strip()
    slip.save()


def _record_end(vote: Vote, slips: Sequence[VoteCode], *, by: User, reason: str) -> None:
    said = ngettext("%(n)s voting slip revoked", "%(n)s voting slips revoked", len(slips)) % {"n": len(slips)}
    numbers = [str(slip) for slip in slips]
    record(vote.call, "revoke_vote_codes", by=by, label=f"{vote}: {said}", note=reason.strip(), slips=numbers)
