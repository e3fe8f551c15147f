"""Versions of the plan: written down when the award is made, when the plan is finished, and after every change."""

from typing import Any

from django.db import transaction

from core import clock
from core.workflow import advance
from people.models import User
from projects.actions.drafts import store_rows
from projects.changes import current, figures_of, rows_of, values_of
from projects.models import ChangeRequest, PlanVersion, Project, State
from projects.snapshots import kept


@transaction.atomic
def write_version(
    project: Project, kind: str, *, why: str, approved_by: User | None, change: ChangeRequest | None = None
) -> PlanVersion:
    """Freeze the plan as it is now; it is in force from today."""
    newest = current(project)
    return PlanVersion.objects.create(
        project=project,
        ordinal=newest.ordinal + 1 if newest else 1,
        kind=kind,
        content=kept(project),
        figures=figures_of(project),
        why=why,
        change=change,
        written_by=change.handed_in_by if change else None,
        approved_by=approved_by,
        approved_at=clock.now(),
    )


@transaction.atomic
def apply(change: ChangeRequest, kind: str, *, by: User, approved_by: User | None) -> PlanVersion | None:
    """Let the project be what the request wishes, and write the new version down; None when the plan stays as it is.

    Cuts of the financial pre-check end here: the lines now add up to what was awarded.
    """
    project = Project.objects.select_for_update(of=("self",)).get(pk=change.project_id)
    values, tables = values_of(change), rows_of(change)
    several: dict[str, Any] = {name: values.pop(name) for name in ("other_communities",) if name in values}
    for name, value in values.items():
        setattr(project, name, value)
    project.version += 1
    if project.state == State.RUNNING:
        project.due_on = project.ends_on
    project.save()
    for name, value in several.items():
        getattr(project, name).set(value)
    if "budget_lines" in tables:
        project.budget_lines.update(cut=0, cut_reason="", cut_before=0)
    for name, rows in tables.items():
        store_rows(project, name, rows, by=by)
    change.project.refresh_from_db()
    if change.kind == ChangeRequest.Kind.ACCOUNT:
        _change_account(change)
    return write_version(
        Project.objects.get(pk=project.pk), kind, why=change.reason, approved_by=approved_by, change=change
    )


def _change_account(change: ChangeRequest) -> None:
    """From now on money goes to the new account; the old one stays in the request."""
    payee, other = change.project.payee, change.wish["other"]
    for name in ("bank_account_name", "bank_name", "bank_account"):
        setattr(payee, name, other[name])
    payee.save(update_fields=["bank_account_name", "bank_name", "bank_account"])


def close_changes(project: Project) -> None:
    """The project has ended or was given up: what still waits has nothing to change any more."""
    for change in project.change_requests.open():
        advance(change, "lapse", by=None)
