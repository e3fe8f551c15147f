"""Where needs meet no money: by community and field, and what stands behind each figure."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.lately import asked_by, lately
from grants.models import Need, ServiceField
from people.models import Community, ground_of
from projects.gap_facts import PERIODS, USUAL, counted, gaps, since
from projects.models import Project
from projects.views.needs import permit_desk


def chosen_period(request: HttpRequest) -> str:
    period = request.GET.get("years", USUAL)
    return period if period in PERIODS else USUAL


@login_required
def need_gaps(request: HttpRequest) -> HttpResponse:
    """Need × funded field × community: where needs are open and nothing is funded (S1 「重点购买社区服务真空领域」)."""
    permit_desk(request, "grants.see_needs")
    period = chosen_period(request)
    fields = list(ServiceField.objects.all())
    regions = request.user.bureaus.values()
    table, counted_at = lately(f"gaps:{asked_by(request)}", lambda: gaps(period, regions=regions))
    rows = [
        (community, [(field, table.cell(community.pk, field.pk)) for field in fields], table.cell(community.pk, None))
        for community in Community.objects.filter(pk__in=table.communities)
    ]
    near = Community.objects.filter(ground_of("region_code", request.user.bureaus), pk__in=table.communities)
    context = {
        "fields": fields,
        "rows": rows,
        "near": set(near.values_list("pk", flat=True)),
        "totals": [(field, table.column(field.pk)) for field in fields],
        "unsorted": table.column(None),
        "period": period,
        "periods": PERIODS.items(),
        "since": since(period),
        "counted_at": counted_at,
    }
    return render(request, "projects/need_gaps.html", context)


@login_required
def need_gap(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands behind one cell: the open needs of a community in a field, and the projects counted there."""
    permit_desk(request, "grants.see_needs")
    community = get_object_or_404(Community.objects.filter(ground_of("region_code", request.user.bureaus)), pk=pk)
    asked = request.GET.get("field", "")
    field = ServiceField.objects.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 15 else None
    period = chosen_period(request)
    here = Q(community=community) | Q(other_communities=community)
    projects = list(counted(period).filter(here, field=field).with_names().distinct())
    mine = Project.objects.visible_to(request.user).filter(pk__in=[project.pk for project in projects])
    context = {
        "community": community,
        "field": field,
        "needs": Need.objects.open().filter(community=community, field=field).order_by("received_at"),
        "projects": projects,
        "mine": set(mine.values_list("pk", flat=True)),
        "period": period,
        "period_name": PERIODS[period],
        "since": since(period),
    }
    return render(request, "projects/need_gap.html", context)
