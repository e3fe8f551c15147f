"""Who takes part in one project from outside: mentors, experts, evaluators."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from people.models import Organization, Role, User
from projects.models import Part, Participant, Project
from projects.models.state import ENDED

ENDS_AFTER = timedelta(days=760)
"""Whoever takes part without a last day (mentors, experts) sees a project so long after its end: the last follow-up is
after two years."""


@transaction.atomic
def add_participant(
    project: Project,
    person: User,
    part: str,
    *,
    by: User,
    organization: Organization | None = None,
    until: date | None = None,
    is_blind: bool = False,
    is_waiting: bool = False,
    url: str = "",
) -> Participant:
    """Let a person take part from today; a part that had ended is taken up again. The person is told, with the
    project's title unless the part is blind, and with a link to `url`, or to the project.

    `is_waiting`: sees nothing before `let_in`."""
    values = {"organization": organization, "until": until, "is_blind": is_blind, "is_waiting": is_waiting}
    participant, _created = Participant.objects.update_or_create(
        project=project, person=person, part=part, defaults=values
    )
    label = Part(part).label
    record(project, f"add_{part}", by=by, label=_("%(part)s named: %(person)s") % {"part": label, "person": person})
    notify(
        [person],
        subject=_("“%(project)s”: you are now %(part)s")
        % {"project": project.number if is_blind else project.title, "part": label},
        url=url or project.get_absolute_url(),
    )
    return participant


@transaction.atomic
def end_participation(project: Project, person: User, part: str, *, by: User, note: str = "") -> None:
    """The person no longer sees the project, from this moment; the line stays."""
    Participant.objects.filter(project=project, person=person, part=part).update(until=clock.today())
    record(
        project,
        f"end_{part}",
        by=by,
        label=_("%(part)s ended: %(person)s") % {"part": Part(part).label, "person": person},
        note=note,
    )


def name_judges(panels: Mapping[Project, Collection[User]], *, by: User) -> None:
    """Name the experts of many projects at once, who all have still to declare; telling them is left to the caller."""
    Participant.objects.bulk_create(
        [
            Participant(
                project=project, person=person, part=Part.JUDGE, is_blind=project.call.is_blind, is_waiting=True
            )
            for project, panel in panels.items()
            for person in panel
        ],
        update_conflicts=True,
        unique_fields=["project", "person", "part"],
        update_fields=["until", "is_blind", "is_waiting"],
    )
    for project, panel in panels.items():
        names = "、".join(str(person) for person in panel)
        label = _("%(part)s named: %(person)s") % {"part": Part.JUDGE.label, "person": names}
        record(project, f"add_{Part.JUDGE}", by=by, label=label[:120])


def let_in(project: Project, person: User, part: str) -> None:
    """The person has declared that nothing ties them to the project, and sees it from now on."""
    Participant.objects.filter(project=project, person=person, part=part).update(is_waiting=False)


def lift_blind(project: Project) -> None:
    """The panel has locked its sheets: its experts may now see whose proposal it is."""
    Participant.objects.filter(project=project, is_blind=True).update(is_blind=False)


def end_part_in(projects: Iterable[Project], part: str) -> None:
    """Nobody who played this part in these projects sees them any more; the lines stay."""
    Participant.objects.current().filter(project__in=projects, part=part).update(until=clock.today())


def prolong_parts_of(
    projects: Iterable[Project], organization: Organization, part: str, *, before: date, until: date
) -> None:
    """Whoever plays this part in these projects for the organisation until the day `before` sees them until the later
    day; not those whose part ended on another day, for another reason."""
    mine = Participant.objects.filter(project__in=projects, organization=organization, part=part)
    mine.filter(until=before).update(until=until)


def end_parts_of(projects: Iterable[Project], organization: Organization, part: str, *, until: date) -> None:
    """Nobody who plays this part for the organisation sees these projects from that day on; the lines stay."""
    mine = Participant.objects.filter(project__in=projects, organization=organization, part=part)
    mine.filter(Q(until__isnull=True) | Q(until__gt=until), since__lte=until).update(until=until)
    mine.filter(since__gt=until).update(until=F("since"))


@transaction.atomic
def assign_mentor(project: Project, person: User, organization: Organization, *, by: User) -> Participant:
    """Name a mentor of a support organisation; refused for whoever judges the project or belongs to its applicant."""
    permit("projects.assign_mentor", by, project)
    if not person.has_role(organization.pk, Role.MENTOR):
        raise Refused(
            _("%(person)s is not a mentor of %(organization)s.") % {"person": person, "organization": organization}
        )
    if person.has_role(project.call.funder_id):
        raise Refused(
            _("%(person)s works at the funder, which decides, and cannot be the mentor, who advises.")
            % {"person": person}
        )
    if person.has_role(project.applicant_id) or person.has_role(project.host_id):
        raise Refused(_("%(person)s belongs to the group and cannot be its mentor.") % {"person": person})
    if project.participants.current().filter(person=person, part__in=[Part.JUDGE, Part.EVALUATOR]).exists():
        raise Refused(_("%(person)s judges this project and cannot be its mentor.") % {"person": person})
    return add_participant(project, person, Part.MENTOR, by=by, organization=organization)


def end_parts_of_ended_projects() -> int:
    """Whoever was let in without a last day sees a project no more once it ended long ago; how many. For the timer."""
    long_over = Project.objects.filter(state__in=ENDED, state_since__lt=clock.now() - ENDS_AFTER)
    return Participant.objects.filter(until__isnull=True, project__in=long_over).update(until=clock.today())
