"""What came of it: completed projects, for everybody."""

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.lately import lately
from core.paging import page_of
from projects.models import ActivityPhoto, Project

PAGE = 12


def showcase(request: HttpRequest) -> HttpResponse:
    """Completed projects, newest first, with what they reached."""
    found = Project.objects.completed().with_names()
    page = page_of(found, PAGE, request.GET.get("page"))
    awarded, counted_at = lately("showcase", lambda: found.aggregate(sum=Sum("amount_awarded"))["sum"])
    context = {"page_obj": page, "awarded": awarded, "counted_at": counted_at}
    return render(request, "projects/showcase.html", context)


def showcase_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One completed project: what was planned, what was done, what remains. No contact data."""
    related = ("call__funder", "applicant", "field", "community")
    project = get_object_or_404(Project.objects.completed().select_related(*related), pk=pk)
    context = {
        "project": project,
        "report": project.reports.filter(kind="closing").last(),
        "activities": project.activities.recorded().with_signed(),
        "photos": ActivityPhoto.objects.public().filter(activity__project=project)[:12],
        "follow_up": project.follow_ups.answered().first(),
    }
    return render(request, "projects/showcase_detail.html", context)
