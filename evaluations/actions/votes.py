"""A residents' vote: prepared, announced, opened and closed by the clock, counted once."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.workflow import Refused, advance, permit, record
from evaluations.lots import new_seed
from evaluations.models import Ballot, Vote, VoteAttempt, VoteEntry
from evaluations.models.vote import STANDS_WHILE
from evaluations.published_vote import as_csv
from evaluations.vote_count import Count, count, digest_of
from grants.models import Call
from people.models import Community, User
from projects.actions.messages import tell_funder_of_call, tell_group
from projects.models import Project

REMEMBERED_FOR = timedelta(days=1)
"""How long attempts are kept by which senders are limited."""


@transaction.atomic
def prepare(
    vote: Vote, *, by: User, projects: Iterable[Project], communities: Iterable[Community], **values: Any
) -> Vote:
    """Store what is to be announced; `vote` is new or still being prepared, nobody outside the funder sees it.

    Refused once it is announced: its rule stands. Projects of another call or track cannot stand.
    """
    permit("evaluations.hold_vote", by, vote)
    Call.objects.select_for_update(of=("self",)).get(pk=vote.call_id)
    kept = Vote.objects.get(pk=vote.pk) if vote.pk else Vote(call=vote.call, made_by=by)
    if kept.state != Vote.State.DRAFT:
        raise Refused(_("The vote is announced: what was announced stands."))
    for name, value in values.items():
        setattr(kept, name, value)
    wanted = {project.pk: project for project in projects}
    can = Project.objects.filter(call=kept.call_id, state__in=STANDS_WHILE)
    if kept.track_id:
        can = can.filter(track=kept.track_id)
    if strangers := set(wanted) - set(can.values_list("pk", flat=True)):
        names = "、".join(sorted(str(wanted[pk]) for pk in strangers))
        raise Refused(_("These projects cannot stand here: %(names)s.") % {"names": names})
    kept.save()
    kept.communities.set(communities)
    kept.entries.exclude(project__in=wanted).delete()
    for pk in wanted:
        VoteEntry.objects.get_or_create(vote=kept, project_id=pk)
    record(kept.call, "prepare_vote", by=by, label=_("Residents' vote prepared: %(vote)s") % {"vote": kept})
    return kept


@transaction.atomic
def describe(
    entry: VoteEntry, *, by: User, words: str, picture: ContentFile | None = None, clear: bool = False
) -> None:
    """What residents read and see of a project; refused once it is announced."""
    permit("evaluations.hold_vote", by, entry.vote)
    if Vote.objects.select_for_update().get(pk=entry.vote_id).state != Vote.State.DRAFT:
        raise Refused(_("The vote is announced: what was announced stands."))
    entry.words = words.strip()
    if clear:
        entry.picture = ""
    if picture is not None:
        entry.picture.save(picture.name or "picture.jpg", picture, save=False)
    entry.save()


@transaction.atomic
def announce(vote: Vote, *, by: User) -> Vote:
    """From now on everybody reads it and nobody changes it. Consequences: what the projects ask for is fixed, the seed
    for equal votes is made and only its digest shown, and the groups that stand are told."""
    permit("evaluations.hold_vote", by, vote)
    advance(vote, "announce", by=by, seed=new_seed())
    for entry in vote.entries.select_related("project"):
        entry.amount, entry.words = entry.project.amount_payable, entry.said
        entry.save(update_fields=["amount", "words"])
        tell_group(entry.project, _("residents vote on your project"), url=vote.get_absolute_url())
    record(vote.call, "announce_vote", by=by, label=_("Residents' vote announced: %(vote)s") % {"vote": vote})
    return vote


@transaction.atomic
def take_back(vote: Vote, *, by: User, note: str) -> Vote:
    """Before it opens: back to the desk, and announced anew when it is mended."""
    advance(vote, "take_back", by=by, note=note)
    label = _("Announcement of the residents' vote taken back")
    record(vote.call, "take_back_vote", by=by, label=label, note=note)
    return vote


@transaction.atomic
def call_off(vote: Vote, *, by: User, note: str) -> Vote:
    """It does not take place; no ballot is ever read. The groups are told why."""
    advance(vote, "call_off", by=by, note=note)
    for entry in vote.entries.select_related("project"):
        tell_group(entry.project, _("the residents' vote is called off"), body=note, url=vote.get_absolute_url())
    record(vote.call, "call_off_vote", by=by, label=_("Residents' vote called off"), note=note)
    return vote


def amounts_of(vote: Vote) -> dict[str, Decimal]:
    """By number, what the projects cost that can still be chosen."""
    found = vote.entries.filter(project__state__in=STANDS_WHILE)
    return {number: amount or Decimal(0) for number, amount in found.values_list("project__number", "amount")}


def ballots_of(vote: Vote) -> dict[str, set[str]]:
    """By its number, which project numbers each ballot approves."""
    numbers = dict(vote.entries.values_list("project", "project__number"))
    return {code: {numbers[pk] for pk in approved} for code, approved in vote.ballots.all().approvals().items()}


@transaction.atomic
def close(vote: Vote) -> Vote:
    """Its time is over: take in the paper ballots that two people keyed alike, and count, once, by the announced rule.

    Consequences: the ballots can be read by everybody, and so can the seed; groups and clerks are told.
    """
    locked = Vote.objects.select_for_update().get(pk=vote.pk)
    _take_in_papers(locked)
    ballots = ballots_of(locked)
    found = count(ballots, amounts_of(locked), budget=locked.budget, method=locked.method, seed=locked.seed)
    pks = dict(locked.entries.values_list("project__number", "project"))
    advance(vote, "count", by=None, result=_result(found, pks), digest=digest_of(as_csv(ballots)))
    said = ngettext("%(n)s ballot counted", "%(n)s ballots counted", found.ballots) % {"n": found.ballots}
    record(vote.call, "count_vote", by=None, label=f"{vote}: {said}", sha256=vote.digest)
    for entry in vote.entries.select_related("project"):
        tell_group(entry.project, _("the residents' vote is counted"), url=vote.get_absolute_url())
    tell_funder_of_call(vote.call, _("the residents' vote is counted"), url=vote.get_absolute_url())
    return vote


def _take_in_papers(vote: Vote) -> None:
    for number, approved in vote.settled_papers().items():
        if approved:
            Ballot.objects.create(vote=vote, call=vote.call, code=f"Z{number:04d}", approved=approved, is_paper=True)


def _result(found: Count, pks: dict[str, int]) -> dict[str, Any]:
    return {
        "chosen": [pks[number] for number in found.chosen],
        "numbers": list(found.chosen),
        "votes": found.votes,
        "ballots": found.ballots,
        "spent": str(found.spent),
        "share": None if found.share is None else str(found.share),
    }


def close_ended() -> int:
    """What happens by the clock: votes whose time is over are counted. Says how many; old attempts are forgotten."""
    VoteAttempt.objects.filter(at__lt=clock.now() - REMEMBERED_FOR).delete()
    counted = 0
    for vote in Vote.objects.to_be_counted():
        counted += close_if_ended(vote)
    return counted


def close_if_ended(vote: Vote) -> bool:
    """Whether it was counted just now. Who looks at its page at the end need not wait for the clock's next round."""
    if vote.state != Vote.State.ANNOUNCED or not vote.is_over:
        return False
    try:
        close(vote)
    except Refused:  # papers are missing, or somebody else has counted it at this moment
        vote.refresh_from_db()
        return False
    return True
