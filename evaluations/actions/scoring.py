"""Filling in a score sheet."""

from collections.abc import Mapping
from decimal import Decimal

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused
from evaluations.conflicts import conflicts
from evaluations.models import Assignment, Purpose, Score, Sheet, Slot
from people.models import User
from projects.actions.messages import tell_funder

Points = Mapping[int, Decimal | None]


@transaction.atomic
def save_sheet(assignment: Assignment, *, by: User, points: Points, strengths: str = "", weaknesses: str = "") -> Sheet:
    """Keep a draft: `points` by criterion id, None where nothing is given yet. Others never see it."""
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    list(Slot.objects.select_for_update().filter(project=locked.project_id))  # whose scores may be locked this moment
    if not rules.has_perm("evaluations.score", by, locked):
        raise PermissionDenied
    if reasons := conflicts(locked.person, locked.project):  # it may have arisen after the assignment
        raise Refused(*reasons, _("Please step down from this project."))
    sheet, _created = Sheet.objects.get_or_create(assignment=locked)
    if sheet.is_submitted:
        raise Refused(_("This sheet has been submitted and is locked."))
    criteria = {criterion.pk: criterion for criterion in locked.rubric.criteria.all()}
    for criterion_id, given in points.items():
        criterion = criteria[criterion_id]
        if given is None:
            sheet.scores.filter(criterion=criterion).delete()
            continue
        if not 0 <= given <= criterion.weight:
            raise Refused(
                _("“%(criterion)s” takes 0 to %(weight)s points.")
                % {"criterion": criterion, "weight": f"{criterion.weight.normalize():f}"}
            )
        Score.objects.update_or_create(sheet=sheet, criterion=criterion, defaults={"points": given})
    sheet.strengths, sheet.weaknesses = strengths.strip(), weaknesses.strip()
    sheet.save()
    return sheet


@transaction.atomic
def submit_sheet(
    assignment: Assignment, *, by: User, points: Points, strengths: str = "", weaknesses: str = ""
) -> Sheet:
    """Hand the sheet in and lock it. Refused while a criterion or every comment is missing.

    When it was the last of its panel, the clerk is told that the result can be confirmed.
    """
    sheet = save_sheet(assignment, by=by, points=points, strengths=strengths, weaknesses=weaknesses)
    scored = set(sheet.scores.values_list("criterion", flat=True))
    missing = [criterion.name for criterion in assignment.rubric.criteria.all() if criterion.pk not in scored]
    reasons = [_("“%(criterion)s” has no points yet.") % {"criterion": name} for name in missing]
    if not (sheet.strengths or sheet.weaknesses):
        reasons.append(_("Please write at least one sentence: the group learns from it."))
    if reasons:
        raise Refused(*reasons)
    return hand_in(sheet)


def hand_in(sheet: Sheet) -> Sheet:
    """Lock a complete sheet; the clerk is told when it was the last of its panel."""
    sheet.total, sheet.submitted_at = sheet.add_up(), clock.now()
    sheet.save()
    assignment = sheet.assignment
    panel = Assignment.objects.active().filter(
        project=assignment.project, purpose=assignment.purpose, round=assignment.round
    )
    if not panel.exclude(sheet__submitted_at__isnull=False).exists():
        which = Purpose(assignment.purpose).label
        tell_funder(assignment.project, _("%(which)s: every sheet is in") % {"which": which})
    return sheet
