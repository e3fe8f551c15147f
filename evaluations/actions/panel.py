"""Who judges which proposal."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from evaluations.actions.holding import hold_panel
from evaluations.actions.scoring import lock_panel
from evaluations.actions.watching import on_hold, recheck
from evaluations.conflicts import conflicts
from evaluations.models import Assignment, Conflict, Evaluation, Purpose
from evaluations.quorum import is_whole, seats, with_seats
from grants.models import Call, PanelRule
from people.models import Expert, Organization, User
from projects.actions import competition
from projects.actions.people import add_participant, end_participation
from projects.models import Part, Project, State

ASSIGNABLE = (State.SUBMITTED, State.ELIGIBLE, State.IN_REVIEW)


@transaction.atomic
def assign(project: Project, person: User, *, by: User, due_on: date | None = None) -> Assignment:
    """Ask an expert of the roster to judge a proposal; nobody whom anything ties to it (`evaluations.ties`).

    The expert is told, and may read the proposal after declaring that nothing ties them to it. Raises `Refused` with
    every reason against it: the panel is full, not on the roster, as many proposals of this call as the roster
    allows, every tie.
    """
    permit("evaluations.assign", by, project.call)
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if seats(project) >= project.call.panel_size:
        words = {"title": project.title, "size": project.call.panel_size}
        raise Refused(_("“%(title)s” has its %(size)s experts already: every project is judged by as many.") % words)
    if project.state not in ASSIGNABLE:
        raise Refused(_("Experts are assigned before the result, not in the state “%s”.") % project.get_state_display())
    expert = Expert.objects.available().of_bureaus([project.call.funder_id]).filter(person=person).first()
    if expert is None:
        raise Refused(_("%(person)s is not on the roster of experts, or may not be asked now.") % {"person": person})
    load = loads(project.call).get(person.pk, 0)
    if load >= expert.max_load:
        words = {"person": person, "load": load}
        raise Refused(_("%(person)s has %(load)d proposals of this call already; the roster allows no more.") % words)
    return ask(project, person, by=by, purpose=Purpose.REVIEW, due_on=due_on)


def loads(call: Call) -> dict[int, int]:
    """How many proposals of the call each person judges, by the person's id."""
    active = Assignment.objects.active().filter(project__call=call, purpose=Purpose.REVIEW).order_by()
    return dict(active.values("person").annotate(n=Count("pk")).values_list("person", "n"))


def ask(
    project: Project,
    person: User,
    *,
    by: User,
    purpose: str,
    due_on: date | None = None,
    organization: Organization | None = None,
    until: date | None = None,
    number: int = 1,
    evaluation: Evaluation | None = None,
    settled: Collection[str] = (),
) -> Assignment:
    """Write the assignment of any purpose; the person sees the project after declaring that nothing ties them.

    `settled` are the keys of ties that a clerk has decided to be none (`actions.commissions.decide_tie`)."""
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if reasons := [reason for reason in conflicts(person, project) if reason.key not in settled]:
        raise Refused(*(_("%(person)s: %(reason)s.") % {"person": person, "reason": reason} for reason in reasons))
    if project.assignments.filter(person=person, purpose=purpose, round=number).exists():
        raise Refused(_("%(person)s has been asked already.") % {"person": person})
    assignment = Assignment.objects.create(
        project=project,
        person=person,
        purpose=purpose,
        round=number,
        evaluation=evaluation,
        organization=organization,
        due_on=due_on,
        assigned_by=by,
    )
    add_participant(
        project,
        person,
        part_of(assignment),
        by=by,
        organization=organization,
        until=until,
        is_blind=project.call.is_blind and purpose == Purpose.REVIEW,
        is_waiting=True,
        url=reverse("evaluations:sheet", args=[assignment.pk]),
    )
    return assignment


def part_of(assignment: Assignment) -> Part:
    """As what its person takes part in the project."""
    return Part.JUDGE if assignment.purpose == Purpose.REVIEW else Part.EVALUATOR


@transaction.atomic
def recuse(assignment: Assignment, *, by: User, reason: str) -> Assignment:
    """Step down, or be stood down by the clerk, with a reason; the line stays, the access ends.

    Refused once the sheet is submitted: then the result must be decided on, not the judge.
    """
    hold_panel(assignment.project_id)
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    permit("evaluations.recuse", by, locked)
    if locked.recused_at:
        raise Refused(_("This person has stepped down already."))
    if locked.is_submitted:
        raise Refused(_("The sheet is submitted; nobody can step down from it any more."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    stand_down(locked, by=by, reason=reason.strip())
    assignment.refresh_from_db()
    return locked


def stand_down(assignment: Assignment, *, by: User, reason: str) -> None:
    """Take a judge off for good: the line stays with its reason, the access ends, an open conflict is settled by it,
    and whoever had assigned the judge is told. What is submitted can still be read and counts no longer. Part of a
    larger verb, which holds the panel."""
    assignment.recused_at, assignment.recusal_reason = clock.now(), reason
    assignment.save()
    said = {"decision": Conflict.Decision.STANDS_DOWN, "reason": reason, "decided_by": by, "decided_at": clock.now()}
    assignment.conflicts.filter(decision="").update(**said)
    end_participation(assignment.project, assignment.person, part_of(assignment), by=by)
    words = {"person": assignment.person}
    record(assignment.project, "recuse", by=by, label=_("Recused: %(person)s") % words, note=reason)
    rest = assignment.panel.select_related("project__call").first()
    if not assignment.is_submitted and rest and is_whole(rest):  # the last sheet that was waited for is gone
        lock_panel(rest)
    if assignment.assigned_by_id != by.pk:
        notify([assignment.assigned_by], subject=_("%(person)s has stepped down") % words, body=reason)


def lacking_skills(call: Call, projects: Collection[Project]) -> dict[int, list[PanelRule]]:
    """By project id the rules of the call for its panels that its experts do not meet; a constant number of queries."""
    held: dict[int, list[set[str]]] = {project.pk: [] for project in projects}
    seated = Assignment.objects.seated().filter(project__in=held, purpose=Purpose.REVIEW)
    pairs = list(seated.values_list("project", "person"))
    roster = Expert.objects.filter(person__in={person for _project, person in pairs}).prefetch_related("skills")
    skills = {expert.person_id: {skill.kind for skill in expert.skills.all()} for expert in roster}
    for project, person in pairs:
        held[project].append(skills.get(person, set()))
    rules_of_panels = list(call.panel_rules.all())
    return {project: lacking for project, panel in held.items() if (lacking := unmet(rules_of_panels, panel))}


def unmet(rules: Iterable[PanelRule], held: Collection[Collection[str]]) -> list[PanelRule]:
    """The rules that a panel of experts with these skills does not meet."""
    return [rule for rule in rules if sum(rule.expertise in skills for skills in held) < rule.minimum]


def open_review(call: Call, *, by: User) -> int:
    """Let the experts of every eligible project score, all or none; returns how many projects.

    Refused while the call is open, or naming every project whose panel is not complete or not composed as the call
    announces, and every conflict of interest that a last look finds.
    """
    permit("evaluations.assign", by, call)
    recheck(Q(project__call=call))  # apart from what follows: what is found stays
    return _open_review(call, by=by)


@transaction.atomic
def _open_review(call: Call, *, by: User) -> int:
    if not call.is_closed:
        raise Refused(_("The call is still open: more proposals may come."))
    if call.projects.filter(state__in=[State.SUBMITTED, State.RETURNED]).exists():
        raise Refused(_("Some proposals have not passed the formal check yet."))
    projects = list(with_seats(call.projects.filter(state=State.ELIGIBLE)).order_by("number"))
    if not projects:
        raise Refused(_("No proposal of this call is waiting for review."))
    short = [
        _("%(number)s “%(title)s” has %(judges)s of %(size)s experts.")
        % {"number": p.number, "title": p.title, "judges": p.seats, "size": p.needed}
        for p in projects
        if p.seats < p.needed
    ]
    lacking = lacking_skills(call, [p for p in projects if p.seats >= p.needed])
    short += [
        _("%(number)s “%(title)s” lacks on its panel: %(rules)s.")
        % {"number": p.number, "title": p.title, "rules": "、".join(map(str, lacking[p.pk]))}
        for p in projects
        if p.pk in lacking
    ]
    if short := [*short, *on_hold(Q(project__call=call, purpose=Purpose.REVIEW))]:
        raise Refused(*short)
    for project in projects:
        competition.start_review(project, by=by)
    return len(projects)
