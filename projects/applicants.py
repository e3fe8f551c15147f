"""Section A of the application form (field guide 2.1 A, A′): what the profile says of the applicant.

Nobody types it a second time: the form shows it, the profile is where it is changed.
"""

from dataclasses import dataclass
from functools import cached_property

from people.models import Inspection, Organization, Rating
from projects.comparison import FieldChange
from projects.completeness import lacks_profile
from projects.models import Project
from projects.snapshots import applicant_row

INSPECTIONS, EARLIER = 3, 5
"""The newest of each that a reader is shown."""


@dataclass(frozen=True)
class ApplicantFacts:
    """An applicant as its proposal shows it."""

    organization: Organization
    payee: Organization
    rating: Rating | None
    """The newest: a lapsed one is shown as lapsed."""
    inspections: list[Inspection]
    funded: list[Project]
    """Its earlier projects that got money, the newest first."""
    lacks_profile: bool
    """The form asks what the organisation is, and nobody has written it."""
    project: Project

    @cached_property
    def changed(self) -> tuple[FieldChange, ...]:
        """What the profile says otherwise than when the proposal was last handed in."""
        handed_in = self.project.submissions.order_by("-ordinal").first()
        if handed_in is None:
            return ()
        then, now = handed_in.content["tables"]["applicant"][0], applicant_row(self.project)
        return tuple(
            FieldChange(name, then[name], now[name]) for name in now if name != "key" and then[name] != now[name]
        )


def applicant_facts(project: Project) -> ApplicantFacts:
    """What the profile says today of whoever applies with this project."""
    applicant = project.applicant
    earlier = applicant.projects.funded().exclude(pk=project.pk).select_related("call")
    earlier = earlier.only("title", "state", "call__title").order_by("-approved_at", "-pk")
    return ApplicantFacts(
        organization=applicant,
        payee=project.payee,
        rating=applicant.ratings.order_by("-granted_on", "-pk").first(),
        inspections=list(applicant.inspections.order_by("-year")[:INSPECTIONS]),
        funded=list(earlier[:EARLIER]),
        lacks_profile=lacks_profile(project),
        project=project,
    )
