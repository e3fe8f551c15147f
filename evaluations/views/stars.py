"""Stars: the ranking for everybody, an organisation's page with its explanation, the clerk's pages of a year."""

from functools import partial
from itertools import count
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.forms import NoteForm, add_refusal
from core.models import Event
from core.workflow import Choice, Refused, choices, permit, transitions, unmet
from evaluations.actions import stars as actions
from evaluations.forms import RankingFilter, RulingForm, StarAppealForm, StarYearForm
from evaluations.models import CautionProposal, Honour, Star, StarAppeal, StarYear
from evaluations.star_words import explain, rules_in_words, why_no_star
from evaluations.stars import Place
from people.models import Kind, Organization, Role
from projects.views.trouble import press

STEPS = {
    "announce": actions.announce,
    "calculate": actions.calculate,
    "open_notice": actions.open_notice,
    "confirm": actions.confirm,
    "publish": actions.publish,
}
"""What is pressed without words."""


# -- For everybody -------------------------------------------------------------------------------------


@require_safe
def star_list(request: HttpRequest) -> HttpResponse:
    """The newest published ranking; before there is one, the years whose rules are announced."""
    latest = StarYear.objects.published().first()
    if latest is not None:
        return star_ranking(request, latest.pk)
    years = StarYear.objects.announced().select_related("funder")
    return render(request, "evaluations/star_list.html", {"years": years})


@require_safe
def star_ranking(request: HttpRequest, pk: int) -> HttpResponse:
    """One year for everybody: by which rules, and what came out; in notice without places, for they may still move."""
    found = StarYear.objects.visible_to(request.user).select_related("funder")
    year = get_object_or_404(found, pk=pk)
    form = RankingFilter(request.GET, year=year)
    chosen = form.chosen(year.stars.select_related("organization")) if year.is_public else year.stars.none()
    stars = list(chosen)
    context = {
        "year": year,
        "form": form,
        "groups": groups_of(year, stars) if year.is_public else [],
        "unrated": [star for star in stars if star.score is None],
        "rules": rules_in_words(year),
        "others": StarYear.objects.announced().exclude(pk=year.pk).select_related("funder")[:6],
        "honours": Honour.objects.standing().filter(funder=year.funder_id, year=year.year)[:6],
        "see_desk": rules.has_perm("evaluations.see_star_year", request.user, year),
    }
    return render(request, "evaluations/star_ranking.html", context)


def groups_of(year: StarYear, stars: list[Star]) -> list[dict[str, Any]]:
    """The rated ones by group, best first, with the places among those that are shown."""
    rated = [star for star in stars if star.score is not None]
    places = year.place_of(rated)
    found: dict[str, dict[str, Any]] = {}
    for star in sorted(rated, key=lambda one: (one.status, one.kind, -(one.score or 0), one.name)):
        group = found.setdefault(
            star.group,
            {"status": star.get_status_display(), "kind": star.get_kind_display(), "rows": []},
        )
        group["rows"].append((star, places[star.pk]))
    return list(found.values())


@require_safe
def star_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation's stars: everybody reads stars, kind, district and place; itself and the funder every line."""
    star = find_star(request, pk)
    year = star.year
    sees_all = rules.has_perm("evaluations.see_explanation", request.user, star)
    appeals = StarAppeal.objects.visible_to(request.user).filter(star=star)
    may_appeal = rules.has_perm("evaluations.appeal_star", request.user, star) and year.takes_appeals
    context = {
        "star": star,
        "year": year,
        "place": place_of(star) if year.is_published or sees_all else None,
        "is_public": year.is_public,
        "parts": explain(star) if sees_all else [],
        "why_no_star": why_no_star(star),
        "sees_all": sees_all,
        "appeals": appeals if sees_all else [],
        "may_appeal": may_appeal and not any(clock.localdate(one.made_at) >= year.notice_from for one in appeals),
        "may_acknowledge": rules.has_perm("evaluations.acknowledge_star", request.user, star)
        and year.state == StarYear.State.NOTICE
        and star.acknowledged_at is None,
        "honours": Honour.objects.standing().filter(organization=star.organization_id),
        "rules": rules_in_words(year),
    }
    return render(request, "evaluations/star_detail.html", context)


def find_star(request: HttpRequest, pk: int) -> Star:
    found = Star.objects.visible_to(request.user).select_related("year__funder", "organization", "acknowledged_by")
    return get_object_or_404(found, pk=pk)


def place_of(star: Star) -> Place | None:
    """Its place in its group."""
    rows = star.year.stars.filter(status=star.status, kind=star.kind)
    return star.year.place_of(rows).get(star.pk)


# -- The organisation ----------------------------------------------------------------------------------


@login_required
@require_POST
def star_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """The organisation has read its explanation."""
    star = find_star(request, pk)
    try:
        actions.acknowledge(star, by=request.user)
        messages.success(request, _("Thank you. You can still appeal until the notice ends."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(star)


@login_required
def star_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """The organisation appeals while the notice runs."""
    star = find_star(request, pk)
    permit("evaluations.appeal_star", request.user, star)
    if request.method == "GET" and (mine := star.appeals.filter(made_at__date__gte=star.year.notice_from).first()):
        return redirect(mine)  # made already, perhaps in another tab
    if request.method == "GET" and not star.year.takes_appeals:
        messages.info(request, _("Appeals are taken while the notice runs."))
        return redirect(star)
    form = StarAppealForm(request.POST or None)
    made = press(request, form, partial(actions.appeal, star, by=request.user), _("The funder has your appeal."))
    if made:
        return redirect(made)
    return render(request, "evaluations/star_appeal_form.html", {"star": star, "year": star.year, "form": form})


@login_required
def star_appeal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """An appeal and its ruling, for the organisation and the funder."""
    related = ("star__organization", "star__year__funder", "year__funder", "made_by", "ruled_by")
    appeal = get_object_or_404(StarAppeal.objects.visible_to(request.user).select_related(*related), pk=pk)
    may_rule = rules.has_perm("evaluations.rule_on_star_appeal", request.user, appeal) and appeal.is_open
    form = RulingForm(request.POST or None)
    if request.method == "POST":
        permit("evaluations.rule_on_star_appeal", request.user, appeal)
        done = _("The ruling is given; the organisation reads it.")
        if press(request, form, partial(actions.rule_on_appeal, appeal, by=request.user), done):
            return redirect(appeal)
    context = {
        "appeal": appeal,
        "star": appeal.star,
        "year": appeal.year,
        "form": form if may_rule else None,
        "parts": explain(appeal.star),
        "in_funder": rules.has_perm("evaluations.see_star_year", request.user, appeal),
    }
    return render(request, "evaluations/star_appeal_detail.html", context)


# -- The clerk -----------------------------------------------------------------------------------------


@login_required
def star_year_list(request: HttpRequest) -> HttpResponse:
    """The years of my funders, newest first."""
    if not Organization.objects.funders_of(request.user, *Role.values).exists():
        raise PermissionDenied
    years = StarYear.objects.of_funders(request.user).select_related("funder").annotate(rated=Count("stars"))
    may_draft = Organization.objects.funders_of(request.user, Role.STAFF).exists()
    return render(request, "evaluations/star_year_list.html", {"years": years, "may_draft": may_draft})


@login_required
def star_year_create(request: HttpRequest) -> HttpResponse:
    """Draft a year; it begins with the figures of the guide, or of the last year of this funder."""
    funder = Organization.objects.funders_of(request.user, Role.STAFF).first()
    if funder is None:
        raise PermissionDenied
    form = StarYearForm(request.POST or None, funder=funder, initial=_suggested(funder))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draft(funder, by=request.user, values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Drafted. Announce the rules before the year begins to count."))
            return redirect("evaluations:star_year_detail", made.pk)
    return render(request, "evaluations/star_year_form.html", {"form": form, "funder": funder})


def _suggested(funder: Organization) -> dict[str, Any]:
    """The next calendar year that is not there yet, by the rules of the last one."""
    last = funder.star_years.first()
    there = set(funder.star_years.filter(region="").values_list("year", flat=True))
    year = next(number for number in count(clock.today().year + 1) if number not in there)
    values: dict[str, Any] = {"contact_phone": funder.phone}
    if last is not None:
        kept = [name for name in StarYearForm.Meta.fields if name not in ("title", "year")]
        values = {name: getattr(last, name) for name in kept}
    return values | {
        "year": year,
        "title": _("Stars of %(year)s") % {"year": year},
        "counts_from": f"{year}-01-01",
        "counts_until": f"{year}-12-31",
        "expires_on": f"{year + 1}-12-31",
    }


def find_year(request: HttpRequest, pk: int) -> StarYear:
    """A year of one of my funders."""
    return get_object_or_404(StarYear.objects.of_funders(request.user).select_related("funder"), pk=pk)


@login_required
def star_year_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the rules before they are announced."""
    year = find_year(request, pk)
    permit("evaluations.keep_star_year", request.user, year)
    if not year.is_open:
        raise Http404
    form = StarYearForm(request.POST or None, funder=year.funder, instance=StarYear.objects.get(pk=year.pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_rules(year, by=request.user, values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("evaluations:star_year_detail", year.pk)
    return render(request, "evaluations/star_year_form.html", {"form": form, "funder": year.funder, "year": year})


@login_required
def star_year_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk of a year: its next step, what everybody has, appeals, what the stars propose."""
    year = find_year(request, pk)
    stars = list(year.stars.select_related("organization", "acknowledged_by").prefetch_related("appeals"))
    places = year.place_of(stars)
    context = {
        "year": year,
        "rows": [(star, places.get(star.pk)) for star in stars],
        "rated": len(places),
        "steps": steps_of(year, request.user),
        "appeals": year.appeals.select_related("star"),
        "proposals": CautionProposal.objects.filter(star__year=year).select_related("star", "caution"),
        "rules": rules_in_words(year),
        "may_change": rules.has_perm("evaluations.keep_star_year", request.user, year) and year.is_open,
        "events": Event.objects.about(year),
        "kinds": Kind,
    }
    return render(request, "evaluations/star_year_detail.html", context)


def steps_of(year: StarYear, user: Any) -> list[Choice]:
    """The steps a person may take now: what has a button of its own, and the two that stand in larger verbs."""
    return [*choices(year, user), *_larger(year, user)]


def _larger(year: StarYear, user: Any) -> list[Choice]:
    """`calculate` and `publish` do more than move the year, so the state machine gives them no button."""
    return [
        Choice(one.name, str(one.custom["label"]), one.custom["tone"], one.custom["note"], unmet(year, one))
        for one in transitions(StarYear)
        if one.name in ("calculate", "publish") and one.source == year.state and one.has_perm(year, user)
    ]


@login_required
@require_POST
def star_year_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Press a step of the year."""
    year = find_year(request, pk)
    if name not in STEPS:
        raise Http404
    seen = request.POST.get("seen", year.state)
    try:
        if seen != year.state:
            raise Refused(_("The state has changed since you opened this page. Please look again."))
        STEPS[name](year, by=request.user)
        messages.success(request, year.get_state_display())
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect("evaluations:star_year_detail", pk)


@login_required
def star_year_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The approver wants the whole calculated anew, and says why."""
    year = find_year(request, pk)
    permit("evaluations.confirm_stars", request.user, year)
    form = NoteForm(request.POST or None, state=year.state, needs_note=True)
    if request.method == "POST" and form.is_valid():
        try:
            actions.send_back(year, by=request.user, note=form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Sent back."))
            return redirect("evaluations:star_year_detail", pk)
    return render(request, "evaluations/star_year_send_back.html", {"year": year, "form": form})


# -- One organisation's record -------------------------------------------------------------------------


@login_required
def organization_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of one organisation: stars, warnings, talks, delistings, honours; for itself and for funders."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    belongs = request.user.has_role(organization.pk)
    funders = Organization.objects.funders_of(request.user, *Role.values)
    if not belongs and not funders.exists():
        raise PermissionDenied
    mine = Q() if belongs else Q(funder__in=funders)
    stars = Star.objects.visible_to(request.user).filter(organization=organization).select_related("year__funder")
    may_act = not belongs and Organization.objects.funders_of(request.user, Role.STAFF).exists()
    context = {
        "organization": organization,
        "stars": stars,
        "standing": Star.objects.standing().filter(organization=organization).first(),
        "cautions": organization.cautions.filter(mine).select_related("funder", "talk"),
        "delistings": organization.delistings.filter(mine).select_related("funder"),
        "honours": Honour.objects.visible_to(request.user).filter(organization=organization),
        "may_act": may_act,
    }
    return render(request, "evaluations/organization_record.html", context)
