"""Indicators with their denominators, for one call, district or year."""

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.forms import newest_keys
from core.workflow import permit
from grants.models import Call
from projects import indicators as calculation
from projects.indicator_facts import KINDS, facts_of, scopes
from projects.models import Project


def calls_for(user) -> QuerySet[Call]:
    """Of the calls of this person's funders, those with proposals first; 403 for whoever works at none."""
    permit("projects.see_indicators", user)
    handed_in = Project.objects.filter(call=OuterRef("pk"), submitted_at__isnull=False)
    calls = Call.objects.published().filter(funder__in=list(user.roles)).annotate(has_projects=Exists(handed_in))
    return calls.order_by("-has_projects", "-closes_at", "-pk").only("title", "opens_at")


def chosen_kind(request: HttpRequest) -> str:
    wanted = request.GET.get("by", "")
    return wanted if wanted in KINDS else "call"


@login_required
def indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator with what is divided by what, and why it is not known where it is not."""
    kind = chosen_kind(request)
    wanted = request.GET.get("of", "")
    calls = calls_for(request.user)
    found = scopes(kind, calls.filter(pk__in=newest_keys(calls, wanted)) if kind == "call" else calls)
    scope = next((one for one in found if one.key == wanted), found[0] if found else None)
    context = {
        "kind": kind,
        "kinds": KINDS.items(),
        "scopes": found,
        "scope": scope,
        "lines": calculation.indicators(facts_of(scope)) if scope else [],
    }
    return render(request, "projects/indicators.html", context)
