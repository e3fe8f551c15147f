"""Paper ballots: numbered when the box is emptied, keyed by two people apart from each other, taken in at the count."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, permit
from evaluations.actions.balloting import what_is_wrong
from evaluations.models import PaperBallot, Vote
from people.models import User


@transaction.atomic
def key(vote: Vote, number: int, *, by: User, approved: Collection[int]) -> bool:
    """Key one paper (`approved` empty: it is void); keying again replaces one's own keying only. Whether two people
    have now keyed it alike.

    Refused for a third person, after the count, for ticks against the rule (such a paper is void), and for more papers
    than slips were handed in.
    """
    permit("evaluations.hold_vote", by, vote)
    locked = Vote.objects.select_for_update().get(pk=vote.pk)
    if locked.state != Vote.State.ANNOUNCED or not locked.has_opened:
        raise Refused(_("Paper ballots are keyed from the opening of the vote to its count."))
    entries = list(locked.entries.all())
    if set(approved) - {entry.project_id for entry in entries}:
        raise Refused(_("A project that you ticked does not stand in this vote."))
    if approved and (wrong := what_is_wrong(locked, entries, approved)):
        raise Refused(*wrong, _("A paper that says so is void."))
    keyed = list(locked.papers.filter(number=number))
    if not keyed:
        handed_in = locked.slips.filter(on_paper=True).count()
        if locked.papers.values("number").distinct().count() >= handed_in:
            raise Refused(_("There are more papers than slips were handed in (%(n)s).") % {"n": handed_in})
    mine = next((one for one in keyed if one.keyed_by_id == by.pk), None)
    if mine is None:
        if len(keyed) == 2:
            raise Refused(_("Two people have keyed this paper already."))
        mine = PaperBallot(vote=locked, number=number, turn=len(keyed) + 1, keyed_by=by)
    mine.approved = sorted(approved)
    mine.save()
    return number in locked.settled_papers()
