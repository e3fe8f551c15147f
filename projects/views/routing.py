"""On with a proposal that got no money: to another open call, or shown to a fund that looks at proposals."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from grants.models import Fund
from projects.actions import drafts, referrals
from projects.forms import OfferForm, ReferralAnswerForm, ReferralForm
from projects.models import Project, Referral
from projects.models.state import ENDED_WITHOUT_MONEY
from projects.views.likeness import as_it_was
from projects.views.project import find

PAGE = 20


@login_required
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a proposal that got no money here to another open call."""
    project = find(request, pk)
    permit("projects.offer_elsewhere", request.user, project)
    calls = drafts.open_elsewhere(project)
    form = OfferForm(request.POST or None, calls=calls)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafts.offer_elsewhere(project, form.cleaned_data["call"], by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, _("Taken over, with its papers. Look through the dates and the money, then submit.")
            )
            if steps := drafts.steps_left_out(project, draft):
                words = _("Left out, because their days lie outside the new call or its form asks for none: %(steps)s.")
                messages.warning(request, words % {"steps": "、".join(steps)})
            return redirect("projects:proposal_edit", pk=draft.pk)
    offers = [(call, call.track_for(project.applicant)) for call in calls]
    context = {
        "project": project,
        "form": form,
        "offers": [(call, track) for call, track in offers if track],
        "offered": drafts.offered(project),
        "funds": referrals.funds_for(project) if project.state in ENDED_WITHOUT_MONEY else [],
        "referrals": project.referrals.select_related("fund__funder", "call"),
        "coming": drafts.elsewhere(project).filter(opens_at__gt=clock.now()).order_by("opens_at"),
    }
    return render(request, "projects/offer.html", context)


@login_required
def referral_create(request: HttpRequest, pk: int, fund_pk: int) -> HttpResponse:
    """Show the proposal to one fund."""
    project = find(request, pk)
    permit("projects.offer_elsewhere", request.user, project)
    fund = get_object_or_404(Fund.objects.taking_referrals().select_related("funder"), pk=fund_pk)
    form = ReferralForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            referral = referrals.refer(project, fund, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Shown. You will be told when the fund answers."))
            return redirect(referral)
    return render(request, "projects/referral_form.html", {"project": project, "fund": fund, "form": form})


@login_required
def referral_list(request: HttpRequest) -> HttpResponse:
    """What has been shown to the funds of my funders, the unanswered first."""
    permit("projects.see_referrals", request.user)
    found = Referral.objects.filter(fund__funder__in=list(request.user.roles))
    related = ("project__applicant", "project__call__funder", "fund")
    ordered = found.select_related(*related).order_by("answered_at", "made_at")
    page = page_of(ordered, PAGE, request.GET.get("page"))
    return render(request, "projects/referral_list.html", {"page_obj": page})


@login_required
def referral_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal as it was, how it ended, and the fund's answer."""
    related = ("project__applicant", "project__call", "fund__funder", "call", "answered_by", "made_by")
    referral = get_object_or_404(Referral.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("projects.see_referral", request.user, referral)
    may_answer = rules.has_perm("projects.answer_referral", request.user, referral) and not referral.answer
    form = ReferralAnswerForm(request.POST or None, calls=referrals.calls_for(referral))
    if request.method == "POST":
        permit("projects.answer_referral", request.user, referral)
        if form.is_valid():
            try:
                referrals.answer(referral, by=request.user, **form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("The group has your answer."))
                return redirect(referral)
    is_group = rules.has_perm("projects.offer_elsewhere", request.user, referral.project)
    context = {
        "referral": referral,
        "form": form if may_answer or form.is_bound else None,
        "is_group": is_group,
        "draft": drafts.offered(referral.project).filter(call=referral.call).first() if is_group else None,
        **as_it_was(Project.objects.with_names().get(pk=referral.project_id)),
    }
    return render(request, "projects/referral_detail.html", context)


@login_required
@require_POST
def referral_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    referral = get_object_or_404(Referral.objects.visible_to(request.user).select_related("project", "fund"), pk=pk)
    try:
        referrals.take_back(referral, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(referral)
    messages.success(request, _("Taken back."))
    return redirect("projects:offer", pk=referral.project_id)
