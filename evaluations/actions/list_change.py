"""Changes of an announced list: who is next moves up; everything else takes a reason and a second person."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.money import yuan
from core.notifications import notify
from core.workflow import Refused, moved_on, permit, record
from evaluations.actions.ranking import money_given
from evaluations.actions.second_person import answer_to, words_of
from evaluations.actions.waitlist import next_in_line
from evaluations.models import ListChange
from grants.models import Call
from people.models import Role, User
from projects.actions import competition
from projects.actions.messages import tell_funder
from projects.models import Project, State

Kind = ListChange.Kind
LISTED = {Kind.MOVE_UP: (State.WAITLISTED,), Kind.STRIKE: (State.WAITLISTED, State.SHORTLISTED)}
"""Where a project must stand for each kind of change."""


def is_next(project: Project, amount: Decimal) -> bool:
    """Whether the published order itself lets it move up with this amount: it is the next of its track whose amount
    fits into the money left, and gets all of it."""
    found = next_in_line(project.call, project.track_id)
    return found is not None and found.pk == project.pk and amount == project.amount_payable


@transaction.atomic
def promote(project: Project, *, by: User, amount: Decimal) -> Project:
    """The clerk lets the next in order move up; a notice of its own must follow. Refused for every other project and
    for a lower amount: that is asked for with a reason (`ask`), and a second person decides."""
    permit("evaluations.confirm", by, project.call)
    call = Call.objects.select_for_update(of=("self",)).get(pk=project.call_id)  # two may be promoted at once
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    refuse_amount(project, call, amount)
    if not is_next(project, amount):
        raise Refused(_("Out of order, or with a lower amount: please give the reason. An approver decides on it."))
    return competition.promote(project, by=by, amount=amount)


def refuse_amount(project: Project, call: Call, amount: Decimal | None) -> None:
    """Refuse an amount that the project cannot get, whoever decides on it."""
    if amount is None or not 0 < amount <= project.amount_payable:
        raise Refused(
            _("The amount must be above 0 and at most %(most)s yuan (requested less cuts).")
            % {"most": yuan(project.amount_payable)},
            at="amount",
        )
    left = call.budget - money_given(call)
    if amount > left:
        raise Refused(_("The call has only %(left)s yuan left.") % {"left": yuan(left)}, at="amount")


@transaction.atomic
def ask(project: Project, *, by: User, kind: str, reason: str, amount: Decimal | None = None) -> ListChange:
    """Ask for a change of the list; the approvers are told, and nothing moves before one of them agrees."""
    permit("evaluations.confirm", by, project.call)
    call = Call.objects.select_for_update(of=("self",)).get(pk=project.call_id)
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    _refuse_unlisted(project, kind)
    reason = words_of(reason)
    if ListChange.objects.open().filter(project=project).exists():
        raise Refused(_("A change of this project waits for an approver already."))
    if kind == Kind.MOVE_UP:
        refuse_amount(project, call, amount)
    made = ListChange.objects.create(
        project=project,
        kind=kind,
        amount=amount if kind == Kind.MOVE_UP else None,
        reason=reason,
        asked_by=by,
    )
    label = _("Asked for: %(change)s") % {"change": made.get_kind_display()}
    record(project, "ask_list_change", by=by, label=label, note=made.reason)
    tell_funder(project, _("a change of the list waits for an approver"), Role.APPROVER, body=made.reason)
    return made


def _refuse_unlisted(project: Project, kind: str) -> None:
    if project.state not in LISTED[Kind(kind)]:
        raise Refused(moved_on(project))


@transaction.atomic
def decide(change: ListChange, *, by: User, grant: bool, answer: str = "") -> ListChange:
    """A second person says yes or no. Granted: the project moves up with its amount, or is struck and its group reads
    the reason; who had a place is followed by the next in order."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=change.project.call_id)
    locked = ListChange.objects.select_for_update(of=("self",)).select_related("project__call").get(pk=change.pk)
    project = locked.project
    answer_to(locked, "evaluations.decide_list_change", by=by, grant=grant, answer=answer)
    locked.save()
    if grant:
        _refuse_unlisted(project, locked.kind)
        if locked.kind == Kind.MOVE_UP:
            refuse_amount(project, call, locked.amount)
            assert locked.amount is not None
            competition.promote(project, by=by, amount=locked.amount, note=locked.reason)
        else:
            competition.strike(project, by=by, note=locked.reason)
    else:
        label = _("Not agreed: %(change)s") % {"change": locked.get_kind_display()}
        record(project, "refuse_list_change", by=by, label=label, note=locked.answer)
    said = _("agreed") if grant else _("not agreed")
    subject = _("“%(project)s”: %(change)s, %(said)s") % {
        "project": project.title,
        "change": locked.get_kind_display(),
        "said": said,
    }
    notify([locked.asked_by], subject=subject, body=locked.answer, url=locked.get_absolute_url())
    change.refresh_from_db()
    return change
