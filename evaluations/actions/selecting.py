"""Choosing under the money: up to three ways side by side, and one of them as the draft of the decision."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, permit, record
from evaluations.actions.decision import Proposal, current, save_decision, suggested
from evaluations.models import Alternative, Decision, DecisionLine
from evaluations.portfolio import candidates, group_names, inputs_of, ordered, quotas_of
from evaluations.selection import Change, Infeasible, Undecided, select, what_would_change
from evaluations.standings import Standing, standings
from evaluations.voting import result_of_vote
from grants.models import Call
from people.models import User
from projects.models import State

MOST = 3
"""Alternatives of a call at once: more cannot be compared on one page."""


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
    the smallest cause why the quotas cannot be kept.

    It is calculated before anything is locked, so that nobody waits for it; what the standings said must still hold
    when it is stored.
    """
    permit("evaluations.confirm", by, call)
    made = Alternative(
        call=call, name=name, objective=objective, budget=budget, floor=floor, quotas=list(quotas), made_by=by
    )
    _refuse_one_too_many(made)
    _calculate(made)
    with transaction.atomic():
        locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        _refuse_one_too_many(made)
        _refuse_outdated(made)
        made.save()
        record(locked, "add_alternative", by=by, label=_("Way of choosing calculated: %(name)s") % {"name": name})
    return made


def change_alternative(alternative: Alternative, *, by: User, **values: Any) -> Alternative:
    """Calculate it again with another name, measure, money, floor or other quotas; refused as a new one would be."""
    permit("evaluations.confirm", by, alternative.call)
    for name, value in values.items():
        setattr(alternative, name, value)
    _refuse_one_too_many(alternative)
    return recalculate(alternative, by=by)


def recalculate(alternative: Alternative, *, by: User) -> Alternative:
    """Calculate it again with today's scores and amounts."""
    permit("evaluations.confirm", by, alternative.call)
    _calculate(alternative)
    with transaction.atomic():
        locked = Call.objects.select_for_update(of=("self",)).get(pk=alternative.call_id)
        if not locked.alternatives.filter(pk=alternative.pk).exists():
            raise Refused(_("This way has been removed meanwhile."))
        _refuse_outdated(alternative)
        alternative.save()
        label = _("Way of choosing calculated: %(name)s") % {"name": alternative.name}
        record(locked, "recalculate_alternative", by=by, label=label)
    return alternative


def _refuse_one_too_many(alternative: Alternative) -> None:
    others = Alternative.objects.filter(call=alternative.call_id).exclude(pk=alternative.pk)
    if alternative.pk is None and others.count() >= MOST:
        raise Refused(_("Three ways can be compared at once; remove one first."))
    if others.filter(name=alternative.name).exists():
        raise Refused(_("Another way has this name already."))


def _refuse_outdated(alternative: Alternative) -> None:
    if alternative.inputs != inputs_of(alternative, standings(alternative.call)):
        raise Refused(_("The standings have changed since this was calculated; please calculate it again."))


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
    alternative.inputs = inputs_of(alternative, rows)
    if alternative.is_by_vote:
        alternative.result = result_of_vote(alternative, candidates(rows))
        return
    with _refused_when_impossible():
        selection = select(candidates(rows), **_terms(alternative, rows))
    alternative.result = {
        "chosen": sorted(selection.chosen),  # type: ignore[type-var]
        "spent": str(selection.spent),
        "value": str(selection.value),
        "bound": str(selection.bound),
        "proven": selection.proven_optimal,
        "first_among_equals": selection.first_among_equals,
        "unmet": [unmet.sentence for unmet in selection.unmet],
        "reasons": {str(pk): reason.sentence for pk, reason in selection.reasons.items()},
    }


def _terms(alternative: Alternative, rows: list[Standing]) -> dict[str, Any]:
    return {
        "budget": alternative.budget,
        "floor": alternative.floor,
        "quotas": quotas_of(alternative, group_names(ordered(rows))),
        "objective": alternative.objective,
    }


@contextmanager
def _refused_when_impossible() -> Iterator[None]:
    """Whatever keeps the calculation from an answer is said to the person who asked for it."""
    try:
        yield
    except Infeasible as impossible:
        raise Refused(*impossible.sentences) from None
    except Undecided:
        raise Refused(_("No set that keeps every quota was found in the time. Please loosen a quota.")) from None
    except ValueError:
        raise Refused(_("These figures are beyond what can be calculated exactly.")) from None


def change_for(alternative: Alternative, project_id: int) -> Change:
    """What would have to change for one project under this way of choosing; refused when its quotas can no longer be
    kept, or where residents' votes decide, of which nothing of the kind can be said."""
    if alternative.is_by_vote:
        raise Refused(_("What residents' votes choose depends on every ballot; only the reason above can be said."))
    rows = standings(alternative.call)
    with _refused_when_impossible():
        return what_would_change(candidates(rows), project_id, **_terms(alternative, rows))


@transaction.atomic
def take_over(alternative: Alternative, *, by: User) -> Decision:
    """Make it the draft of the decision: the chosen ones are shortlisted with their amounts, the others left open, but
    for those who can only be declined (`decision.suggested`).

    What the draft says about the meeting stays, and so do an amount and a reason that were written for a chosen one,
    and what was decided on a project that could not be chosen. Refused when the standings have changed since it was
    calculated.
    """
    call = alternative.call
    rows = standings(call)
    _refuse_outdated(alternative)
    draft = current(call)
    said = {line.project_id: line for line in draft.lines.all()} if draft else {}
    lines = {}
    for row in (row for row in rows if row.project.state == State.IN_REVIEW):
        pk, line, before = row.project.pk, said.get(row.project.pk), suggested(row)
        if pk in alternative.chosen:
            amount = line.amount if line and line.amount is not None else row.project.amount_payable
            lines[pk] = Proposal(DecisionLine.Outcome.SHORTLIST, amount, line.reason if line else "")
        elif line and line.outcome not in ("", DecisionLine.Outcome.SHORTLIST):
            lines[pk] = Proposal(line.outcome, None, line.reason)
        else:
            why = alternative.reasons.get(pk, "") if alternative.objective == Alternative.Objective.VOTE else ""
            lines[pk] = Proposal(before.outcome, None, (line.reason if line else "") or before.reason or why)
    made = save_decision(call, by=by, lines=lines)
    record(call, "take_over_alternative", by=by, label=_("Draft of the decision: %(name)s") % {"name": alternative})
    return made
