"""What the residents' ballots choose among the projects of a call, as an alternative: ballots from a table by the
Method of Equal Shares, a vote that was held here as it was announced and counted."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import yuan
from core.workflow import Refused
from evaluations.equal_shares import equal_shares
from evaluations.models import Alternative, Ballot, Vote, VoteEntry
from evaluations.selection import Candidate, Code, Reason


def result_of_vote(alternative: Alternative, candidates: list[Candidate]) -> dict[str, Any]:
    """As it is kept with the alternative. Votes for projects that are not (or no longer) to be chosen do not count.

    Refused without ballots, and with quotas: the method shares the money among voters, not among groups.
    """
    if alternative.quotas:
        raise Refused(_("The residents' votes know no quotas; please leave these out."))
    if alternative.objective == Alternative.Objective.VOTE:
        return _as_announced(alternative, candidates)
    approvals = Ballot.objects.imported().filter(call=alternative.call_id).approvals()
    if not approvals:
        raise Refused(_("There are no ballots of residents yet."))
    floor = alternative.floor
    costs = {one.id: one.amount for one in candidates if floor is None or one.score >= floor}
    ballots = {code: {one for one in approved if one in costs} for code, approved in approvals.items()}
    vote = equal_shares(ballots, costs, budget=alternative.budget)
    below = {
        one.id: Reason(Code.BELOW_FLOOR, score=one.score, floor=floor).sentence
        for one in candidates
        if one.id not in costs
    }
    reasons = below | {pk: outcome.sentence for pk, outcome in vote.outcomes.items()}
    share = alternative.budget / len(ballots)
    return {
        "chosen": sorted(vote.chosen),  # type: ignore[type-var]
        "spent": str(vote.spent),
        "ballots": len(ballots),
        "share": str(share.quantize(Decimal("0.01"))),
        "votes": {str(pk): outcome.votes for pk, outcome in vote.outcomes.items()},
        "unmet": [],
        "reasons": {str(pk): said for pk, said in reasons.items()},
    }


def _as_announced(alternative: Alternative, candidates: list[Candidate]) -> dict[str, Any]:
    """What the counted votes of the call chose, by the rule that was announced: nothing is counted anew. A project that
    cannot be chosen any more is left out; refused when what is chosen costs more than the money of this way."""
    votes = list(Vote.objects.filter(call=alternative.call_id, state=Vote.State.COUNTED))
    if not votes:
        raise Refused(_("No vote of residents has been counted in this call."))
    if alternative.floor is not None:
        raise Refused(_("A vote is taken as it was announced: no score below which nothing is funded."))
    chosen = set().union(*(vote.chosen for vote in votes))
    taken = [one for one in candidates if one.id in chosen]
    spent = sum((one.amount for one in taken), Decimal("0.00"))
    if spent > alternative.budget:
        raise Refused(_("The vote has chosen projects for %(spent)s yuan.") % {"spent": yuan(spent)})
    counts = {number: n for vote in votes for number, n in vote.result["votes"].items()}
    entries = VoteEntry.objects.filter(vote__in=votes)
    numbers = dict(entries.values_list("project", "project__number"))
    reasons = {}
    for one in candidates:
        said = {"votes": counts.get(numbers.get(one.id, ""), 0)}
        if one.id in chosen:
            reasons[str(one.id)] = _("Chosen in the residents' vote with %(votes)s votes.") % said
        elif one.id in numbers:
            reasons[str(one.id)] = _("Not chosen in the residents' vote: %(votes)s votes.") % said
        else:
            reasons[str(one.id)] = _("It did not stand in the residents' vote.")
    return {
        "chosen": sorted(one.id for one in taken),  # type: ignore[type-var]
        "spent": str(spent),
        "ballots": sum(vote.result["ballots"] for vote in votes),
        "share": None,
        "votes": {str(pk): counts.get(number, 0) for pk, number in numbers.items()},
        "unmet": [],
        "reasons": reasons,
    }
