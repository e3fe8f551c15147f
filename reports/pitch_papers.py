"""What is printed for a pitch day: the running order, the sign-in list, and a score sheet a judge and project.

In Chinese like every paper: see `documents`.
"""

from typing import Any, NamedTuple

from django.utils.safestring import SafeString

from evaluations.attendance import judges_of
from evaluations.models import Assignment, PitchDay, Purpose, Slot
from evaluations.models.assignment import AssignmentQuerySet
from projects import qr
from reports.documents import Document, file_name

SPARE_LINES = range(6)
"""Empty lines for who came besides."""


class Paper(NamedTuple):
    """One score sheet to be filled in by hand."""

    assignment: Assignment
    slot: Slot
    number: str
    code: SafeString


def running_order(day: PitchDay) -> Document:
    """The running order (路演顺序表) with the draw that anybody can repeat."""
    return _document(
        day, "路演顺序表", "pdf/pitch_order.html", slots=day.order, each=day.minutes_each, changed=_was_changed(day)
    )


def _was_changed(day: PitchDay) -> bool:
    """Whether the order is another one than the lots gave."""
    return day.draw is not None and [slot.project.number for slot in day.order] != day.draw.outcome


def sign_in_list(day: PitchDay) -> Document:
    """Where judges and groups sign (签到表)."""
    judges = [judge for judge in judges_of(day) if not judge.is_recused]
    return _document(day, "路演签到表", "pdf/pitch_sign_in.html", slots=day.order, judges=judges, spare=SPARE_LINES)


def to_be_scored(day: PitchDay) -> AssignmentQuerySet:
    """Who still has to score what on this day."""
    shown = [slot.project_id for slot in day.order if not slot.is_absent]
    asked = Assignment.objects.seated().filter(project__in=shown, purpose=Purpose.REVIEW)
    return asked.exclude(sheet__submitted_at__isnull=False).select_related("person", "project")


def score_sheets(day: PitchDay, address: str, *, of: AssignmentQuerySet | None = None) -> Document:
    """A page for every judge and project (评分表), by judge in the running order; found again by its number and code.

    `address` of the page on which a sheet is keyed, with 0 in place of its number. `of`: only for these.
    """
    slots = {slot.project_id: slot for slot in day.order if not slot.is_absent}
    asked = to_be_scored(day) if of is None else of
    papers = [
        Paper(found, slots[found.project_id], f"{found.pk:06d}", qr.inline(address.replace("/0/", f"/{found.pk}/")))
        for found in asked
    ]
    papers.sort(key=lambda paper: (paper.assignment.person.name, paper.assignment.person_id, paper.slot.position or 0))
    rubric = day.call.review_rubric
    return _document(
        day,
        "路演评分表",
        "pdf/pitch_score_sheets.html",
        papers=papers,
        criteria=rubric.criteria.prefetch_related("levels__criterion"),
    )


def _document(day: PitchDay, title: str, template: str, **facts: Any) -> Document:
    return Document(
        file_name(title, day.call.code, day.name),
        template,
        {
            "title": title,
            "number": day.call.code,
            "author": day.call.funder.name,
            "day": day,
            "call": day.call,
            **facts,
        },
    )
