"""Filling in a score sheet."""

from collections.abc import Mapping
from decimal import Decimal

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.money import plain
from core.notifications import notify
from core.workflow import Refused, Stale, continues
from evaluations.actions.evidence import without_evidence
from evaluations.actions.holding import hold_panel
from evaluations.actions.watching import hindrances, rechecked
from evaluations.models import Assignment, Purpose, Score, Sheet
from evaluations.quorum import is_whole
from evaluations.reliability import outliers
from people.models import User
from projects.actions.messages import tell_funder
from projects.actions.people import lift_blind

Points = Mapping[int, Decimal | None]


@rechecked
@transaction.atomic
def save_sheet(
    assignment: Assignment,
    *,
    by: User,
    points: Points,
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
    if reasons := out_of_range(sheet.assignment, points):
        raise Refused(*reasons)
    return _keep(sheet, points, strengths, weaknesses, tab)


@rechecked
@transaction.atomic
def submit_sheet(
    assignment: Assignment,
    *,
    by: User,
    points: Points,
    strengths: str = "",
    weaknesses: str = "",
    version: int | None = None,
    tab: str = "",
) -> Sheet:
    """Hand the sheet in and lock it (`hand_in`). Refused, naming all of it at once, while a figure is out of its range,
    a criterion has none, both texts are empty, or few points rest on nothing (`evidence.lacking`); what was kept before
    counts where nothing new is given."""
    sheet = _writable(assignment, by, version, tab)
    kept: dict[int, Decimal | None] = dict(sheet.scores.values_list("criterion", "points"))
    given = kept | dict(points)
    reasons = hindering(sheet.assignment, given, strengths, weaknesses)
    if reasons := reasons + without_evidence(sheet.assignment, given):
        raise Refused(*reasons)
    return hand_in(_keep(sheet, points, strengths, weaknesses, tab))


def out_of_range(assignment: Assignment, points: Points) -> list[str]:
    """A sentence for every figure that its criterion does not take."""
    sentence = _("“%(criterion)s” takes 0 to %(weight)s points.")
    return [
        sentence % {"criterion": criterion, "weight": plain(criterion.weight)}
        for criterion in assignment.rubric.criteria.all()
        if (given := points.get(criterion.pk)) is not None and not 0 <= given <= criterion.weight
    ]


def hindering(assignment: Assignment, points: Points, strengths: str, weaknesses: str) -> list[str]:
    """Everything for which a sheet cannot be handed in, on a screen or on paper (缺项、超分不得提交)."""
    reasons = out_of_range(assignment, points)
    for criterion in assignment.rubric.criteria.all():
        if points.get(criterion.pk) is None:
            reasons.append(_("“%(criterion)s” has no points yet.") % {"criterion": criterion})
    if not (strengths.strip() or weaknesses.strip()):
        reasons.append(_("Please write at least one sentence: the group learns from it."))
    return reasons


def _writable(assignment: Assignment, by: User, version: int | None, tab: str) -> Sheet:
    """The judge's sheet, locked and theirs to write now."""
    hold_panel(assignment.project_id)  # whose scores may be locked, or whose last other sheet come, this moment
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if not rules.has_perm("evaluations.score", by, locked):
        raise PermissionDenied
    if reasons := hindrances(locked):
        raise Refused(*reasons)
    sheet, _created = Sheet.objects.get_or_create(assignment=locked)
    if sheet.is_submitted:
        raise Refused(_("This sheet has been submitted and is locked."))
    if version is not None and version != sheet.version and not continues(tab, sheet.saved_from):
        raise Stale(_("This sheet has been changed in another window since you opened it. Please load it anew."))
    return sheet


def _keep(sheet: Sheet, points: Points, strengths: str, weaknesses: str, tab: str) -> Sheet:
    for criterion_id, given in points.items():
        if given is None:
            sheet.scores.filter(criterion=criterion_id).delete()
        else:
            Score.objects.update_or_create(sheet=sheet, criterion_id=criterion_id, defaults={"points": given})
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
