"""From the sheets to the list: confirm the ranking, publish it, move up from the waitlist."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.money import yuan
from core.workflow import Refused, record
from evaluations.actions.panel import permit
from evaluations.models import Purpose, Result
from evaluations.standings import Standing, standings
from grants.models import Call
from people.models import User
from projects.actions import competition, notices
from projects.actions.notices import Place
from projects.actions.people import end_part_in
from projects.models import Notice, Part, Project, State

DECISIONS = ("shortlist", "waitlist", "decline")


@transaction.atomic
def confirm_ranking(
    call: Call,
    *,
    by: User,
    decisions: Mapping[int, str],
    amounts: Mapping[int, Decimal],
    note: str = "",
) -> list[Result]:
    """Decide on every project in review: `decisions` and proposed `amounts` (yuan) by project id.

    Consequences: each score and place is frozen as a `Result`, each project is shortlisted, waitlisted or not
    selected, and the experts no longer see the projects. Refused with every reason: a sheet missing, an undecided
    project, an amount above the request, more money than the call has, a better place passed over or a refusal
    without a note.
    """
    permit("evaluations.confirm", by, call)
    Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    rows = [row for row in standings(call) if row.project.state == State.IN_REVIEW]
    if not rows:
        raise Refused(_("No project of this call is in review."))
    reasons = [*_incomplete(rows), *_money(call, rows, decisions, amounts)]
    if not note.strip() and any(decisions.get(row.project.pk) == "decline" for row in rows):
        reasons.append(_("Please give a reason for the projects that are not selected; their groups will read it."))
    if not note.strip() and (passed_over := _inversions(rows, decisions)):
        titles = "、".join(row.project.title for row in passed_over)
        reasons.append(_("A better place is passed over (%(titles)s): please give the reason.") % {"titles": titles})
    if reasons:
        raise Refused(*reasons)
    results = []
    for row in rows:
        assert row.score is not None  # every panel is complete
        results.append(
            Result.objects.create(
                project=row.project,
                purpose=Purpose.REVIEW,
                score=row.score,
                sheets=len(row.sheets),
                rank=row.rank,
                confirmed_by=by,
            )
        )
        decision = decisions[row.project.pk]
        if decision == "shortlist":
            competition.shortlist(row.project, by=by, amount=amounts[row.project.pk])
        elif decision == "waitlist":
            competition.waitlist(row.project, by=by)
        else:
            competition.decline(row.project, by=by, note=note)
    end_part_in([row.project for row in rows], Part.JUDGE)  # judged: the experts need the proposals no longer
    record(call, "confirm_ranking", by=by, label=_("Ranking confirmed"), note=note)
    return results


def _incomplete(rows: list[Standing]) -> list[str]:
    return [
        _("“%(title)s”: %(in)s of %(all)s sheets are in.")
        % {
            "title": row.project.title,
            "in": len(row.sheets),
            "all": max(row.expected, row.project.call.panel_size),
        }
        for row in rows
        if not row.is_complete or len(row.sheets) < row.project.call.panel_size
    ]


def _money(call: Call, rows: list[Standing], decisions: Mapping[int, str], amounts: Mapping[int, Decimal]) -> list[str]:
    """What is wrong with the decisions and their amounts."""
    reasons, total = [], Decimal("0.00")
    for row in rows:
        project = row.project
        decision = decisions.get(project.pk)
        if decision not in DECISIONS:
            reasons.append(_("“%(title)s” is not decided yet.") % {"title": project.title})
        elif decision == "shortlist":
            amount = amounts.get(project.pk)
            if amount is None or not 0 < amount <= project.amount_payable:
                reasons.append(
                    _("“%(title)s”: the amount must be above 0 and at most %(most)s yuan (requested less cuts).")
                    % {"title": project.title, "most": yuan(project.amount_payable)}
                )
            else:
                total += amount
    left = call.budget - money_given(call)
    if total > left:
        reasons.append(
            _("The amounts add up to %(total)s yuan; the call has %(left)s yuan.")
            % {"total": yuan(total), "left": yuan(left)}
        )
    return reasons


def money_given(call: Call) -> Decimal:
    """Yuan already proposed or awarded in this call."""
    taken = call.projects.exclude(state__in=[State.NOT_SELECTED, State.FORFEITED, State.WITHDRAWN])
    return sum((p.amount_awarded or p.amount_proposed or Decimal(0) for p in taken), Decimal("0.00"))


def _inversions(rows: list[Standing], decisions: Mapping[int, str]) -> list[Standing]:
    """Projects left behind although a worse place of their track is shortlisted."""
    worst: dict[int, int] = {}
    for row in rows:
        if decisions.get(row.project.pk) == "shortlist":
            track = row.project.track_id
            worst[track] = max(worst.get(track, 0), row.rank or 0)
    return [
        row
        for row in rows
        if decisions.get(row.project.pk) != "shortlist" and (row.rank or 0) < worst.get(row.project.track_id, 0)
    ]


@transaction.atomic
def publish_notice(call: Call, *, by: User) -> Notice:
    """Put the shortlisted projects to public notice with the places and scores that were confirmed."""
    permit("evaluations.confirm", by, call)
    frozen = Result.objects.filter(project__call=call, purpose=Purpose.REVIEW).values_list("project", "rank", "score")
    return notices.publish_notice(call, by=by, places={pk: Place(rank, score) for pk, rank, score in frozen})


@transaction.atomic
def promote(project: Project, *, by: User, amount: Decimal) -> Project:
    """Move a project up from the waitlist when another has dropped out; a notice of its own must follow."""
    if not 0 < amount <= project.amount_payable:
        raise Refused(
            _("The amount must be above 0 and at most %(most)s yuan (requested less cuts).")
            % {"most": yuan(project.amount_payable)}
        )
    Call.objects.select_for_update(of=("self",)).get(pk=project.call_id)  # two may be promoted at once
    left = project.call.budget - money_given(project.call)
    if amount > left:
        raise Refused(_("The call has only %(left)s yuan left.") % {"left": yuan(left)})
    return competition.promote(project, by=by, amount=amount)
