"""Residents' ballots: a table of them is taken in whole, or not at all."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import ngettext

from core.workflow import permit, record
from evaluations.models import Ballot
from grants.models import Call
from people.models import User


@transaction.atomic
def store_ballots(call: Call, *, by: User, ballots: Mapping[str, set[int]]) -> int:
    """Keep these ballots (ids of approved projects by code) in place of all that were taken in before; says how many.

    Consequence: what was calculated from the former ones is out of date. Their digest goes into the record.
    """
    permit("evaluations.confirm", by, call)
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    Ballot.objects.imported().filter(call=locked).delete()
    Ballot.objects.bulk_create(
        [Ballot(call=locked, code=code, approved=sorted(approved)) for code, approved in ballots.items()],
        batch_size=1000,
    )
    label = ngettext("%(n)s ballot taken in", "%(n)s ballots taken in", len(ballots)) % {"n": len(ballots)}
    kept = Ballot.objects.imported().filter(call=locked)
    record(locked, "store_ballots", by=by, label=label, sha256=kept.digest())
    return len(ballots)
