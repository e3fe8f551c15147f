"""Who may do what at the end of a project, and that nothing of an archived one changes; loaded at the start."""

from collections.abc import Collection

import rules

from grants.rules import is_in_some_funder
from projects.models import Audit, Project, State
from projects.money_rules import keeps_account
from projects.rules import (
    heads_applicant,
    in_applicant,
    is_approver,
    is_clerk,
    is_finance,
    is_under_way,
    project_of,
)

AUDITED = (State.CLOSING, State.FINAL, State.SETTLING, State.TERMINATED)
"""An audit looks at the account from the request for closure on, or after an early end."""

STAYS = {
    # who withdraws a consent or asks for their name to go has a right to it at any time (PIPL 15, 47)
    "projects.take_name_out",
    # added later, nothing of before is touched
    "projects.follow_up",
    # a link to a calendar is the person's own affair
    "projects.revoke_feed",
    # about a call, a notice, a fund or the platform, and not about what a project did
    "projects.word_consent", "projects.extend_notice", "projects.make_bank_list", "projects.work_bank_list",
    "projects.export_announcements",
}  # fmt: skip
"""What may still be done when the project is archived, besides reading."""

READING = ("see_", "read_", "list_", "print_")
"""How the names of permissions begin that only look."""


@rules.predicate
def is_archived(user, obj) -> bool:
    """It was completed and filed, or it ended early and its file is confirmed. Asked of a project or of any part of
    one; what belongs to no project is never archived."""
    project = obj if isinstance(obj, Project) else getattr(obj, "project", None)
    if not isinstance(project, Project):
        return False
    if project.state == State.TERMINATED:
        return hasattr(project, "archive_file")
    return project.state == State.COMPLETED


@rules.predicate
def is_audited_now(user, obj) -> bool:
    return project_of(obj).state in AUDITED


@rules.predicate
def handed_it_in(user, audit) -> bool:
    return isinstance(audit, Audit) and audit.handed_in_by_id == user.pk


@rules.predicate
def recorded_it(user, refund) -> bool:
    return refund.recorded_by_id == user.pk


rules.add_perm("projects.write_closing_report", in_applicant & is_under_way)
rules.add_perm("projects.hand_in_closing_report", heads_applicant & is_under_way)
rules.add_perm("projects.hand_in_audit", (keeps_account | is_clerk | is_finance) & is_audited_now)
rules.add_perm("projects.confirm_audit", is_finance & ~handed_it_in)
rules.add_perm("projects.confirm_refund", (is_finance | is_approver | is_clerk) & ~recorded_it)
rules.add_perm("projects.confirm_file", is_clerk)
rules.add_perm("projects.see_settling", is_in_some_funder)


def writing_permissions(app: str, stays: Collection[str]) -> list[str]:
    """Those of an app that are more than reading, apart from what `stays`."""
    names = (name.split(".", 1) for name in rules.permissions.permissions)
    own = [f"{label}.{name}" for label, name in names if label == app and not name.startswith(READING)]
    return [name for name in own if name not in stays]


def close_what_is_archived(app: str, stays: Collection[str]) -> None:
    """Every permission of a project that is more than reading ends with its archive: said once for all of an app, when
    all of them are declared."""
    for name in writing_permissions(app, stays):
        rules.set_perm(name, rules.permissions.permissions[name] & ~is_archived)
