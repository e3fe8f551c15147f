"""Keeping an eye on who judges: a tie that arises after the assignment puts the sheet on hold."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.notifications import notify
from core.workflow import record
from evaluations.conflicts import conflict_map
from evaluations.models import Assignment, Conflict
from evaluations.organization_ties import settled_keys
from evaluations.ties import Reason
from people.models import Role
from projects.actions.messages import holders

P = ParamSpec("P")
R = TypeVar("R")


def recheck(which: Q) -> list[Conflict]:
    """Look for ties of everybody who judges one of these assignments, as long as it still changes something.

    Consequences of one that is new: the sheet is on hold, and the judge and the funder's clerks are told; a clerk
    decides (`conflict.decide`). What a clerk has decided to be no conflict is not brought up again. Once the result is
    confirmed nothing is held and nothing moves: the clerks are asked whether it stands (`conflict.answer`).

    Asked before a transaction begins: nearly always nobody judges yet, as after each save of a draft, and on SQLite a
    transaction waits for everybody who writes.
    """
    pks = list(Assignment.objects.watched().filter(which).values_list("pk", flat=True).distinct())
    return _look(pks) if pks else []


@transaction.atomic
def _look(pks: list[int]) -> list[Conflict]:
    locked = Assignment.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    assignments = list(locked.select_related("person", "project__call").prefetch_related("conflicts"))
    people = {one.person_id: one.person for one in assignments}
    projects = {one.project_id: one.project for one in assignments}
    found = conflict_map(people.values(), projects.values())
    early = set(Assignment.objects.before_result().filter(pk__in=pks).values_list("pk", flat=True))
    opened = []
    for assignment in assignments:
        # What was to be judged again has not been settled by that: it must be decided who judges now.
        passing = Conflict.Decision.JUDGE_AGAIN if assignment.pk in early else None
        before = [conflict for conflict in assignment.conflicts.all() if conflict.decision != passing]
        known = {key for conflict in before for key in conflict.keys}
        if assignment.evaluation is not None:  # what was decided about the organisation is not asked of its people
            known |= settled_keys(assignment.evaluation)
        reasons = found.get((assignment.person_id, assignment.project_id), [])
        if new := [reason for reason in reasons if reason.key not in known]:
            opened.append(_open(assignment, new, is_late=assignment.pk not in early))
    return opened


def _open(assignment: Assignment, reasons: list[Reason], *, is_late: bool) -> Conflict:
    said = [asdict(reason) for reason in reasons]
    conflict = next((one for one in assignment.conflicts.all() if one.is_open), None)
    if conflict:
        conflict.reasons = [*conflict.reasons, *said]
        conflict.save(update_fields=["reasons"])
        return conflict
    conflict = Conflict.objects.create(assignment=assignment, reasons=said)
    project, words = assignment.project, {"person": assignment.person, "title": assignment.project.title}
    label = _("Conflict of interest found: %(person)s") % words
    record(project, "conflict_found", by=None, label=label, note=conflict.found)
    asked = _("“%(title)s”: a conflict of interest of %(person)s must be decided")
    if is_late:
        asked = _("“%(title)s”: after the result a conflict of interest of %(person)s was found; does it stand?")
    notify(
        holders(project.call.funder_id, Role.STAFF),
        subject=asked % words,
        body=conflict.found,
        url=conflict.get_absolute_url(),
    )
    if is_late:
        return conflict  # there is no sheet to hold
    notify(
        [assignment.person],
        subject=_("Your sheet of “%(title)s” is on hold") % {"title": assignment.shown_title},
        body=_("Something that may tie you to this project was found. The funder's clerk decides."),
        url=reverse("evaluations:sheet", args=[assignment.pk]),
    )
    return conflict


def rechecked(verb: Callable[Concatenate[Assignment, P], R]) -> Callable[Concatenate[Assignment, P], R]:
    """Recheck the assignment before the verb, apart from its transaction: what is found stays when it is refused."""

    @wraps(verb)
    def check_first(assignment: Assignment, *args: P.args, **kwargs: P.kwargs) -> R:
        recheck(Q(pk=assignment.pk))
        return verb(assignment, *args, **kwargs)

    return check_first


def on_hold(which: Q) -> list[str]:
    """A sentence for each of these assignments that waits for a clerk's decision on a conflict."""
    waiting = Conflict.objects.open().filter(assignment__in=Assignment.objects.before_result().filter(which))
    return [
        _("“%(title)s”: the conflict of interest of %(person)s must be decided first (%(found)s).")
        % {"title": one.assignment.project.title, "person": one.assignment.person, "found": one.found}
        for one in waiting.select_related("assignment__project", "assignment__person")
    ]


def unanswered(which: Q) -> list[str]:
    """A sentence for each of these confirmed results behind which a conflict of interest was found since, as long as
    nobody has said that it stands."""
    late = Assignment.objects.after_result().filter(which)
    waiting = Conflict.objects.filter(assignment__in=late, decision__in=["", Conflict.Decision.JUDGE_AGAIN])
    does_not_stand = _("“%(title)s” is to be judged again: a conflict of interest of %(person)s was found.")
    open_question = _(
        "“%(title)s”: after the result a conflict of interest of %(person)s was found; decide whether it stands."
    )
    return [
        (does_not_stand if one.decision else open_question)
        % {"title": one.assignment.project.title, "person": one.assignment.person}
        for one in waiting.select_related("assignment__project", "assignment__person")
    ]


def hindrances(assignment: Assignment) -> list[str]:
    """Why its person may not score now, said to that person: no names where they judge blind."""
    if Assignment.objects.undeclared().filter(pk=assignment.pk).exists():
        return [_("Please say first whether anything ties you to this project.")]
    conflict = assignment.conflicts.filter(decision="").first()
    if conflict is None:
        return []
    if assignment.is_blind:
        return [_("Your sheet is on hold: a conflict of interest was found, and the clerk decides.")]
    return [_("Your sheet is on hold until the clerk has decided: you %(found)s.") % {"found": conflict.found}]
