"""The formal check: remarks where they belong, the financial pre-check, and the clerk's decision."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.models import Event
from core.money import yuan
from core.workflow import Refused, advance, lead_in, permit, record
from people.models import User
from projects.actions.coaching import close_coaching
from projects.actions.messages import tell_group
from projects.models import BudgetLine, Comment, Likeness, Project, State
from projects.places import name_places

CHECKS = ("accept", "return_for_correction", "declare_ineligible")


def _permit(project: Project, by: User, permission: str = "projects.check") -> None:
    permit(permission, by, project)
    if project.state != State.SUBMITTED:
        raise Refused(_("The proposal is not in the formal check now."))


@transaction.atomic
def remark(project: Project, *, by: User, anchor: str, text: str) -> Comment:
    """Note what must be corrected in one place; nobody reads it before the proposal is returned.

    The same words at the same place twice are one remark: somebody has pressed twice.
    """
    _permit(project, by)
    said = {"kind": Comment.Kind.CORRECTION, "anchor": anchor, "text": text.strip(), "sent_at": None}
    return project.comments.filter(**said).first() or Comment.objects.create(project=project, by=by, **said)


@transaction.atomic
def take_back_remark(comment: Comment, *, by: User) -> None:
    """Remove a remark that has not been sent; one that was sent stays."""
    _permit(comment.project, by)
    if comment.sent_at is not None:
        raise Refused(_("This remark has been sent already."))
    comment.delete()


@transaction.atomic
def confirm_remark(comment: Comment, *, by: User) -> Comment:
    """The clerk has looked at the correction and is content; until then the remark is open, whatever was submitted."""
    _permit(comment.project, by)
    if comment.kind != Comment.Kind.CORRECTION or comment.sent_at is None:
        raise Refused(_("Only a remark that was sent can be confirmed."))
    comment.resolved_at, comment.resolved_by = clock.now(), by
    comment.save(update_fields=["resolved_at", "resolved_by"])
    return comment


def times_returned(project: Project) -> int:
    """How often the proposal was returned: once is the rule (一次性告知)."""
    return Event.objects.about(project).filter(name="return_for_correction").count()


@transaction.atomic
def check(project: Project, name: str, *, by: User, note: str = "") -> Project:
    """The clerk's formal check: `accept`, `return_for_correction` or `declare_ineligible`; the group is told.

    A return sends all remarks that were noted, at once and completely (一次性告知); they stand for the reason when
    no other is given, but a second return needs one of its own. The group then has the call's workdays to correct; any
    other outcome ends the coaching. Whatever is decided, the group reads now what the financial pre-check has cut.
    """
    if name not in CHECKS:
        raise LookupError(name)
    waiting = project.comments.unsent()
    leaving: list[Comment] = []
    if name == "return_for_correction":
        leaving = name_places(project, list(waiting))
        if leaving and not note.strip():
            if times_returned(project):
                raise Refused(_("It has been returned before: please say why everything was not said at once."))
            count = len(leaving)
            note = ngettext("%(n)s place must be corrected.", "%(n)s places must be corrected.", count) % {"n": count}
    elif name == "accept" and waiting.exists():
        raise Refused(_("There are remarks that were not sent: return the proposal, or remove them."))
    advance(project, name, by=by, note=note)
    if name == "return_for_correction":
        waiting.update(sent_at=clock.now())
    else:
        close_coaching(project, by=by)
    if name == "accept":
        asked = project.comments.open().sent().filter(kind=Comment.Kind.CORRECTION)
        asked.update(resolved_at=clock.now(), resolved_by=by)
    parts = [note, *_places_to_correct(project, leaving), *cuts_in_words(project)]
    to = reverse("projects:proposal_edit", args=[project.pk]) if project.is_editable else ""
    tell_group(project, project.get_state_display(), body="\n".join(filter(None, parts)), url=to)
    return project


def _places_to_correct(project: Project, remarks: list[Comment]) -> list[str]:
    """What a group reads in the message itself: each place with its remark, and the last day."""
    found = [f"{number}. {lead_in(remark.place)}{remark.text}" for number, remark in enumerate(remarks, start=1)]  # type: ignore[attr-defined]
    if project.state == State.RETURNED and project.due_on:
        found.append(_("Last day to submit again: %(day)s") % {"day": project.due_on})
    return found


def cuts_in_words(project: Project) -> list[str]:
    """The lines that the financial pre-check has cut, with the reasons, and what is left; empty when there is none."""
    cut = [line for line in project.budget_lines.all() if line.cut]
    if not cut:
        return []
    found = [
        _("“%(item)s” cut by %(amount)s yuan: %(reason)s")
        % {"item": line.item, "amount": yuan(line.cut), "reason": line.cut_reason}
        for line in cut
    ]
    return [*found, _("The most that can be awarded: %(amount)s yuan") % {"amount": yuan(project.amount_payable)}]


@transaction.atomic
def extend_correction(project: Project, *, by: User, until: date, reason: str) -> Project:
    """Give the group more time to correct, until the end of that day; it is told, and the reason is in the log."""
    permit("projects.check", by, project)
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if locked.state != State.RETURNED:
        raise Refused(_("The proposal is not with the group for correction now."))
    if until < clock.today() or (locked.due_on and until <= locked.due_on):
        raise Refused(_("The new last day must be later than the old one, and not in the past."))
    if not reason.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    locked.due_on = until
    locked.save(update_fields=["due_on"])
    label = _("Time to correct extended until %(day)s") % {"day": until}
    record(locked, "extend_correction", by=by, label=label, note=reason.strip(), until=str(until))
    edit = reverse("projects:proposal_edit", args=[project.pk])
    tell_group(locked, _("you have until %(day)s to correct it") % {"day": until}, body=reason.strip(), url=edit)
    project.refresh_from_db()
    return project


@transaction.atomic
def cut_line(line: BudgetLine, amount: Decimal, *, by: User, reason: str) -> BudgetLine:
    """The financial pre-check (核减): take `amount` yuan from a line, or 0 to restore it; the reason is kept.

    The group reads it with the decision (`check`). Refused for more than the line has, for a line that this grant
    does not pay, and without a reason. A pre-check that was finished is open again.
    """
    project = line.project
    _permit(project, by, "projects.check_budget")
    if line.source != BudgetLine.Source.GRANT:
        raise Refused(_("This line is not paid from the grant."))
    if not 0 <= amount <= line.amount:
        raise Refused(_("The cut lies between 0 and %(amount)s yuan.") % {"amount": yuan(line.amount)})
    if amount and not reason.strip():
        raise Refused(_("Please give the reason for the cut."))
    line.cut, line.cut_reason = amount, reason.strip() if amount else ""
    line.cut_before = Decimal("0.00")
    line.save(update_fields=["cut", "cut_reason", "cut_before"])
    if amount:
        label = _("“%(item)s” cut by %(amount)s yuan") % {"item": line.item, "amount": yuan(amount)}
    else:
        label = _("“%(item)s” restored") % {"item": line.item}
    record(project, "cut_line", by=by, label=label, note=line.cut_reason, line=line.key)
    _note_precheck(project, None)
    return line


@transaction.atomic
def finish_precheck(project: Project, *, by: User) -> Project:
    """The financial pre-check is done, by finance or by the clerk; a later cut opens it again.

    Refused while a line that has changed after it was cut waits for a new decision.
    """
    _permit(project, by, "projects.check_budget")
    open_lines = [line.item for line in project.budget_lines.all() if line.cut_before]
    if open_lines:
        raise Refused(_("Decide these lines again, they have changed: %(items)s.") % {"items": "、".join(open_lines)})
    record(project, "finish_precheck", by=by, label=_("Financial pre-check finished"))
    _note_precheck(project, by)
    return project


def _note_precheck(project: Project, by: User | None) -> None:
    project.budget_checked_by, project.budget_checked_at = by, clock.now() if by else None
    project.save(update_fields=["budget_checked_by", "budget_checked_at"])


@transaction.atomic
def judge_likeness(likeness: Likeness, *, by: User, verdict: str, note: str) -> Likeness:
    """A person says what a likeness means; the verdict may be changed, every one is in the log."""
    permit("projects.judge_likeness", by, likeness.project)
    if verdict == Likeness.Verdict.COPIED and not note.strip():
        raise Refused(_("Please give the reason."))
    likeness.verdict, likeness.note = Likeness.Verdict(verdict), note.strip()
    likeness.decided_by, likeness.decided_at = by, clock.now()
    likeness.save()
    label = _("Likeness with “%(other)s”: %(verdict)s") % {
        "other": likeness.other.title,
        "verdict": likeness.get_verdict_display(),
    }
    record(likeness.project, "judge_likeness", by=by, label=label[:120], note=likeness.note)
    return likeness
