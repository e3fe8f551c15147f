"""What is known of an applicant, gathered for the rules engine in `grants.eligibility`."""

from typing import Any

from core import clock
from grants.eligibility import CreditEntry, Facts, Finding, Place, findings
from grants.models import Attendance, Call, TrainingCertificate
from people.models import Certificate, Community, Membership, Organization
from projects.models.state import ENDED, UNDER_WAY, State

CERTIFIED = (Certificate.Level.ASSISTANT, Certificate.Level.SOCIAL_WORKER, Certificate.Level.SENIOR)


def facts_about(applicant: Organization, call: Call, *, host: Organization | None = None, project: Any = None) -> Facts:
    """The facts of today. `host`: the proposal's, else the profile's. `project` itself is not counted."""
    host = host or (applicant.host if applicant.is_filed else None)
    rating = max(applicant.ratings.all(), key=lambda r: r.granted_on, default=None)
    others = applicant.projects.all()
    if project is not None:
        others = others.exclude(pk=project.pk)
    today = clock.today()
    answerable = [applicant.pk, *([host.pk] if host else [])]
    return Facts(
        today=today,
        is_filed=applicant.is_filed,
        host=host.name if host else "",
        established_on=applicant.established_on,
        region_code=applicant.community.region_code if applicant.community else "",
        places=tuple(Place(place.region_code, str(place)) for place in places_of(project)),
        credit=tuple(
            CreditEntry(entry.kind, entry.entered_on, entry.lifted_on, entry.source, owner)
            for organization, owner in ([(applicant, "")] + ([(host, host.name)] if host else []))
            for entry in organization.credit_records.counting_for(call.funder)
        ),
        inspections={inspection.year: inspection.is_passed for inspection in applicant.inspections.all()},
        confirmed_inspections=frozenset(each.year for each in applicant.inspections.all() if each.is_confirmed),
        rating=rating.level if rating else None,
        rated_until=rating.expires_on if rating else None,
        rating_confirmed=rating is not None and rating.is_confirmed,
        proposals=others.filter(call=call).exclude(state__in=[State.DRAFT, *ENDED]).count(),
        under_way=tuple(others.filter(state__in=[State.APPROVED, *UNDER_WAY]).values_list("title", flat=True)),
        trained=Attendance.objects.filter(
            workshop__in=call.workshops.standing(), organization__in=answerable, came=True
        ).exists(),
        trained_people=trained_people_of(answerable),
        certified=certified_of(applicant),
    )


def places_of(project: Any) -> list[Community]:
    """Where a project takes place, as far as it says so."""
    if project is None or project.pk is None:
        return []
    return [*([project.community] if project.community else []), *project.other_communities.all()]


def trained_people_of(organizations: list[int]) -> int:
    """How many of their people hold a certificate of training that counts: members of today, and who came by name."""
    held = TrainingCertificate.objects.counting().filter(attendance__organization__in=organizations)
    members = Membership.objects.current().filter(organization__in=organizations).values("user")
    people = held.filter(attendance__person__in=members).values("attendance__person").distinct().count()
    by_name = held.filter(attendance__person__isnull=True).values("attendance__organization", "attendance__name")
    return people + by_name.distinct().count()


def certified_of(organization: Organization) -> int:
    """How many of its present members hold a certificate whose registration has not lapsed."""
    members = organization.memberships.current().values("user")
    valid = Certificate.objects.valid().filter(user__in=members, level__in=CERTIFIED)
    return valid.values("user").distinct().count()


def check_applicant(
    applicant: Organization, call: Call, *, host: Organization | None = None, project: Any = None
) -> list[Finding]:
    """Each condition of the call, as it stands for this applicant today."""
    rules = list(call.eligibility_rules.all())
    return findings(rules, facts_about(applicant, call, host=host, project=project)) if rules else []
