"""What a group says about its work on the way: monthly report (月报) and milestone report (进度报告、中期报告).

In Chinese like every paper: see `documents`.
"""

from datetime import date, timedelta

from core import clock
from core.money import plain
from projects.accounting import final_accounts
from projects.models import ActivityPhoto, MonthlyReport, Report
from reports.budget_execution import execution
from reports.documents import Document, file_name
from reports.photo_pages import of_activities

MONTHLY_PHOTOS = 4
"""One page of them is enough for a month."""


def monthly(report: MonthlyReport) -> Document:
    """The monthly report as a paper for the files: figures, words, what was said to it, photos of the month."""
    project = report.project
    shown = ActivityPhoto.objects.filter(
        activity__project=project,
        activity__starts_at__date__gte=report.month,
        activity__starts_at__date__lt=_following(report.month),
    )
    context = {
        "title": "项目月报",
        "number": project.number,
        "author": project.applicant.name,
        "project": project,
        "report": report,
        "remarks": report.remarks.select_related("by"),
        "hours": plain(report.volunteer_hours),
        "rate": plain(report.rate),
        "photos": of_activities(shown, MONTHLY_PHOTOS),
    }
    name = file_name("项目月报", f"{report.month:%Y-%m}", project.number, project.title)
    return Document(name, "pdf/monthly.html", context)


def _following(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def milestone_report(report: Report) -> Document:
    """What the group reported at a milestone: its figures and words, spending against budget, photos up to then."""
    project = report.project
    title = "项目进度报告"
    shown = ActivityPhoto.objects.filter(activity__project=project, activity__starts_at__lte=report.submitted_at)
    context = {
        "title": title,
        "number": project.number,
        "author": project.applicant.name,
        "project": project,
        "report": report,
        "execution": execution(final_accounts(project).granted_by_category),
        "photos": of_activities(shown),
    }
    name = file_name(title, clock.localdate(report.submitted_at).isoformat(), project.number, project.title)
    return Document(name, "pdf/milestone_report.html", context)
