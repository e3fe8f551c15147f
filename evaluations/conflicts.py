"""Why a person may not judge a project: belonging, having belonged, coaching, deciding.

Field guide 1.6; two years after leaving still count (order 39 of civil affairs, art. on recusal).
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from people.models import Membership, User
from projects.models import Part, Participant, Project

COOLING_OFF = timedelta(days=2 * 365)


def conflict_map(people: Iterable[User], projects: Iterable[Project]) -> dict[tuple[int, int], list[str]]:
    """The reasons for each (person id, project id) in conflict, in two queries however many there are."""
    people, projects = list(people), list(projects)
    by_organization: dict[int, list[tuple[Project, str]]] = {}
    for project in projects:
        for organization_id, what in (
            (project.applicant_id, _("the applicant")),
            (project.host_id, _("the host organisation")),
            (project.call.funder_id, _("the funder")),
        ):
            if organization_id:
                by_organization.setdefault(organization_id, []).append((project, what))
    found: dict[tuple[int, int], list[str]] = {}
    today = clock.today()
    recent = Q(until__isnull=True) | Q(until__gt=today - COOLING_OFF)
    held = Membership.objects.filter(recent, user__in=people, organization__in=list(by_organization))
    for user_id, organization_id, until in held.values_list("user", "organization", "until"):
        left = until is not None and until <= today
        for project, what in by_organization[organization_id]:
            reason = (_("left %(what)s less than two years ago") if left else _("belongs to %(what)s")) % {"what": what}
            reasons = found.setdefault((user_id, project.pk), [])
            if reason not in reasons:
                reasons.append(reason)
    coached = Participant.objects.filter(person__in=people, project__in=projects, part__in=[Part.MENTOR, Part.COACH])
    for user_id, project_id in coached.order_by().values_list("person", "project").distinct():
        found.setdefault((user_id, project_id), []).append(_("is or was its mentor"))
    return found


def conflicts(person: User, project: Project) -> list[str]:
    """Why this person may not judge this project; empty when nothing is known against it."""
    return conflict_map([person], [project]).get((person.pk, project.pk), [])
