"""What becomes of a conflict of interest that was found late."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, lead_in, permit, record
from evaluations.actions.holding import hold_panel
from evaluations.actions.panel import stand_down
from evaluations.actions.stage import take_back_what_rests_on
from evaluations.models import Assignment, Conflict
from people.models import Role, User
from projects.actions.messages import holders

REASON = 300
"""Characters of a reason that the database holds."""


@transaction.atomic
def decide(conflict: Conflict, *, by: User, stands_down: bool, reason: str = "") -> Conflict:
    """The funder's clerk, never the judge, decides on a conflict that was found after the assignment.

    Stands down: the line stays with what was found, the access ends, and a sheet that is submitted can still be read
    and counts no longer, so the panel may be short; a score that was revealed with it is taken back. Otherwise the
    judge goes on, with the reason on record, and the same ties are not brought up again. Refused without a reason for
    going on, or when the result is there.
    """
    hold_panel(conflict.assignment.project_id)
    assignment = Assignment.objects.select_for_update(of=("self",)).get(pk=conflict.assignment_id)
    locked = Conflict.objects.select_for_update().get(pk=conflict.pk)
    permit("evaluations.decide_conflict", by, locked)
    if not locked.is_open:
        raise Refused(_("This has been decided already."))
    if locked.is_after_result:
        raise Refused(_("The result is decided already: it is too late to change who judged."))
    reason = reason.strip()
    if stands_down:
        said = (reason or locked.found)[:REASON]
        stand_down(assignment, by=by, reason=said)
        if assignment.is_submitted:
            take_back_what_rests_on(assignment, by=by, note=said)
    else:
        if not reason:
            raise Refused(_("Please write why this is no conflict: an auditor will read it."))
        _settle(locked, Conflict.Decision.KEEPS_JUDGING, reason, by)
        words = {"person": assignment.person}
        label = _("No conflict of interest: %(person)s goes on judging") % words
        record(assignment.project, "conflict_decided", by=by, label=label, note=reason)
    told = _("You have been stood down") if stands_down else _("Your sheet is open again")
    notify([assignment.person], subject=lead_in(assignment.shown_title) + told)
    conflict.refresh_from_db()
    return conflict


@transaction.atomic
def answer(conflict: Conflict, *, by: User, judge_again: bool, reason: str) -> Conflict:
    """The funder's clerk says what a conflict means that was found when the result was confirmed already.

    The result stands, with the reason on record; or it is to be judged again. Then still nothing that was published
    changes by itself: the approvers are told, who take back their approval as long as it is not announced, and later
    an objection to the whole notice is ruled on. Refused without a reason, or while who judges can still be changed.
    """
    Assignment.objects.select_for_update(of=("self",)).get(pk=conflict.assignment_id)
    locked = Conflict.objects.select_for_update().get(pk=conflict.pk)
    permit("evaluations.decide_conflict", by, locked)
    if not locked.is_open:
        raise Refused(_("This has been decided already."))
    if not locked.is_after_result:
        raise Refused(_("The result is no longer confirmed: please decide who judges."))
    if not (reason := reason.strip()):
        raise Refused(_("Please give the reason: an auditor will read it."))
    decision = Conflict.Decision.JUDGE_AGAIN if judge_again else Conflict.Decision.RESULT_STANDS
    _settle(locked, decision, reason, by)
    project, words = locked.assignment.project, {"person": locked.assignment.person}
    label = _("Conflict of interest after the result: %(person)s") % words
    record(project, "conflict_answered", by=by, label=f"{label} · {decision.label}", note=reason)
    if judge_again:
        subject = _("“%(title)s”: the result is to be judged again") % {"title": project.title}
        approvers = holders(project.call.funder_id, Role.APPROVER)
        notify(approvers, subject=subject, body=reason, url=locked.get_absolute_url())
    conflict.refresh_from_db()
    return conflict


def _settle(conflict: Conflict, decision: str, reason: str, by: User) -> None:
    conflict.decision, conflict.reason = decision, reason
    conflict.decided_by, conflict.decided_at = by, clock.now()
    conflict.save()
