"""Why a person may not judge a project: the facts for `evaluations.ties`, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from core import clock
from core.identifiers import half_width
from evaluations import ties
from evaluations.names import fold
from evaluations.ties import Body, Case, Judge, Party, Person, Reason, Ties
from grants.models import Call
from people.models import CouncilMember, Expert, Interest, Membership, Organization, User
from projects.models import Part, Participant, Partner, Pledge, Project, TeamMember
from projects.models.state import ENDED

OTHERS = (Party.FUNDER, Party.GIVER)
"""Parties with which somebody can be tied, and who are not behind the project."""
BODY = ("id", "name", "phone", "address", "bank_account", "legal_representative")


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 28 February for a 29th that was not."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def cutoff() -> date:
    """What ended on this day or before it is two full years ago and counts no longer."""
    return years_before(clock.today(), 2)


def tie_map(people: Iterable[User], projects: Iterable[Project]) -> Ties:
    """Everything that ties these people to these projects, hints as well, by (person id, project id)."""
    people, projects = list(people), list(projects)
    cases = _cases(projects)
    return ties.find(_judges(people, projects), cases) if people and projects else {}


def conflict_map(people: Iterable[User], projects: Iterable[Project]) -> Ties:
    """The reasons for each (person id, project id) in conflict; hints are no conflict."""
    hard = {pair: [r for r in reasons if not r.is_hint] for pair, reasons in tie_map(people, projects).items()}
    return {pair: reasons for pair, reasons in hard.items() if reasons}


def conflicts(person: User, project: Project) -> list[Reason]:
    """Why this person may not judge this project; empty when nothing is known against it."""
    return conflict_map([person], [project]).get((person.pk, project.pk), [])


def organization_ties(organizations: Iterable[Organization], projects: Iterable[Project]) -> Ties:
    """Why an evaluator organisation itself may not evaluate a project, by (organisation id, project id)."""
    organizations, projects = list(organizations), list(projects)
    if not organizations or not projects:
        return {}
    cases = _cases(projects)
    by_id = {case.id: case for case in cases}
    mentors = Participant.objects.current().filter(project__in=by_id, part=Part.MENTOR).order_by()
    for project, employer in mentors.values_list("project", "organization"):
        if employer:
            by_id[project].helpers.append(Body(employer, ""))
    bodies = [Body(one.pk, one.name, *(getattr(one, name) for name in BODY[2:])) for one in organizations]
    return ties.find_of_bodies(bodies, cases)


def behind(projects: Iterable[Project]) -> dict[int, dict[int | str, str]]:
    """By project id the organisations behind it, applicant, host and partners, and their names.

    Each by its id; a partner that is not on the platform by its folded name.
    """
    return {
        case.id: {body.id or fold(body.name): body.name for party, body in case.parties if party not in OTHERS}
        for case in _cases(list(projects))
    }


def _cases(projects: Sequence[Project]) -> list[Case]:
    cases = {project.pk: Case(project.pk) for project in projects}
    calls = {project.call_id for project in projects}
    funders = dict(Call.objects.filter(pk__in=calls).values_list("pk", "funder").order_by())
    partners = list(Partner.objects.filter(project__in=cases).values_list("project", "name", "contact").order_by())
    given = list(
        Pledge.objects.binding().filter(project__in=cases).values_list("project", "giver").distinct().order_by()
    )
    ids = {pk for p in projects for pk in (p.applicant_id, p.host_id, funders[p.call_id]) if pk}
    ids |= {giver for _project, giver in given}
    bodies = _bodies(ids, {name for _project, name, _contact in partners})
    by_name = {fold(body.name): body for body in bodies.values()}
    council: dict[int, list[Person]] = {}
    members = CouncilMember.objects.filter(organization__in=ids).values_list("organization", "name", "phone")
    for organization, name, phone in members.order_by():
        council.setdefault(organization, []).append(Person("council", name, phone))
    for project in projects:
        case = cases[project.pk]
        case.parties.append((Party.APPLICANT, bodies[project.applicant_id]))
        if project.host_id:
            case.parties.append((Party.HOST, bodies[project.host_id]))
        case.parties.append((Party.FUNDER, bodies[funders[project.call_id]]))
        case.people += [Person("leader", project.leader, project.leader_phone), *council.get(project.applicant_id, [])]
    for project_id, giver in given:
        cases[project_id].parties.append((Party.GIVER, bodies[giver]))
    for project_id, name, contact in partners:
        case = cases[project_id]
        case.parties.append((Party.PARTNER, by_name.get(fold(name), Body(None, name))))
        case.people.append(Person("contact", contact, contact))
    team = TeamMember.objects.filter(project__in=cases).values_list("project", "name", "phone").order_by()
    for project_id, name, phone in team:
        cases[project_id].people.append(Person("team", name, phone))
    return list(cases.values())


def _bodies(ids: set[int], names: set[str]) -> dict[int, Body]:
    """These organisations, and those with one of these names, in whatever width their brackets were typed."""
    wide = str.maketrans("()", "（）")
    written = {form for name in names for form in (name, half_width(name).strip(), half_width(name).translate(wide))}
    found = Organization.objects.filter(Q(pk__in=ids) | Q(name__in=written)).order_by().values_list(*BODY)
    return {row[0]: Body(*row) for row in found}


def _judges(people: Sequence[User], projects: Sequence[Project]) -> list[Judge]:
    judges = {person.pk: Judge(person.pk, person.name, person.phone or "") for person in people}
    today, since = clock.today(), cutoff()
    recent = Q(until__isnull=True) | Q(until__gt=since)
    held = Membership.objects.filter(recent, user__in=judges).order_by("pk")
    for user, until, *row in held.values_list("user", "until", *(f"organization__{name}" for name in BODY)):
        judge = judges[user]
        (judge.left if until is not None and until <= today else judge.belongs).append(Body(*row))
    for person, employer in Expert.objects.filter(person__in=judges).values_list("person", "employer").order_by():
        judges[person].employer = employer
    declared = Interest.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=since), person__in=judges)
    for interest in declared.select_related("organization").only("person", "kind", "organization__name"):
        body = Body(interest.organization_id, interest.organization.name)
        judges[interest.person_id].interests.append((body, interest.kind))
    _coached(judges, projects, since)
    return list(judges.values())


def _coached(judges: dict[int, Judge], projects: Sequence[Project], since: date) -> None:
    """Who coaches or coached these projects, and other projects of the same applicants less than two years ago."""
    coached = Participant.objects.filter(person__in=judges, part__in=[Part.MENTOR, Part.COACH]).filter(
        project__applicant__in={project.applicant_id for project in projects}
    )
    columns = ("person", "project", "project__applicant", "until", "project__state", "project__state_since")
    for person, project, applicant, until, state, state_since in coached.order_by("pk").values_list(*columns):
        judges[person].coached.add(project)
        # Who coaches a project to its end is seldom taken off it: it ends with the project.
        ended = until or (clock.localdate(state_since) if state in ENDED else None)
        if ended is None or ended > since:
            judges[person].groups.add(applicant)
