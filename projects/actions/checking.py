"""The formal check: remarks where they belong, cuts to the budget, and the clerk's decision."""

from decimal import Decimal

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.money import yuan
from core.workflow import Refused, advance, record
from people.models import User
from projects.actions.coaching import close_coaching
from projects.actions.messages import tell_group
from projects.models import BudgetLine, Comment, Likeness, Project, State

CHECKS = ("accept", "return_for_correction", "declare_ineligible")


def _permit(project: Project, by: User) -> None:
    if not rules.has_perm("projects.check", by, project):
        raise PermissionDenied
    if project.state != State.SUBMITTED:
        raise Refused(_("The proposal is not in the formal check now."))


@transaction.atomic
def remark(project: Project, *, by: User, anchor: str, text: str) -> Comment:
    """Note what must be corrected in one place; nobody reads it before the proposal is returned."""
    _permit(project, by)
    return Comment.objects.create(
        project=project, kind=Comment.Kind.CORRECTION, anchor=anchor, text=text.strip(), by=by
    )


@transaction.atomic
def take_back_remark(comment: Comment, *, by: User) -> None:
    """Remove a remark that has not been sent; one that was sent stays."""
    _permit(comment.project, by)
    if comment.sent_at is not None:
        raise Refused(_("This remark has been sent already."))
    comment.delete()


@transaction.atomic
def check(project: Project, name: str, *, by: User, note: str = "") -> Project:
    """The clerk's formal check: `accept`, `return_for_correction` or `declare_ineligible`; the group is told.

    A return sends all remarks that were noted, at once and completely (一次性告知); they stand for the reason when
    no other is given. The group then has the call's workdays to correct. Any other outcome ends the coaching.
    """
    if name not in CHECKS:
        raise LookupError(name)
    waiting = project.comments.unsent()
    if name == "return_for_correction":
        count = waiting.count()
        if count and not note.strip():
            note = ngettext("%(n)s place must be corrected.", "%(n)s places must be corrected.", count) % {"n": count}
    elif name == "accept" and waiting.exists():
        raise Refused(_("There are remarks that were not sent: return the proposal, or remove them."))
    advance(project, name, by=by, note=note)
    if name == "return_for_correction":
        waiting.update(sent_at=clock.now())
    else:
        close_coaching(project, by=by)
    tell_group(project, project.get_state_display(), body=note)
    return project


@transaction.atomic
def cut_line(line: BudgetLine, amount: Decimal, *, by: User, reason: str) -> BudgetLine:
    """The financial pre-check (核减): take `amount` yuan from a line, or 0 to restore it; the reason is kept.

    Refused for more than the line has, for a line that this grant does not pay, and without a reason.
    """
    project = line.project
    _permit(project, by)
    if line.source != BudgetLine.Source.GRANT:
        raise Refused(_("This line is not paid from the grant."))
    if not 0 <= amount <= line.amount:
        raise Refused(_("The cut lies between 0 and %(amount)s yuan.") % {"amount": yuan(line.amount)})
    if amount and not reason.strip():
        raise Refused(_("Please give the reason for the cut."))
    line.cut, line.cut_reason = amount, reason.strip() if amount else ""
    line.save(update_fields=["cut", "cut_reason"])
    label = _("“%(item)s” cut by %(amount)s yuan") % {"item": line.item, "amount": yuan(amount)}
    record(project, "cut_line", by=by, label=label, note=line.cut_reason, line=line.key)
    return line


@transaction.atomic
def judge_likeness(likeness: Likeness, *, by: User, verdict: str, note: str) -> Likeness:
    """A person says what a likeness means; the verdict may be changed, every one is in the log."""
    if not rules.has_perm("projects.judge_likeness", by, likeness.project):
        raise PermissionDenied
    if verdict == Likeness.Verdict.COPIED and not note.strip():
        raise Refused(_("Please give the reason."))
    likeness.verdict, likeness.note = Likeness.Verdict(verdict), note.strip()
    likeness.decided_by, likeness.decided_at = by, clock.now()
    likeness.save()
    label = _("Likeness with “%(other)s”: %(verdict)s") % {
        "other": likeness.other.title,
        "verdict": likeness.get_verdict_display(),
    }
    record(likeness.project, "judge_likeness", by=by, label=label, note=likeness.note)
    return likeness
