"""The mentor's desk: every project one follows on one page, the most troubled first."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.paging import page_of
from grants.models import Call
from people.models import User
from projects.forms import DeskFilter
from projects.lights import COLOURS, Tone
from projects.lights_of import Lit, lit
from projects.models import Part, Participant, Project
from projects.models.state import UNDER_WAY

PAGE = 20


def followed(user: User) -> QuerySet[Project]:
    """The projects under way that somebody mentors, pays for, or carries out: the same lights for all of them."""
    mine = list(user.roles)
    mentored = Participant.objects.current().filter(person=user, part=Part.MENTOR).values("project")
    under_way = Project.objects.filter(state__in=UNDER_WAY).order_by()
    near = [
        under_way.filter(pk__in=mentored).values("pk"),
        under_way.filter(funder__in=mine).values("pk"),
        under_way.filter(applicant__in=mine).values("pk"),
        under_way.filter(host__in=mine).values("pk"),
    ]
    return Project.objects.filter(pk__in=near[0].union(*near[1:]))  # apart: of all together SQLite reads every project


def choices_among(projects: QuerySet[Project]) -> dict[str, Any]:
    """The calls and mentors to choose from."""
    mentors = Participant.objects.current().filter(part=Part.MENTOR, project__in=projects)
    return {
        "calls": Call.objects.filter(projects__in=projects).distinct(),
        "mentors": User.objects.filter(pk__in=mentors.values("person")),
    }


@login_required
def mentor_desk(request: HttpRequest) -> HttpResponse:
    """My projects with their lights and the reasons; for a clerk, all of the funder's; for a group, its own."""
    # Found once: the choices and the rows below ask among them.
    projects = Project.objects.filter(pk__in=list(followed(request.user).values_list("pk", flat=True)))
    form = DeskFilter(request.GET, **choices_among(projects))
    asked = form.cleaned_data if form.is_valid() else {}
    rows = lit(_filtered(projects, asked))
    counts = Counter(row.tone for row in rows)
    shown = [row for row in rows if not asked.get("tone") or row.tone == asked["tone"]]
    page = page_of(shown, PAGE, request.GET.get("page"))
    for row in page:
        _say_what_may_be_done(row, request.user)
    context = {
        "form": form,
        "page_obj": page,
        "counts": [(tone, COLOURS[tone], counts[tone]) for tone in Tone],
        "is_filtered": any(asked.values()),
    }
    return render(request, "projects/mentor_desk.html", context)


def _filtered(projects: QuerySet[Project], asked: dict[str, Any]) -> QuerySet[Project]:
    if asked.get("q"):
        q = asked["q"]
        projects = projects.filter(Q(title__contains=q) | Q(number__icontains=q) | Q(applicant__name__contains=q))
    if asked.get("call"):
        projects = projects.filter(call=asked["call"])
    mentors = Participant.objects.current().filter(part=Part.MENTOR).select_related("person")
    if asked.get("mentor"):
        projects = projects.filter(pk__in=mentors.filter(person=asked["mentor"]).values("project"))
    return projects.with_names().prefetch_related(Prefetch("participants", mentors, to_attr="now_mentors"))


def _say_what_may_be_done(row: Lit, user: User) -> None:
    """From what is there already: asking `rules` would ask the database for every row."""
    project: Any = row.project
    inside = user.has_role(project.applicant_id) or user.has_role(project.host_id)
    works_there = user.has_role(project.call.funder_id)
    row.mine = not inside and not works_there and any(each.person_id == user.pk for each in project.now_mentors)
    row.may_visit = row.mine or (not inside and user.has_role(project.call.funder_id, "staff"))
