"""Who hears of what: one place that knows the people around a project."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.notifications import notify
from grants.models import Call
from people.models import Membership, Role, User
from projects.models import Pledge, Project


def holders(organization_id: int, *roles: str) -> list[User]:
    """The people who now hold one of `roles` in the organisation."""
    held = Membership.objects.current().filter(organization_id=organization_id, role__in=roles)
    return list(User.objects.filter(memberships__in=held, is_active=True).distinct())


def tell_group(
    project: Project, subject: str, body: str = "", url: str = "", *, apart_from: Iterable[User] = ()
) -> None:
    """The applicant's head and staff, and the head of the host once it is submitted: before, the host sees nothing.

    `url`: where the applicant's own people are led instead of the project's page; the host cannot write there.
    `apart_from`: who has been told already, in other words.
    """
    known = set(apart_from)
    own = [person for person in holders(project.applicant_id, Role.MANAGER, Role.STAFF) if person not in known]
    _tell(own, project, subject, body, url)
    if project.host_id and project.submitted_at:
        others = [person for person in holders(project.host_id, Role.MANAGER) if person not in known.union(own)]
        _tell(others, project, subject, body)


def tell_payee(
    project: Project, subject: str, body: str = "", url: str = "", *, apart_from: Iterable[User] = ()
) -> list[User]:
    """Whoever keeps the books of who receives the money, the host's of a hosted group: exactly those who may confirm it
    (`keeps_books_of_payee`). Says who they are; `apart_from` know already."""
    found = holders(project.host_id or project.applicant_id, Role.MANAGER, Role.FINANCE)
    known = set(apart_from)
    people = [person for person in found if person not in known]
    _tell(people, project, subject, body, url)
    return people


def tell_funder(project: Project, subject: str, *roles: str, body: str = "") -> None:
    """The funder's people in the given roles; the clerks, when none is named."""
    _tell(holders(project.call.funder_id, *(roles or (Role.STAFF,))), project, subject, body)


def tell_funder_of_call(call: Call, subject: str, *roles: str, body: str = "", url: str = "") -> None:
    """The funder's people about a whole call, in the given roles; the clerks, when none is named."""
    subject = _("“%(project)s”: %(subject)s") % {"project": call.title, "subject": subject}
    notify(holders(call.funder_id, *(roles or (Role.STAFF,))), subject=subject, body=body, url=url)


def tell_giver(pledge: Pledge, subject: str, body: str = "", url: str = "") -> None:
    """The head and staff of the enterprise or foundation that pledged."""
    people = holders(pledge.giver_id, Role.MANAGER, Role.STAFF)
    _tell(people, pledge.project, subject, body, url or pledge.get_absolute_url())


def tell_mentors(project: Project, subject: str, body: str = "") -> None:
    _tell([mentor.person for mentor in project.mentors], project, subject, body)


def _tell(people: list[User], project: Project, subject: str, body: str, url: str = "") -> None:
    notify(
        people,
        subject=_("“%(project)s”: %(subject)s") % {"project": project.title, "subject": subject},
        body=body,
        url=url or project.get_absolute_url(),
    )
