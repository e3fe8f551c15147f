"""Choosing under the money: up to three ways side by side, and one of them as the draft of the decision."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, record
from evaluations.actions.decision import Proposal, current, save_decision
from evaluations.actions.panel import permit
from evaluations.models import Alternative, Decision, DecisionLine
from evaluations.portfolio import candidates, group_names, inputs_of, ordered, quotas_of
from evaluations.selection import Change, Infeasible, select, what_would_change
from evaluations.standings import standings
from grants.models import Call
from people.models import User

MOST = 3
"""Alternatives of a call at once: more cannot be compared on one page."""


@transaction.atomic
def add_alternative(
    call: Call,
    *,
    by: User,
    name: str,
    objective: str,
    budget: Decimal,
    floor: Decimal | None = None,
    quotas: Sequence[dict[str, Any]] = (),
) -> Alternative:
    """Calculate one way of choosing and keep it. Refused when three are there, while sheets are missing, or with
    the smallest cause why the quotas cannot be kept."""
    permit("evaluations.confirm", by, call)
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if Alternative.objects.filter(call=locked).count() >= MOST:
        raise Refused(_("Three ways can be compared at once; remove one first."))
    if Alternative.objects.filter(call=locked, name=name).exists():
        raise Refused(_("Another way has this name already."))
    made = Alternative(
        call=locked, name=name, objective=objective, budget=budget, floor=floor, quotas=list(quotas), made_by=by
    )
    _calculate(made)
    made.save()
    record(locked, "add_alternative", by=by, label=_("Way of choosing calculated: %(name)s") % {"name": name})
    return made


@transaction.atomic
def recalculate(alternative: Alternative, *, by: User) -> Alternative:
    """Calculate it again with today's scores and amounts."""
    permit("evaluations.confirm", by, alternative.call)
    _calculate(alternative)
    alternative.save()
    return alternative


@transaction.atomic
def remove_alternative(alternative: Alternative, *, by: User) -> None:
    permit("evaluations.confirm", by, alternative.call)
    record(alternative.call, "remove_alternative", by=by, label=_("Way of choosing removed"), note=alternative.name)
    alternative.delete()


def _calculate(alternative: Alternative) -> None:
    rows = standings(alternative.call)
    found = ordered(rows)
    if not found:
        raise Refused(_("No project in review has all its sheets yet."))
    try:
        selection = select(
            candidates(rows),
            budget=alternative.budget,
            floor=alternative.floor,
            quotas=quotas_of(alternative, group_names(found)),
            objective=alternative.objective,
        )
    except Infeasible as impossible:
        raise Refused(*impossible.sentences) from None
    alternative.inputs = inputs_of(rows)
    alternative.result = {
        "chosen": sorted(selection.chosen),  # type: ignore[type-var]
        "spent": str(selection.spent),
        "value": str(selection.value),
        "proven": selection.proven_optimal,
        "unmet": [unmet.sentence for unmet in selection.unmet],
        "reasons": {str(pk): reason.sentence for pk, reason in selection.reasons.items()},
    }


def change_for(alternative: Alternative, project_id: int) -> Change:
    """What would have to change for one project under this way of choosing."""
    rows = standings(alternative.call)
    return what_would_change(
        candidates(rows),
        project_id,
        budget=alternative.budget,
        floor=alternative.floor,
        quotas=quotas_of(alternative, group_names(ordered(rows))),
        objective=alternative.objective,
    )


@transaction.atomic
def take_over(alternative: Alternative, *, by: User) -> Decision:
    """Make it the draft of the decision: the chosen ones are shortlisted with their amounts, the others left open.

    What the draft says about the meeting stays. Refused when the standings have changed since it was calculated.
    """
    call = alternative.call
    rows = standings(call)
    if alternative.inputs != inputs_of(rows):
        raise Refused(_("The standings have changed since this was calculated; please calculate it again."))
    draft = current(call)
    said = {line.project_id: line for line in draft.lines.all()} if draft else {}
    lines = {}
    for row in ordered(rows):
        pk, line = row.project.pk, said.get(row.project.pk)
        if pk in alternative.chosen:
            lines[pk] = Proposal(DecisionLine.Outcome.SHORTLIST, row.project.amount_payable)
        elif line and line.outcome != DecisionLine.Outcome.SHORTLIST:
            lines[pk] = Proposal(line.outcome, None, line.reason)
        else:
            lines[pk] = Proposal()
    made = save_decision(call, by=by, lines=lines)
    record(call, "take_over_alternative", by=by, label=_("Draft of the decision: %(name)s") % {"name": alternative})
    return made
