"""What is known of an applicant, gathered for the rules engine in `grants.eligibility`."""

from typing import Any

from core import clock
from grants.eligibility import CreditEntry, Facts, Finding, findings
from grants.models import Attendance, Call
from people.models import Certificate, Organization
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
        credit=tuple(
            CreditEntry(kind, entered, lifted)
            for organization in ([applicant, host] if host else [applicant])
            for kind, entered, lifted in organization.credit_records.values_list("kind", "entered_on", "lifted_on")
        ),
        inspections={inspection.year: inspection.is_passed for inspection in applicant.inspections.all()},
        rating=rating.level if rating else None,
        rated_until=rating.expires_on if rating else None,
        proposals=others.filter(call=call).exclude(state__in=[State.DRAFT, *ENDED]).count(),
        under_way=tuple(others.filter(state__in=[State.APPROVED, *UNDER_WAY]).values_list("title", flat=True)),
        trained=Attendance.objects.filter(
            workshop__in=call.workshops.standing(), organization__in=answerable, came=True
        ).exists(),
        certified=certified_of(applicant),
    )


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
