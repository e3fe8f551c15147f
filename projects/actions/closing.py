"""The group's closing report: written over days, handed in once."""

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, permit
from people.models import User
from projects.actions.delivery import submit_report
from projects.closing import counted, facts_of_closing, goals_of
from projects.models import ActivityPhoto, ClosingReport, Project, Report
from projects.spending import keeps_books, spent

MOST_PHOTOS = 12


def report_being_written(project: Project, *, by: User) -> ClosingReport:
    """The draft; when the last one was sent back or there is none, a new one with the words of the last. Not stored."""
    draft = project.closing_reports.being_written().first()
    if draft is not None:
        return draft
    begun = ClosingReport(project=project, written_by=by)
    last = project.closing_reports.handed_in().first()
    if last is not None:
        for name in (*ClosingReport.TEXTS, "goes_on", "own_figures"):
            setattr(begun, name, getattr(last, name))
    return begun


@transaction.atomic
def write_closing_report(
    project: Project,
    *,
    by: User,
    values: dict[str, Any],
    own_figures: dict[str, dict[str, str]],
    photos: Iterable[ActivityPhoto] = (),
) -> ClosingReport:
    """Save the draft, complete or not. A figure of the group's own that differs from the records carries its reason."""
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("projects.write_closing_report", by, locked)
    chosen = list(photos)
    if len(chosen) > MOST_PHOTOS:
        raise Refused(_("At most %(n)s photos.") % {"n": MOST_PHOTOS})
    if any(photo.activity.project_id != locked.pk for photo in chosen):
        raise Refused(_("These photos belong to another project."))
    for one in goals_of(locked, own_figures):
        if one.own is not None and one.own != one.recorded and not one.reason.strip():
            said = _("“%(goal)s”: please say why your figure differs from the records.")
            raise Refused(said % {"goal": one.indicator})
    draft = report_being_written(locked, by=by)
    for name, value in values.items():
        setattr(draft, name, value)
    draft.own_figures, draft.written_by = own_figures, by
    draft.save()
    draft.photos.set(chosen)
    return draft


@transaction.atomic
def hand_in_closing_report(
    project: Project, *, by: User, spent_so_far: Any = None, files: Iterable[UploadedFile] = ()
) -> ClosingReport:
    """Hand the draft in: its figures are kept as they are counted today, and mentor and clerk read it.

    `spent_so_far` (yuan) is asked only where payments were not entered one by one.
    """
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("projects.hand_in_closing_report", by, locked)
    draft = locked.closing_reports.being_written().first()
    if draft is None:
        raise Refused(_("Nothing is written yet."))
    if draft.lacks:
        names = "、".join(str(name) for name in draft.lacks)
        raise Refused(_("Still missing: %(names)s") % {"names": names})
    found = counted(locked)
    if spent_so_far is None and not keeps_books(locked):
        raise Refused(_("Please say how much of the grant was spent: no payment is entered."))
    values = {
        "kind": Report.Kind.CLOSING,
        "done": draft.done,
        "problems": draft.problems,
        "persons": found.persons,
        "visits": max(found.visits, found.persons),
        "volunteer_hours": found.volunteer_hours,
        "spent": spent(locked) if keeps_books(locked) else spent_so_far,
    }
    draft.report = submit_report(locked, by=by, values=values, files=files)
    draft.project, draft.facts = locked, facts_of_closing(draft)
    draft.save()
    return draft
