"""Who has seen personal data of a project: one line a page and day, each file; read by the auditor."""

from typing import Any

from django.utils.translation import gettext as _

from core.workflow import disclosed
from people.models import User
from projects.models import Project


def shown(what: str, *, by: User, project: Project, label: str, taken: bool = False, **more: Any) -> None:
    """Somebody was shown this of a project, or took it along as a file."""
    disclosed(what, by=by, label=label, taken=taken, project=project.pk, funder=project.call.funder_id, **more)


def contact_shown(project: Project, *, by: User, taken: bool = False) -> None:
    """Phones of the group and its people; to those who work there it is their own."""
    if is_of_others(project, by):
        label = _("Phones of the group taken along in a file") if taken else _("Phones of the group seen")
        shown("contact", by=by, project=project, label=label, taken=taken)


def account_shown(project: Project, *, by: User, taken: bool = False) -> None:
    """The whole number of the account that the grant is paid to."""
    if is_of_others(project, by):
        label = _("Account number taken along in a file") if taken else _("Account number seen")
        shown("account", by=by, project=project, label=label, taken=taken)


def is_of_others(project: Project, user: User) -> bool:
    return not (user.has_role(project.applicant_id) or user.has_role(project.host_id))
