"""Filling in a score sheet."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.money import plain
from core.notifications import notify
from core.workflow import Refused, Stale, continues, permit
from evaluations.actions.evidence import without_evidence
from evaluations.actions.holding import hold_panel
from evaluations.actions.watching import hindrances, rechecked
from evaluations.models import Assignment, Purpose, Score, Sheet
from evaluations.quorum import is_whole
from evaluations.reliability import outliers
from evaluations.suggestions import Suggestion, suggestions
from people.models import User
from projects.actions.messages import tell_funder
from projects.actions.people import lift_blind

Points = Mapping[int, Decimal | None]
Reasons = Mapping[int, str]
"""Why other points than the records propose, or why a veto is marked, by criterion id."""
NO_REASONS: Reasons = {}
MARKED = Decimal(1)
"""What a veto line has instead of points."""


@rechecked
@transaction.atomic
def save_sheet(
    assignment: Assignment,
    *,
    by: User,
    points: Points,
    reasons: Reasons = NO_REASONS,
    strengths: str = "",
    weaknesses: str = "",
    version: int | None = None,
    tab: str = "",
) -> Sheet:
    """Keep a draft: `points` by criterion id, None where nothing is given yet. Others never see it.

    `version` is that of the sheet when the page was opened: `Stale` when it has been changed since, from another `tab`
    (`core.workflow.continues`). Refused before the judge has declared, and while a conflict of interest is undecided.
    """
    sheet = _writable(assignment, by, version, tab)
    if wrong := out_of_range(sheet.assignment, points):
        raise Refused(*wrong)
    return _keep(sheet, points, reasons, strengths, weaknesses, tab)


@rechecked
@transaction.atomic
def submit_sheet(
    assignment: Assignment,
    *,
    by: User,
    points: Points,
    reasons: Reasons = NO_REASONS,
    strengths: str = "",
    weaknesses: str = "",
    version: int | None = None,
    tab: str = "",
) -> Sheet:
    """Hand the sheet in and lock it (`hand_in`). Refused, naming all of it at once, while a figure is out of its range,
    a criterion has none, other points than the records propose or a veto have no reason, few points rest on nothing
    (`evidence.lacking`), or both texts are empty; what was kept before counts where nothing new is given. What the
    records said is frozen with the points."""
    sheet = _writable(assignment, by, version, tab)
    kept = list(sheet.scores.all())
    all_points: dict[int, Decimal | None] = {one.criterion_id: one.points for one in kept}
    all_points |= points
    all_reasons = {one.criterion_id: one.reason for one in kept} | dict(reasons)
    known = suggestions(sheet.assignment)
    wrong = hindering(sheet.assignment, all_points, strengths, weaknesses)
    wrong += without_reason(sheet.assignment, all_points, all_reasons, known)
    if wrong := wrong + without_evidence(sheet.assignment, all_points, explained(all_points, all_reasons, known)):
        raise Refused(*wrong)
    sheet = _keep(sheet, points, reasons, strengths, weaknesses, tab)
    for score in sheet.scores.filter(criterion__in=known):
        suggestion = known[score.criterion_id]
        score.fact, score.proposed = suggestion.fact.kept, suggestion.points
        score.save()
    return hand_in(sheet)


def out_of_range(assignment: Assignment, points: Points) -> list[str]:
    """A sentence for every figure that its criterion does not take."""
    sentence = _("“%(criterion)s” takes 0 to %(weight)s points.")
    return [
        sentence % {"criterion": criterion, "weight": plain(criterion.weight)}
        for criterion in assignment.lines
        if (given := points.get(criterion.pk)) is not None
        and not criterion.is_veto
        and not 0 <= given <= criterion.weight
    ]


def hindering(assignment: Assignment, points: Points, strengths: str, weaknesses: str) -> list[str]:
    """Everything for which a sheet cannot be handed in, on a screen or on paper (缺项、超分不得提交)."""
    reasons = out_of_range(assignment, points)
    for criterion in assignment.lines:
        if points.get(criterion.pk) is None and not criterion.is_veto:
            reasons.append(_("“%(criterion)s” has no points yet.") % {"criterion": criterion})
    if not (strengths.strip() or weaknesses.strip()):
        reasons.append(_("Please write at least one sentence: the group learns from it."))
    return reasons


def without_reason(
    assignment: Assignment, points: Points, reasons: Reasons, known: Mapping[int, Suggestion]
) -> list[str]:
    """A sentence for every line that asks for a reason and has none."""
    found = []
    for line in assignment.lines:
        given, said = points.get(line.pk), reasons.get(line.pk, "").strip()
        if given is None or said:
            continue
        suggestion = known.get(line.pk)
        if line.is_veto and given:
            found.append(_("Please say why “%(criterion)s” is marked.") % {"criterion": line})
        elif suggestion and suggestion.points is not None and given != suggestion.points:
            said = _("“%(criterion)s”: the records propose %(proposed)s points. Please say why it gets %(given)s.")
            words = {"criterion": line, "proposed": plain(suggestion.points), "given": plain(given)}
            found.append(said % words)
    return found


def explained(points: Points, reasons: Reasons, known: Mapping[int, Suggestion]) -> set[int]:
    """The lines that say on the sheet itself what their points rest on: by a reason, or because the records say so."""
    by_records = {pk for pk, found in known.items() if found.points is not None and found.points == points.get(pk)}
    return by_records | {pk for pk, said in reasons.items() if said.strip()}


def _writable(assignment: Assignment, by: User, version: int | None, tab: str) -> Sheet:
    """The judge's sheet, locked and theirs to write now."""
    hold_panel(assignment.project_id)  # whose scores may be locked, or whose last other sheet come, this moment
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    permit("evaluations.score", by, locked)
    if reasons := hindrances(locked):
        raise Refused(*reasons)
    sheet, _created = Sheet.objects.get_or_create(assignment=locked)
    if sheet.is_submitted:
        raise Refused(_("This sheet has been submitted and is locked."))
    if version is not None and version != sheet.version and not continues(tab, sheet.saved_from):
        raise Stale(_("This sheet has been changed in another window since you opened it. Please load it anew."))
    return sheet


def _keep(sheet: Sheet, points: Points, reasons: Reasons, strengths: str, weaknesses: str, tab: str) -> Sheet:
    for criterion_id, given in points.items():
        if given is None:
            sheet.scores.filter(criterion=criterion_id).delete()
        else:  # what the records say is asked anew when it is submitted
            values: dict[str, Any] = {"points": given, "proposed": None, "fact": {}}
            if criterion_id in reasons:
                values["reason"] = reasons[criterion_id].strip()
            Score.objects.update_or_create(sheet=sheet, criterion_id=criterion_id, defaults=values)
    sheet.strengths, sheet.weaknesses = strengths.strip(), weaknesses.strip()
    sheet.version, sheet.saved_from = sheet.version + 1, tab
    sheet.save()
    return sheet


def hand_in(sheet: Sheet) -> Sheet:
    """Lock a complete sheet; whoever calls this holds its panel.

    When it was the last of its panel, the panel locks: blind experts may see whose proposal it was, who is far from
    the others is asked for a sentence, and the clerk is told that the result can be confirmed.
    """
    sheet.total, sheet.submitted_at, sheet.unlocked_at = sheet.add_up(), clock.now(), None
    sheet.save()
    assignment = sheet.assignment
    if is_whole(assignment):
        lock_panel(assignment)
    return sheet


def lock_panel(assignment: Assignment) -> None:
    """What follows when a panel is whole: see `hand_in`."""
    project = assignment.project
    lift_blind(project)
    sheets = [one.sheet for one in assignment.panel.select_related("sheet__assignment__person")]
    far = {judge for judge, _project in outliers([[sheet.total] for sheet in sheets])}
    for index, sheet in enumerate(sheets):
        sheet.deviates_since = (sheet.deviates_since or clock.now()) if index in far else None
        sheet.save(update_fields=["deviates_since"])
        if index in far and not sheet.deviation_note:
            notify(
                [sheet.assignment.person],
                subject=_("“%(title)s”: please explain your score") % {"title": project.title},
                body=_("It is far from those of the other experts. It stays as it is; one sentence is asked for."),
                url=reverse("evaluations:sheet", args=[sheet.assignment_id]),
            )
    subject = _("%(which)s: every sheet is in") % {"which": Purpose(assignment.purpose).label}
    evaluation = assignment.evaluation
    if evaluation is None:
        tell_funder(project, subject)
        return
    # the funder reads nothing of a draft before the group does
    people = [evaluation.lead] if evaluation.lead else []
    title = _("“%(title)s”: %(step)s") % {"title": project.title, "step": subject}
    notify(people, subject=title, url=evaluation.get_absolute_url())


@transaction.atomic
def explain_deviation(assignment: Assignment, *, by: User, note: str) -> Sheet:
    """The judge says why the score is far from the others; nothing about the score changes."""
    if assignment.person_id != by.pk or not assignment.is_submitted:
        raise PermissionDenied
    sheet = Sheet.objects.select_for_update().get(assignment=assignment)
    if sheet.deviates_since is None:
        raise Refused(_("No explanation is asked for."))
    if not note.strip():
        raise Refused(_("Please write one sentence."))
    sheet.deviation_note = note.strip()
    sheet.save(update_fields=["deviation_note"])
    return sheet
