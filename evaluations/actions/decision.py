"""From the standings to what the funder says: a list proposed by one person, approved by a second, then announced."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.money import yuan
from core.workflow import Refused, advance, permit, record, refuse_unread
from evaluations.actions.ranking import frozen_places, money_given
from evaluations.actions.reopening import reopen
from evaluations.actions.watching import on_hold, recheck, unanswered
from evaluations.models import Decision, DecisionLine, Purpose, Result, Vote
from evaluations.quorum import sheets_needed
from evaluations.standings import Standing, standings
from grants.models import Call
from people.models import User
from projects.actions import competition, notices
from projects.actions.people import end_part_in
from projects.models import Notice, Part, Project, State

Outcome = DecisionLine.Outcome


@dataclass(frozen=True)
class Proposal:
    """What is proposed for one project: an outcome, the yuan if it is shortlisted, and why."""

    outcome: str = ""
    amount: Decimal | None = None
    reason: str = ""


def suggested(row: Standing) -> Proposal:
    """What stands there before anybody has decided: who did not come to present has abstained and can only be declined,
    with that as the reason that its group reads; it can be worded otherwise."""
    if not row.is_absent:
        return Proposal()
    return Proposal(Outcome.DECLINE, None, _("Absent from its pitch, which counts as abstaining"))


@transaction.atomic
def save_decision(call: Call, *, by: User, lines: Mapping[int, Proposal], **meeting: Any) -> Decision:
    """Keep what has been prepared so far: `lines` by project id, and the fields of the meeting. Nothing is checked
    but that the projects are in review; nobody outside the funder sees it."""
    permit("evaluations.confirm", by, call)
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    decision = current(locked) or Decision(call=locked, prepared_by=by)
    if decision.pk and not decision.is_open:
        raise Refused(_("The decision waits for approval or is approved; it can no longer be changed."))
    for name, value in meeting.items():
        setattr(decision, name, value)
    decision.save()
    rows = {row.project.pk: row for row in in_review(locked)}
    decision.lines.exclude(project__in=rows).delete()
    for pk, row in rows.items():
        said = lines.get(pk, Proposal())
        chosen = said.outcome == Outcome.SHORTLIST
        DecisionLine.objects.update_or_create(
            decision=decision,
            project=row.project,
            defaults={
                "outcome": said.outcome,
                "amount": said.amount if chosen else None,
                "reason": said.reason.strip(),
                **_place(row),
            },
        )
    return decision


def _place(row: Standing) -> dict[str, Any]:
    """What a line keeps of the judging."""
    return {"rank": row.rank, "score": row.score, "bonus": row.sum.bonus if row.sum else Decimal(0)}


def current(call: Call) -> Decision | None:
    """The decision that is being prepared, waits for approval, or is approved and not announced."""
    return call.decisions.exclude(state=Decision.State.ANNOUNCED).first()


def in_review(call: Call) -> list[Standing]:
    return [row for row in standings(call) if row.project.state == State.IN_REVIEW]


def propose(decision: Decision, *, by: User) -> Decision:
    """Put the list before the approver.

    Refused with every reason: a sheet missing, a conflict of interest that is undecided (a last look is taken), equal
    scores without a lot, an undecided project, an amount above the request, a cut or a place passed over without a
    reason, more money than the call has, a refusal without a note.
    """
    permit("evaluations.confirm", by, decision.call)
    recheck(Q(project__call=decision.call_id))  # apart from what follows: what is found stays
    return _propose(decision, by=by)


@transaction.atomic
def _propose(decision: Decision, *, by: User) -> Decision:
    call = Call.objects.select_for_update(of=("self",)).get(pk=decision.call_id)
    rows = in_review(call)
    if reasons := objections_to(decision, rows):
        raise Refused(*reasons)
    for row in rows:  # the places as they are now: a sheet may have come since the list was saved
        decision.lines.filter(project=row.project).update(**_place(row))
    advance(decision, "propose", by=by)
    record(call, "propose_decision", by=by, label=_("Decision proposed"))
    return decision


def objections_to(decision: Decision, rows: list[Standing]) -> list[str]:
    """Everything that keeps a prepared decision from being proposed."""
    if not rows:
        return [_("No project of this call is in review.")]
    lines = {line.project_id: line for line in decision.lines.all()}
    reasons = [*incomplete(rows), *_in_conflict(decision), *_tied(rows), *_being_voted_on(decision.call)]
    for row in rows:
        line = lines.get(row.project.pk)
        if line is None or not line.outcome:
            reasons.append(_("“%(title)s” is not decided yet.") % {"title": row.project.title})
        elif line.outcome == Outcome.SHORTLIST:
            reasons += _amount(row.project, line)
        if row.is_absent and line is not None and line.outcome in (Outcome.SHORTLIST, Outcome.WAITLIST):
            message = _("“%(title)s” was absent from its pitch: it has abstained and can only be declined.")
            reasons.append(message % {"title": row.project.title})
    total, left = decision.total, decision.call.budget - money_given(decision.call)
    if total > left:
        reasons.append(
            _("The amounts add up to %(total)s yuan; the call has %(left)s yuan.")
            % {"total": yuan(total), "left": yuan(left)}
        )
    declined = [line for line in lines.values() if line.outcome == Outcome.DECLINE]
    if not decision.note.strip() and not all(line.reason.strip() for line in declined):
        reasons.append(_("Please give a reason for the projects that are not selected; their groups will read it."))
    chosen = {pk for pk, line in lines.items() if line.outcome == Outcome.SHORTLIST}
    for row in inversions(rows, chosen):
        line = lines.get(row.project.pk)
        if line and not line.reason:
            message = _("“%(title)s” has a better place than a project that is shortlisted: please give the reason.")
            reasons.append(message % {"title": row.project.title})
    if not decision.minutes.strip() or not decision.present.strip():
        reasons.append(_("Please write down who was present and what the meeting decided."))
    return reasons


def _amount(project: Project, line: DecisionLine) -> list[str]:
    most = project.amount_payable
    if line.amount is None or not 0 < line.amount <= most:
        message = _("“%(title)s”: the amount must be above 0 and at most %(most)s yuan (requested less cuts).")
        return [message % {"title": project.title, "most": yuan(most)}]
    if line.amount < most and not line.reason:
        message = _("“%(title)s” gets %(less)s yuan less than it may: please give the reason.")
        return [message % {"title": project.title, "less": yuan(most - line.amount)}]
    return []


def incomplete(rows: list[Standing]) -> list[str]:
    """The panels whose sheets are not all in."""
    return [
        _("“%(title)s”: %(in)s of %(all)s sheets are in.")
        % {"title": row.project.title, "in": len(row.sheets), "all": row.expected or sheets_needed(row.project)}
        for row in rows
        if not row.is_complete
    ]


def _in_conflict(decision: Decision) -> list[str]:
    return on_hold(Q(project__call=decision.call_id, purpose=Purpose.REVIEW))


def _being_voted_on(call: Call) -> list[str]:
    """Residents were asked: their answer is waited for."""
    waiting = call.votes.filter(state=Vote.State.ANNOUNCED)
    return [_("The residents' vote “%(vote)s” is not counted yet.") % {"vote": vote} for vote in waiting]


def _tied(rows: list[Standing]) -> list[str]:
    tied = [row.project.title for row in rows if row.is_tied]
    if not tied:
        return []
    return [_("Equal in everything, so a lot must be drawn first: %(titles)s.") % {"titles": "、".join(tied)}]


def inversions(rows: list[Standing], chosen: set[int]) -> list[Standing]:
    """Projects left behind although a worse place of their track is among the `chosen` project ids."""
    places = [(row.project.pk, row.project.track_id, row.rank or 0) for row in rows if not row.is_absent]
    behind = _left_behind(places, chosen)
    return [row for row in rows if row.project.pk in behind]


def passed_over(decision: Decision) -> set[int]:
    """The same by the places that the decision itself has kept, so that it can still be read when it is long over."""
    lines = list(decision.lines.select_related("project"))
    places = [(line.project_id, line.project.track_id, line.rank) for line in lines if line.rank]
    return _left_behind(places, {line.project_id for line in lines if line.outcome == Outcome.SHORTLIST})


def _left_behind(places: list[tuple[int, int, int]], chosen: set[int]) -> set[int]:
    """Of (project, track, place): those not chosen that stand before the last chosen one of their track."""
    last: dict[int, int] = {}
    for project, track, place in places:
        if project in chosen:
            last[track] = max(last.get(track, 0), place)
    return {project for project, track, place in places if project not in chosen and place < last.get(track, 0)}


@transaction.atomic
def approve(decision: Decision, *, by: User, read: str | None = None) -> Decision:
    """The second person agrees. Consequences: scores and places are frozen as `Result`s, and the experts no longer
    see the proposals. The projects do not move before the decision is announced. `read`: the digest of the decision
    that they had before them; refused when it is another one by now."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=decision.call_id)
    rows = in_review(call)
    _still_as_proposed(decision, rows)
    advance(decision, "approve", by=by)
    _as_it_was_read(decision, read)
    for row in rows:
        if row.is_absent:
            continue  # nothing was scored
        assert row.sum is not None  # every panel is complete
        Result.objects.create(
            project=row.project,
            purpose=Purpose.REVIEW,
            base=row.sum.base,
            bonus=row.sum.bonus,
            score=row.sum.score,
            sheets=len(row.counting),
            rank=row.rank,
            confirmed_by=by,
        )
    end_part_in([row.project for row in rows], Part.JUDGE)  # judged: the experts need the proposals no longer
    record(call, "approve_decision", by=by, label=_("Decision approved"))
    return decision


def _as_it_was_read(decision: Decision, read: str | None) -> None:
    words = _("The decision has changed since you opened the page. Read it as it is now, then go on.")
    refuse_unread(read, Decision.objects.get(pk=decision.pk).digest, words)


def _still_as_proposed(decision: Decision, rows: list[Standing]) -> None:
    """Refuse when a project was withdrawn, a score changed or a conflict was found since the list was proposed."""
    if reasons := _in_conflict(decision):
        raise Refused(*reasons)
    proposed = {line.project_id: (line.rank, line.score) for line in decision.lines.all()}
    if proposed != {row.project.pk: (row.rank, row.score) for row in rows}:
        raise Refused(_("The standings have changed since this was proposed; please send it back."))


@transaction.atomic
def send_back(decision: Decision, *, by: User, note: str) -> Decision:
    """The approver wants something else decided; the clerk reads why."""
    advance(decision, "send_back", by=by, note=note)
    record(decision.call, "send_back_decision", by=by, label=_("Decision sent back"), note=note)
    return decision


@transaction.atomic
def take_back(decision: Decision, *, by: User, note: str) -> Decision:
    """The approver takes the approval back before it is announced: the places are no longer frozen, and the experts
    may look again. The list is a draft as it was; nobody outside the funder has read anything."""
    Call.objects.select_for_update(of=("self",)).get(pk=decision.call_id)
    advance(decision, "take_back", by=by, note=note)
    reopen([line.project for line in decision.lines.select_related("project")], by=by, why=note)
    record(decision.call, "take_back_decision", by=by, label=_("Approval of the decision taken back"), note=note)
    return decision


@transaction.atomic
def announce(decision: Decision, *, by: User, read: str | None = None) -> Notice | None:
    """Make it public, from the day of the embargo on. Consequences: each project is shortlisted, waitlisted or not
    selected, the groups are told, and the shortlisted ones go to public notice; None when there is none. Refused while
    a conflict of interest that was found since the approval waits for its answer, or the result does not stand, and
    when it is not as it was `read` (its digest)."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=decision.call_id)
    if reasons := unanswered(Q(project__in=decision.lines.values("project"))):
        raise Refused(*reasons)
    if not decision.is_due:
        raise Refused(_("Not to be announced before %(day)s.") % {"day": decision.embargo_until})
    advance(decision, "announce", by=by)
    _as_it_was_read(decision, read)
    for line in decision.lines.select_related("project"):
        if line.project.state != State.IN_REVIEW:
            continue  # withdrawn since
        if line.outcome == Outcome.SHORTLIST:
            assert line.amount is not None  # checked when it was proposed
            competition.shortlist(line.project, by=by, amount=line.amount)
        elif line.outcome == Outcome.WAITLIST:
            competition.waitlist(line.project, by=by)
        else:
            competition.decline(line.project, by=by, note=line.reason or decision.note)
    record(call, "announce_decision", by=by, label=_("Decision announced"), note=decision.note)
    if not call.projects.filter(state=State.SHORTLISTED).exists():
        return None
    return notices.publish_notice(call, by=by, places=frozen_places(call))
