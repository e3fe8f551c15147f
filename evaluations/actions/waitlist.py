"""The waitlist (候补): when a project drops out, the next in order moves up by itself."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.money import yuan
from core.workflow import record
from evaluations.actions.ranking import money_given
from evaluations.models import Purpose, Result
from grants.models import Call
from projects.actions import competition
from projects.actions.messages import tell_funder
from projects.models import Project, State


def follow_drop_out(sender: Any, *, project: Project, why: str, **kwargs: Any) -> None:
    """Hears from `projects` that one has lost its place, in the transaction in which it did."""
    move_up(project, why=why)


@transaction.atomic
def move_up(dropped: Project, *, why: str) -> Project | None:
    """`dropped` has lost its place: the next waitlisted project of its track, by rank, whose payable amount fits into
    the money that the call has left moves up; None when there is none.

    One for one, and never more than the call has: the call is locked, so two that drop out at once are followed by two
    different projects or by one. The log of the project says who dropped out and why this one moved up; the log of the
    call, which only the funder reads, also names those passed over because their amount does not fit. The clerks are
    told; publishing the notice stays with them.
    """
    call = Call.objects.select_for_update(of=("self",)).get(pk=dropped.call_id)
    locked = _waiting(call, dropped.track_id).select_for_update(of=("self",))  # none withdraws meanwhile
    waiting = _in_order(call, locked)
    if call.is_concluded or not waiting:
        return None
    left = call.budget - money_given(call)
    fits = _first_that_fits(waiting, left)
    passed_over = waiting[: waiting.index(fits)] if fits else waiting
    said = [_("“%(project)s” dropped out: %(why)s.") % {"project": dropped.title, "why": why}]
    if fits is None:
        said.append(_("The call has %(left)s yuan left; no waiting project fits.") % {"left": yuan(left)})
        label = _("Nobody moved up from the waitlist")
    else:
        said.append(_next_in_order(fits, left))
        label = _("“%(project)s” moved up from the waitlist") % {"project": fits.title}
    if passed_over:
        said.append(
            _("Passed over because the amount does not fit: %(projects)s.") % {"projects": _listed(passed_over)}
        )
    why_it, note = " ".join(said[:2]), " ".join(said)
    record(call, "move_up", by=None, label=label[:120], note=note, dropped=dropped.pk)
    if fits is None:
        tell_funder(dropped, _("nobody moved up from the waitlist"), body=note)
        return None
    competition.move_up(fits, amount=fits.amount_payable, note=why_it)
    tell_funder(fits, _("moved up from the waitlist: please publish its notice"), body=note)
    return fits


def next_in_line(call: Call, track_id: int) -> Project | None:
    """The waitlisted project of a track that the published order lets move up now: the first by rank whose payable
    amount fits into the money that the call has left."""
    return _first_that_fits(_in_order(call, _waiting(call, track_id)), call.budget - money_given(call))


def _first_that_fits(waiting: list[Project], left: Decimal) -> Project | None:
    return next((project for project in waiting if 0 < project.amount_payable <= left), None)


def _waiting(call: Call, track_id: int) -> QuerySet[Project]:
    return call.projects.filter(state=State.WAITLISTED, track=track_id)


def _in_order(call: Call, found: QuerySet[Project]) -> list[Project]:
    """Waitlisted projects by their confirmed rank."""
    ranks = dict(
        Result.objects.filter(project__call=call, purpose=Purpose.REVIEW).values_list("project", "rank").order_by()
    )
    waiting = list(found.select_related("call", "track").prefetch_related("budget_lines"))
    return sorted(waiting, key=lambda project: (ranks.get(project.pk) or 9999, project.number))


def _next_in_order(project: Project, left: Decimal) -> str:
    return _("“%(project)s” is the next of its track whose amount of %(amount)s yuan fits into the %(left)s left.") % {
        "project": project.title,
        "amount": yuan(project.amount_payable),
        "left": yuan(left),
    }


def _listed(projects: list[Project]) -> str:
    return "、".join(f"“{project.title}” ({yuan(project.amount_payable)})" for project in projects)
