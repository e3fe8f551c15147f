"""What a judge says before reading: nothing ties me to it, or this does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, lead_in
from evaluations.actions.conflict import REASON
from evaluations.actions.holding import hold_panels
from evaluations.actions.panel import part_of, stand_down
from evaluations.conflicts import behind
from evaluations.models import Assignment, Declaration
from grants.models import Call
from people.models import Interest, Organization, User
from projects.actions.people import let_in


@dataclass(frozen=True)
class Tie:
    """What ties a judge to a group: a kind of `Interest`, and the judge's own words."""

    kind: str
    words: str


@transaction.atomic
def declare(
    call: Call,
    *,
    by: User,
    asked: Collection[int],
    ties: Mapping[int | str, Tie],
    promised: bool,
) -> list[Declaration]:
    """Answer for several assignments of a call at once: `asked` are the assignments the judge was shown, `ties` the
    organisations to which something ties them, by their keys in `conflicts.behind`; to the others nothing does.

    Consequences: each tie becomes an interest that counts for every later call. Where the group, its host or a partner
    is one of these, the judge is recused at once with the words as reason, and the clerk is told; the rest can be read
    from now on. Refused without the promise to be fair, for an unknown kind of tie, or one without words.
    """
    waiting = Assignment.objects.undeclared().filter(person=by, project__call=call, pk__in=asked)
    hold_panels(list(waiting.values_list("project", flat=True)))
    locked = list(
        Assignment.objects.select_for_update(of=("self",)).filter(pk__in=list(waiting.values_list("pk", flat=True)))
    )
    pks = [one.pk for one in locked]
    if not pks:
        raise PermissionDenied
    if not promised:
        raise Refused(_("Please promise to judge fairly: without it nobody may judge."))
    for tie in ties.values():
        if tie.kind not in Interest.Kind.values or not tie.words.strip():
            raise Refused(_("Please say in a few words what ties you."))
    for organization in Organization.objects.filter(pk__in=[key for key in ties if isinstance(key, int)]):
        _keep(by, organization, ties[organization.pk])
    assignments = list(Assignment.objects.filter(pk__in=pks).select_related("person", "project__call", "assigned_by"))
    parties = behind(one.project for one in assignments)
    found = {one.pk: next((ties[key] for key in parties[one.project_id] if key in ties), None) for one in assignments}
    return [_answer(one, found[one.pk], by=by) for one in assignments]


def _keep(person: User, organization: Organization, tie: Tie) -> None:
    """From now on the tie is found by itself; one that had ended begins again."""
    said = {"words": tie.words.strip(), "ended_on": None, "declared_at": clock.now()}
    Interest.objects.update_or_create(person=person, organization=organization, kind=tie.kind, defaults=said)


def _answer(assignment: Assignment, tie: Tie | None, *, by: User) -> Declaration:
    if tie is None:
        let_in(assignment.project, by, part_of(assignment))
        return Declaration.objects.create(assignment=assignment)
    words = tie.words.strip()
    declared = Declaration.objects.create(assignment=assignment, tie=tie.kind, words=words)
    reason = lead_in(Interest.Kind(tie.kind).label) + words
    stand_down(assignment, by=by, reason=reason[:REASON])
    return declared
