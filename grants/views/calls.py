"""Calls, for everybody: the list, one call, and what an applicant will have to fill in."""

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core import clock
from core.paging import page_of
from core.workdays import uncertain_years
from grants.descriptions import digest
from grants.models import Call, Workshop
from grants.soundness import gaps, missing_bases, notes
from people.models import Organization, Role
from people.region_choice import choice, narrowed

PAGE = 20
FIELDS_OF_CALL = ("fund", "review_rubric", "midterm_rubric", "final_rubric", "tranche_plan", "funder", "cloned_from")


def call_list(request: HttpRequest) -> HttpResponse:
    """Open calls first, then upcoming and closed ones; drafts for the funder's people only."""
    found = (
        Call.objects.visible_to(request.user)
        .open_first()
        .select_related("funder")
        .prefetch_related("tracks", "service_fields")
    )
    page = page_of(narrowed(found, request), PAGE, request.GET.get("page"))
    is_clerk = Organization.objects.funders_of(request.user, Role.STAFF).exists()
    return render(request, "grants/call_list.html", {"page_obj": page, "is_clerk": is_clerk, **choice(request)})


def call_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything an applicant needs to know, and for the funder what is still missing.

    `?as=applicant` shows the funder's people exactly what an applicant will see, and nothing of their own.
    """
    rubrics = ("review_rubric__criteria", "midterm_rubric__criteria", "final_rubric__criteria")
    found = Call.objects.visible_to(request.user).select_related(*FIELDS_OF_CALL).prefetch_related(*rubrics)
    call = get_object_or_404(found, pk=pk)
    in_funder = request.user.is_authenticated and request.user.has_role(call.funder_id)
    preview = in_funder and request.GET.get("as") == "applicant"
    if preview:
        in_funder = False
        call.published_at = call.published_at or clock.now()  # as it will be; nothing is stored
    is_draft = not call.is_published
    context = {
        "call": call,
        "tracks": call.tracks.all(),
        "rules": call.tranche_plan.rules.prefetch_related("gates"),
        "conditions": call.eligibility_rules.all(),
        "budget_rules": call.budget_rules.all(),
        "papers": call.papers.select_related("track"),
        "panels": call.panel_rules.all(),
        "bonuses": call.bonus_rules.all(),
        "ties": call.tie_breaks.select_related("criterion"),
        "workshops": Workshop.objects.upcoming().filter(call=call).select_related("organizer"),
        "in_funder": in_funder,
        "preview": preview,
        "gaps": gaps(call) if is_draft else [],
        "missing_bases": missing_bases(call) if is_draft else [],
        "notes": notes(call) if is_draft else [],
        "read": digest(call) if is_draft and rules.has_perm("grants.publish_call", request.user, call) else "",
        "may_conclude": not preview and rules.has_perm("grants.conclude_call", request.user, call),
        "uncertain": uncertain_years(call.starts_on, call.ends_on),
    }
    return render(request, "grants/call_detail.html", context)
