"""Paper score sheets: keyed by two people apart from each other, compared, settled, handed in."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.notifications import notify
from core.workflow import Refused, permit, record
from evaluations.actions.holding import hold_panel
from evaluations.actions.scoring import hand_in, hindering
from evaluations.actions.watching import hindrances
from evaluations.double_keying import differing
from evaluations.models import Assignment, PaperEntry, PitchDay, Score, Sheet
from people.models import User

TEXTS = ("strengths", "weaknesses")


@transaction.atomic
def key(
    assignment: Assignment, *, by: User, points: Mapping[int, Decimal], strengths: str = "", weaknesses: str = ""
) -> Sheet | None:
    """Key a paper sheet: the first person, then a second one; keying again replaces one's own keying only.

    When both are the same the sheet is handed in (returned), else it waits (None). Refused for a third person, for an
    incomplete sheet, and once the judge has submitted.
    """
    locked = _locked(assignment, by)
    if reasons := hindering(locked, points, strengths, weaknesses):
        raise Refused(*reasons)
    entries = list(locked.paper_entries.all())
    mine = next((entry for entry in entries if entry.keyed_by_id == by.pk), None)
    if mine is None:
        if len(entries) == 2:
            raise Refused(_("Two people have keyed this sheet already."))
        mine = PaperEntry(assignment=locked, keyed_by=by, turn=len(entries) + 1)
    mine.points = {str(pk): str(given) for pk, given in points.items()}
    mine.strengths, mine.weaknesses = strengths.strip(), weaknesses.strip()
    mine.save()
    entries = list(locked.paper_entries.select_related("keyed_by"))
    if len(entries) < 2 or differing(entries[0].cells, entries[1].cells):
        return None
    return _hand_in(locked, entries, entries[0].cells, by=by)


@transaction.atomic
def settle(assignment: Assignment, *, by: User, chosen: Mapping[str, int]) -> Sheet:
    """Say for every cell that differs which of the two keyings the paper bears out; the sheet is handed in.

    What neither of the two keyed cannot be chosen: then one of them keys again.
    """
    locked = _locked(assignment, by)
    entries = list(locked.paper_entries.select_related("keyed_by"))
    if len(entries) < 2:
        raise Refused(_("The sheet has not been keyed twice yet."))
    cells = dict(entries[0].cells)
    for cell in differing(entries[0].cells, entries[1].cells):
        if chosen.get(cell) not in (1, 2):
            raise Refused(_("Please choose for every cell that differs."))
        cells[cell] = entries[chosen[cell] - 1].cells[cell]
    return _hand_in(locked, entries, cells, by=by)


def _locked(assignment: Assignment, by: User) -> Assignment:
    hold_panel(assignment.project_id)
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if locked.is_submitted:
        raise Refused(_("This sheet has been submitted and is locked."))
    permit("evaluations.assign", by, locked.project.call)  # not who competes in the call
    permit("evaluations.key_paper", by, locked)
    if locked.person_id == by.pk:
        raise Refused(_("Nobody keys a sheet of their own."))
    if reasons := hindrances(locked):
        raise Refused(*reasons)
    return locked


def _hand_in(assignment: Assignment, entries: list[PaperEntry], cells: Mapping[str, str], *, by: User) -> Sheet:
    """A draft that the judge had on a screen gives way to the paper that they signed."""
    sheet, _created = Sheet.objects.get_or_create(assignment=assignment)
    for criterion in assignment.lines:
        points = Decimal(cells[str(criterion.pk)])
        Score.objects.update_or_create(sheet=sheet, criterion=criterion, defaults={"points": points})
    sheet.strengths, sheet.weaknesses = cells["strengths"], cells["weaknesses"]
    hand_in(sheet)
    project, person = assignment.project, assignment.person
    note = _("Paper sheet, keyed by %(first)s and %(second)s; handed in by %(by)s.")
    names = {"first": entries[0].keyed_by, "second": entries[1].keyed_by, "by": by}
    label = _("Score sheet from paper: %(person)s") % {"person": person}
    record(project, "paper_sheet", by=by, label=label, note=note % names)
    url = reverse("evaluations:sheet", args=[assignment.pk])
    subject = _("Your paper sheet for “%(title)s” is entered") % {"title": assignment.shown_title}
    notify([person], subject=subject, body=_("Please look whether it says what you wrote."), url=url)
    for day in PitchDay.objects.filter(slots__project=project):
        day.bump()
    return sheet
