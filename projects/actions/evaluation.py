"""Midterm and final evaluation, as far as the project's life is concerned. Called by `evaluations`."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workdays import add_workdays
from core.workflow import advance, record
from people.models import User
from projects.actions.messages import tell_group
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
def conclude(project: Project, name: str, *, by: User, note: str = "", due_on: date | None = None) -> Project:
    """`pass_midterm`, `pass_final`, or `require_rectification` until `due_on`, the workdays of its call when it is not
    said; the group is told, with the reason."""
    if name not in ("pass_midterm", "require_rectification", "pass_final"):
        raise LookupError(name)
    values = {}
    if name == "require_rectification":
        values["due_on"] = due_on or add_workdays(clock.today(), project.call.rectify_workdays)
    advance(project, name, by=by, note=note, **values)
    passed = name.startswith("pass_")
    tell_group(project, _("evaluation passed") if passed else _("evaluation not passed"), body=note)
    return project


def carry_items(project: Project, *, by: User) -> None:
    """It is passed, and something is to be mended all the same: that holds the gate `rectified` until it is."""
    record(project, "carry_items", by=by, label=_("Passed with things to be mended"))


def items_done(project: Project, *, by: User) -> None:
    """Everything that a passed project had to mend is accepted: the gate `rectified` opens again."""
    record(project, "items_done", by=by, label=_("Everything is mended"))
