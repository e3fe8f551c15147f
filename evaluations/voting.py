"""What the residents' ballots choose among the projects of a call: the Method of Equal Shares, as an alternative."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.workflow import Refused
from evaluations.equal_shares import equal_shares
from evaluations.models import Alternative, Ballot
from evaluations.selection import Candidate, Code, Reason


def result_of_vote(alternative: Alternative, candidates: list[Candidate]) -> dict[str, Any]:
    """As it is kept with the alternative. Votes for projects that are not (or no longer) to be chosen do not count.

    Refused without ballots, and with quotas: the method shares the money among voters, not among groups.
    """
    if alternative.quotas:
        raise Refused(_("The residents' votes know no quotas; please leave these out."))
    approvals = Ballot.objects.filter(call=alternative.call_id).approvals()
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
