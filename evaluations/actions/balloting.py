"""Casting a ballot, and changing it until the end: without an account, and with nothing written down but the ballot.

No event is recorded and no time kept: who voted what is nobody's business, not even the machine's.
"""

from collections.abc import Collection
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.money import yuan
from core.strangers import AN_HOUR
from core.workflow import Refused
from evaluations import vote_codes
from evaluations.models import Ballot, Vote, VoteAttempt, VoteCode, VoteEntry

MOST_WRONG = 30
"""Wrong codes an hour from one network: an office full of people mistypes less, guessing needs far more."""
MOST_BALLOTS = 20
"""Ballots without a code an hour from one network: a family and its neighbours share one."""


def slip_of(code: str, *, sender: str) -> VoteCode | None:
    """The valid slip of a typed code; None for a wrong or revoked one, which is noted. Refused after too many."""
    wrong = VoteAttempt.Kind.WRONG
    if _recent(wrong, sender) >= MOST_WRONG:
        raise Refused(_("Too many wrong codes came from this network. Please try again in an hour, or ask the office."))
    plain = vote_codes.normalise(code)
    found = VoteCode.objects.valid().filter(fingerprint=vote_codes.fingerprint(plain)).exclude(vote__state="draft")
    slip = found.select_related("vote__call", "community").first() if plain else None
    if slip is None:
        VoteAttempt.objects.create(kind=wrong, sender=sender)
    return slip


def was_revoked(code: str) -> bool:
    """Of a code that is not valid: it stood on a slip that was lost or replaced, and is not mistyped."""
    plain = vote_codes.normalise(code)
    return (
        bool(plain)
        and VoteCode.objects.filter(fingerprint=vote_codes.fingerprint(plain), revoked_at__isnull=False).exists()
    )


def ballot_of(vote: Vote, voter: str) -> Ballot | None:
    """What this voter has cast so far."""
    return vote.ballots.filter(voter=voter).first() if voter else None


def what_is_wrong(vote: Vote, entries: Collection[VoteEntry], approved: Collection[int]) -> list[str]:
    """Everything that keeps these ticks (project ids) from being a ballot by the announced rule."""
    if not approved:
        return [_("Please tick at least one project.")]
    wrong = []
    if vote.max_approvals and len(approved) > vote.max_approvals:
        said = ngettext(
            "At most %(n)s project can be ticked", "At most %(n)s projects can be ticked", vote.max_approvals
        )
        wrong.append((said + _("; you have ticked %(ticked)s.")) % {"n": vote.max_approvals, "ticked": len(approved)})
    total = sum((entry.amount or Decimal(0) for entry in entries if entry.project_id in approved), Decimal(0))
    if vote.within_budget and total > vote.budget:
        wrong.append(
            _("What you have ticked costs %(total)s yuan; there are %(budget)s yuan.")
            % {"total": yuan(total), "budget": yuan(vote.budget)}
        )
    return wrong


@transaction.atomic
def cast_with_code(slip: VoteCode, code: str, *, approved: Collection[int]) -> Ballot:
    """Cast the ballot of a slip, or change it: the last one before the end counts, under the same number."""
    Vote.objects.select_for_update().get(pk=slip.vote_id)  # first, as whoever revokes slips does: see `vote_codes`
    locked = VoteCode.objects.select_for_update(of=("self",)).get(pk=slip.pk)
    if locked.revoked_at:
        raise Refused(_("This slip has been revoked. Please ask the office."))
    if locked.on_paper:
        raise Refused(_("This slip was handed in for a paper ballot: its vote is cast on paper."))
    voter = vote_codes.voter_by_code(locked.vote_id, vote_codes.normalise(code))
    ballot = _cast(locked.vote, voter, approved)
    if not locked.is_used:
        locked.is_used = True
        locked.save(update_fields=["is_used"])
    return ballot


@transaction.atomic
def cast_with_device(vote: Vote, device: str, *, sender: str, approved: Collection[int]) -> Ballot:
    """Cast the ballot of a phone, or change it. Refused after too many from one network."""
    if vote.is_by_code:
        raise Refused(_("This vote needs the code of your household's slip."))
    voter = vote_codes.voter_by_device(vote.pk, device)
    if ballot_of(vote, voter) is None:
        if _recent(VoteAttempt.Kind.BALLOT, sender) >= MOST_BALLOTS:
            raise Refused(_("Many ballots came from this network within the hour. Please try again later."))
        VoteAttempt.objects.create(kind=VoteAttempt.Kind.BALLOT, sender=sender)
    return _cast(vote, voter, approved)


def _cast(vote: Vote, voter: str, approved: Collection[int]) -> Ballot:
    """The vote is read again, so that nothing slips in after its end while the count begins."""
    fresh = Vote.objects.select_for_update().get(pk=vote.pk)
    if not fresh.is_open:
        raise Refused(_("Voting is not open."))
    entries = list(fresh.entries.all())
    if set(approved) - {entry.project_id for entry in entries}:
        raise Refused(_("A project that you ticked does not stand in this vote."))
    if wrong := what_is_wrong(fresh, entries, approved):
        raise Refused(*wrong)
    ballot = ballot_of(fresh, voter)
    if ballot is None:
        ballot = Ballot(vote=fresh, call_id=fresh.call_id, voter=voter)
        ballot.code = _free_number(fresh)
    ballot.approved = sorted(approved)
    try:
        with transaction.atomic():
            ballot.save()
    except IntegrityError:
        raise Refused(_("Your ballot came in twice at the same moment. Please look at it once more.")) from None
    return ballot


def _free_number(vote: Vote) -> str:
    while True:
        number = vote_codes.new_receipt()
        if not Ballot.objects.filter(call=vote.call_id, code=number).exists():
            return number


def _recent(kind: str, sender: str) -> int:
    return VoteAttempt.objects.filter(kind=kind, sender=sender, at__gt=clock.now() - AN_HOUR).count()
