"""Panels proposed by calculation, confirmed by a person; groups drawn by lot."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.notifications import notify
from core.workflow import Refused, permit, record
from evaluations import quorum
from evaluations.actions.panel import loads
from evaluations.assignment import Assignment as Solution
from evaluations.assignment import Infeasible, Requirement, assign
from evaluations.conflicts import conflict_map
from evaluations.lots import groups, new_seed
from evaluations.models import Assignment, Conflict, Draw, Purpose
from grants.models import Call
from people.models import Expert, User
from projects.actions.people import name_judges
from projects.models import Project, State

PLACED = (State.ELIGIBLE, State.IN_REVIEW)
"""The states of projects that get experts by calculation: those that have passed the formal check."""
MET_BEFORE = -10.0
"""Who judged this group in an earlier call should rather judge another; weighs more than any field."""
FIELD_ASKED = 1.0


@dataclass
class Problem:
    """What is asked of the solver. Judges are named by the id of the person as text, projects by their number."""

    call: Call
    projects: dict[str, Project]
    people: dict[str, User]
    loads: dict[Hashable, int]
    fixed: set[tuple[str, str]]
    forbidden: set[tuple[str, str]]
    affinity: dict[tuple[Hashable, Hashable], float]
    composition: list[Requirement]

    def name_of(self, name: object) -> str:
        project = self.projects.get(str(name))
        return f"“{project.title}”" if project else str(self.people[str(name)])

    def solve(self, seed: str) -> Solution:
        """Refused with the smallest cause and what would be enough when there is no such assignment."""
        try:
            return assign(
                list(self.people),
                list(self.projects),
                per_project=self.call.panel_size,
                max_load=self.loads,
                forbidden=self.forbidden,
                affinity=self.affinity,
                composition=self.composition,
                fixed=self.fixed,
                seed=seed,
            )
        except Infeasible as infeasible:
            raise Refused(*infeasible.advice(self.name_of)) from None
        except RuntimeError:
            raise Refused(
                _("No assignment was found in reasonable time. Please assign some experts by hand.")
            ) from None


def problem(call: Call, *, max_load: int | None = None) -> Problem:
    """The projects of a call that lack experts, and who may judge them; those asked by hand stay."""
    short = _short(call)
    experts = list(
        Expert.objects.available().of_bureaus([call.funder_id]).select_related("person").prefetch_related("skills")
    )
    asked = list(Assignment.objects.filter(project__in=short, purpose=Purpose.REVIEW).select_related("person"))
    people = {expert.person_id: expert.person for expert in experts}
    people |= {one.person_id: one.person for one in asked if one.is_seated}
    numbers = {project.pk: project.number for project in short}
    fixed = {(str(one.person_id), numbers[one.project_id]) for one in asked if one.is_seated}
    forbidden = {(str(one.person_id), numbers[one.project_id]) for one in asked if not one.is_seated}
    forbidden = {pair for pair in forbidden if int(pair[0]) in people}
    forbidden |= {(str(pk), numbers[project]) for pk, project in barred(people.values(), short)}
    found = Problem(
        call=call,
        projects={project.number: project for project in short},
        people={str(pk): person for pk, person in people.items()},
        loads={},
        fixed=fixed,
        forbidden=forbidden,
        affinity={},
        composition=_composition(call, experts),
    )
    found.loads = _loads_left(found, experts, max_load)
    found.affinity = _affinity(found, experts)
    return found


def _short(call: Call) -> list[Project]:
    """The projects that have passed the formal check and have fewer experts than their panel needs."""
    found = quorum.short(call.projects.filter(state__in=PLACED))
    return list(found.select_related("call", "applicant").order_by("number"))


def barred(people: Iterable[User], projects: Iterable[Project]) -> set[tuple[int, int]]:
    """Who must not judge what, by ids; where a clerk has decided that a tie is no conflict, the person goes on."""
    projects = list(projects)
    kept: dict[tuple[int, int], set[str]] = {}
    decided = Conflict.objects.settled().filter(assignment__project__in=projects)
    for conflict in decided.filter(assignment__recused_at__isnull=True).select_related("assignment"):
        pair = (conflict.assignment.person_id, conflict.assignment.project_id)
        kept.setdefault(pair, set()).update(conflict.keys)
    found = conflict_map(people, projects)
    return {pair for pair, reasons in found.items() if any(one.key not in kept.get(pair, ()) for one in reasons)}


def _loads_left(found: Problem, experts: list[Expert], max_load: int | None) -> dict[Hashable, int]:
    """How many of these projects each may have: the roster's limit or the clerk's, less what they judge elsewhere in
    the call, and never less than what was made by hand. Who is not on the roster gets nothing more."""
    limits = {str(one.person_id): min(one.max_load, max_load or one.max_load) for one in experts}
    present, by_hand = loads(found.call), dict.fromkeys(found.people, 0)
    for judge, _project in found.fixed:
        by_hand[judge] += 1
    return {
        judge: max(by_hand[judge], limits.get(judge, 0) - present.get(int(judge), 0) + by_hand[judge])
        for judge in found.people
    }


def _composition(call: Call, experts: list[Expert]) -> list[Requirement]:
    """What the call asks of each panel, from the fields on the roster."""
    found = []
    for rule in call.panel_rules.all():
        held = frozenset(str(one.person_id) for one in experts if rule.expertise in skills(one))
        found.append(Requirement(held, rule.minimum, rule.get_expertise_display()))
    return found


def skills(expert: Expert) -> set[str]:
    return {skill.kind for skill in expert.skills.all()}


def _affinity(found: Problem, experts: list[Expert]) -> dict[tuple[Hashable, Hashable], float]:
    """Rotation between years first, then the fields that the call asks for."""
    asked = {rule.expertise for rule in found.call.panel_rules.all()}
    fields = {str(one.person_id): FIELD_ASKED * len(skills(one) & asked) for one in experts}
    met = met_before(found.call, found.people.values(), found.projects.values())
    affinity: dict[tuple[Hashable, Hashable], float] = {}
    for judge in found.people:
        for number, project in found.projects.items():
            times = met.get((int(judge), project.applicant_id), 0)
            if value := fields.get(judge, 0.0) + MET_BEFORE * times:
                affinity[judge, number] = value
    return affinity


def met_before(call: Call, people: Iterable[User], projects: Iterable[Project]) -> dict[tuple[int, int], int]:
    """How often each person judged each applicant in earlier calls, by (person id, organisation id)."""
    earlier = Assignment.objects.active().filter(
        purpose=Purpose.REVIEW,
        person__in=list(people),
        project__applicant__in={project.applicant_id for project in projects},
        project__call__closes_at__lt=call.closes_at,
    )
    counted = earlier.order_by().values_list("person", "project__applicant").annotate(times=Count("pk"))
    return {(person, applicant): times for person, applicant, times in counted}


def propose_panels(call: Call, *, by: User, max_load: int | None = None, due_on: date | None = None) -> Draw:
    """Calculate panels for all projects that lack experts, and keep them as a proposal: nobody is asked yet.

    The seed of a call is made once: proposing again gives the same from the same input, so nobody can try until a
    panel pleases. Refused with the smallest cause when there is no assignment; then nothing is kept. It is calculated
    before anything is locked, so that nobody waits for it.
    """
    return keep_panels(calculate_panels(call, by=by, max_load=max_load, due_on=due_on), by=by)


@dataclass(frozen=True)
class Calculated:
    """Panels that are not kept yet, with all that they were calculated from."""

    call: Call
    seed: str
    items: dict[str, Any]
    solution: Solution


def calculate_panels(call: Call, *, by: User, max_load: int | None = None, due_on: date | None = None) -> Calculated:
    """The best panels from what is there now; writes nothing and locks nothing."""
    permit("evaluations.assign", by, call)
    found = problem(call, max_load=max_load)
    if not found.projects:
        raise Refused(_("No project of this call lacks experts."))
    if not found.people:
        raise Refused(_("The roster of experts is empty."))
    seed = seed_of(call, Draw.Kind.PANEL)
    return Calculated(call, seed, _written(found, max_load, due_on), found.solve(seed))


@transaction.atomic
def keep_panels(calculated: Calculated, *, by: User) -> Draw:
    """Keep what was calculated as the proposal. Refused when anything it was calculated from has changed since."""
    permit("evaluations.assign", by, calculated.call)
    locked = Call.objects.select_for_update(of=("self",)).get(pk=calculated.call.pk)
    given, solution = calculated.items, calculated.solution
    due_on = given["due_on"] and date.fromisoformat(given["due_on"])
    first = locked.draws.filter(kind=Draw.Kind.PANEL).order_by("pk").first()
    is_drawn_by_another = first is not None and first.seed != calculated.seed
    if is_drawn_by_another or given != _written(problem(locked, max_load=given["max_load"]), given["max_load"], due_on):
        raise Refused(_("Experts or projects have changed while the panels were calculated; please propose again."))
    for earlier in locked.draws.filter(kind=Draw.Kind.PANEL, taken=None):
        earlier.settle(taken=False, by=by)  # one proposal at a time
    return Draw.objects.create(
        call=locked,
        kind=Draw.Kind.PANEL,
        seed=calculated.seed,
        items=given,
        outcome={
            "panels": {number: [int(str(judge)) for judge in panel] for number, panel in solution.panels.items()},
            "affinity": solution.affinity,
            "proven_optimal": solution.proven_optimal,
        },
        drawn_by=by,
    )


def seed_of(call: Call, kind: str) -> str:
    """The seed of a call for this kind of draw: made at the first one, the same ever after."""
    first = call.draws.filter(kind=kind).order_by("pk").first()
    return first.seed if first else new_seed()


def _written(found: Problem, max_load: int | None, due_on: date | None) -> dict[str, Any]:
    """All that the solver was given, so that anybody can repeat it."""
    return {
        "panel_size": found.call.panel_size,
        "max_load": max_load,
        "due_on": due_on.isoformat() if due_on else None,
        "loads": found.loads,
        "projects": list(found.projects),
        "fixed": sorted(map(list, found.fixed)),
        "forbidden": sorted(map(list, found.forbidden)),
        "affinity": [[*pair, value] for pair, value in found.affinity.items()],
        "composition": [[one.name, one.minimum, sorted(map(str, one.judges))] for one in found.composition],
    }


@transaction.atomic
def confirm_panels(draw: Draw, *, by: User) -> int:
    """Ask the proposed experts, all or none; returns how many assignments were made.

    Everything is looked at once more: refused with a sentence for every expert who is now in conflict, left the
    roster or stepped down, and for every project that is no longer where it was. Each expert is told once.
    """
    permit("evaluations.assign", by, draw.call)
    call = Call.objects.select_for_update(of=("self",)).get(pk=draw.call_id)
    locked = Draw.objects.select_for_update().get(pk=draw.pk)
    if locked.kind != Draw.Kind.PANEL or locked.taken is not None:
        raise Refused(_("This proposal has been confirmed or thrown away already."))
    new = still_to_ask(locked)
    list(Project.objects.select_for_update(of=("self",)).filter(pk__in=[project.pk for project in new]).order_by("pk"))
    if reasons := _changed_since(locked, new):
        raise Refused(*reasons)
    due_on = locked.items["due_on"] and date.fromisoformat(locked.items["due_on"])
    made = [
        Assignment(project=project, person=person, purpose=Purpose.REVIEW, due_on=due_on, assigned_by=by)
        for project, people in new.items()
        for person in people
    ]
    Assignment.objects.bulk_create(made)
    name_judges(new, by=by)
    locked.settle(taken=True, by=by)
    record(call, "confirm_panels", by=by, label=_("Panels confirmed"), draw=locked.pk, asked=len(made))
    _tell(call, made)
    draw.refresh_from_db()
    return len(made)


def still_to_ask(draw: Draw) -> dict[Project, list[User]]:
    """The proposed experts of each project that were not asked by hand before."""
    panels: Mapping[str, list[int]] = draw.outcome["panels"]
    fixed = {(int(judge), number) for judge, number in draw.items["fixed"]}
    people = User.objects.in_bulk({pk for panel in panels.values() for pk in panel})
    projects = draw.call.projects.filter(number__in=panels).select_related("call", "applicant").order_by("number")
    return {
        project: [people[pk] for pk in panels[project.number] if (pk, project.number) not in fixed]
        for project in projects
    }


def _changed_since(draw: Draw, new: Mapping[Project, list[User]]) -> list[str]:
    """What has happened since the proposal that forbids it now."""
    available = set(Expert.objects.available().of_bureaus([draw.call.funder_id]).values_list("person", flat=True))
    people = {person.pk: person for panel in new.values() for person in panel}
    fixed = {(int(judge), number) for judge, number in draw.items["fixed"]}
    asked = Assignment.objects.filter(project__in=list(new), purpose=Purpose.REVIEW)
    present = {(one.person_id, one.project.number) for one in asked.seated().select_related("project")}
    ever = set(asked.values_list("person", "project"))
    ties = conflict_map(people.values(), new)
    reasons = []
    for project, panel in new.items():
        by_hand = {pair for pair in fixed if pair[1] == project.number}
        if project.state not in PLACED or {pair for pair in present if pair[1] == project.number} != by_hand:
            reasons.append(_("“%(title)s” has changed since; please propose again.") % {"title": project.title})
            continue
        for person in panel:
            words = {"person": person, "title": project.title}
            if person.pk not in available:
                reasons.append(_("%(person)s is not on the roster of experts, or may not be asked now.") % words)
            if (person.pk, project.pk) in ever:
                reasons.append(_("%(person)s has stepped down from “%(title)s”.") % words)
            for reason in ties.get((person.pk, project.pk), []):
                reasons.append(_("%(person)s and “%(title)s”: %(reason)s.") % {**words, "reason": reason})
    return list(dict.fromkeys(reasons))


def _tell(call: Call, made: list[Assignment]) -> None:
    counts: dict[User, int] = {}
    for assignment in made:
        counts[assignment.person] = counts.get(assignment.person, 0) + 1
    for person, count in counts.items():
        subject = ngettext(
            "“%(call)s”: you are asked to judge %(n)d proposal",
            "“%(call)s”: you are asked to judge %(n)d proposals",
            count,
        )
        notify(
            [person],
            subject=subject % {"call": call.title, "n": count},
            body=_("Please say first whether anything ties you to one of them."),
            url=reverse("evaluations:declare", args=[call.pk]),
        )


@transaction.atomic
def discard_panels(draw: Draw, *, by: User) -> None:
    """Throw a proposal away: nobody was asked, and the record that it was made stays."""
    permit("evaluations.assign", by, draw.call)
    locked = Draw.objects.select_for_update().get(pk=draw.pk)
    if locked.kind != Draw.Kind.PANEL or locked.taken is not None:
        raise Refused(_("This proposal has been confirmed or thrown away already."))
    locked.settle(taken=False, by=by)
    draw.refresh_from_db()


@transaction.atomic
def draw_groups(call: Call, *, by: User, count: int) -> Draw:
    """Deal the projects of a call into groups by lot; refused while proposals may still come or are being checked.

    The seed of a call is made once, so drawing again with as many groups gives the same.
    """
    permit("evaluations.assign", by, call)
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if not locked.is_closed or locked.projects.filter(state__in=[State.SUBMITTED, State.RETURNED]).exists():
        raise Refused(_("Groups are drawn when the call is closed and every proposal has passed the formal check."))
    numbers = sorted(locked.projects.filter(state__in=PLACED).values_list("number", flat=True))
    if count < 2 or count > len(numbers):
        raise Refused(_("%(n)d projects cannot be drawn into %(count)d groups.") % {"n": len(numbers), "count": count})
    seed = seed_of(locked, Draw.Kind.GROUPS)
    drawn = groups(numbers, count, seed)
    made = Draw.objects.create(call=locked, kind=Draw.Kind.GROUPS, seed=seed, items=numbers, outcome=drawn, drawn_by=by)
    record(locked, "draw_groups", by=by, label=_("Groups drawn"), seed=seed, groups=count)
    return made
