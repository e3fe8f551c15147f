"""Midterm and final evaluation, as far as the project's life is concerned. Called by `evaluations`."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import advance
from people.models import User
from projects.actions.messages import tell_funder, tell_group
from projects.models import Project


@transaction.atomic
def open_evaluation(project: Project, name: str, *, by: User) -> Project:
    """`begin_midterm` or `begin_final`: the evaluators come; the group is told."""
    if name not in ("begin_midterm", "begin_final"):
        raise LookupError(name)
    advance(project, name, by=by)
    tell_group(project, project.get_state_display())
    return project


@transaction.atomic
def conclude(project: Project, name: str, *, by: User, note: str = "") -> Project:
    """`pass_midterm`, `require_rectification`, `pass_final` or `fail_final`; the group is told, with the reason."""
    if name not in ("pass_midterm", "require_rectification", "pass_final", "fail_final"):
        raise LookupError(name)
    advance(project, name, by=by, note=note)
    passed = name.startswith("pass_")
    tell_group(project, _("evaluation passed") if passed else _("evaluation not passed"), body=note)
    return project


@transaction.atomic
def report_rectified(project: Project, *, by: User, note: str) -> Project:
    """The group says what it has mended; the clerk arranges the second look."""
    advance(project, "report_rectified", by=by, note=note)
    tell_funder(project, _("rectified, please arrange the second evaluation"), body=note)
    return project
