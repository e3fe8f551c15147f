"""What must not be forgotten yet, although its time is over: what an open objection, report or audit rests on."""

from typing import Any

from django.db.models import Model

from evaluations.models import Grievance
from people.models import DataRequest
from projects.models import Audit, Objection, Project

OPEN_OBJECTION, OPEN_GRIEVANCE, OPEN_AUDIT = "有异议还没有处理完", "有居民举报还没有答复", "审计报告还没有确认"


def held_projects() -> dict[int, str]:
    """Each project of which nothing may go now, and why; three queries."""
    found: dict[int, str] = {}
    audits = Audit.objects.waiting()
    found |= dict.fromkeys(audits.values_list("project", flat=True), OPEN_AUDIT)
    found |= dict.fromkeys(Grievance.objects.open().values_list("project", flat=True), OPEN_GRIEVANCE)
    open_ones = Objection.objects.open().order_by()
    found |= dict.fromkeys(open_ones.filter(project__isnull=False).values_list("project", flat=True), OPEN_OBJECTION)
    whole = open_ones.filter(project__isnull=True).values("notice__call")
    found |= dict.fromkeys(Project.objects.filter(call__in=whole).values_list("pk", flat=True), OPEN_OBJECTION)
    return found


def why_held(row: Model, held: dict[int, str]) -> str:
    """Why this row stays for now; empty when it may go."""
    if isinstance(row, Objection) and row.confirmed_at and not row.ruling:
        return OPEN_OBJECTION
    if isinstance(row, Grievance) and not row.answered_at:
        return OPEN_GRIEVANCE
    if isinstance(row, DataRequest) and row.is_open:
        return "这件申请还没有答复"
    return held.get(project_of(row) or 0, "")


def project_of(row: Any) -> int | None:
    """The project that a row belongs to, directly or by its activity."""
    if isinstance(row, Project):
        return row.pk
    if found := getattr(row, "project_id", None):
        return found
    activity = getattr(row, "activity", None)
    return activity.project_id if activity else None
