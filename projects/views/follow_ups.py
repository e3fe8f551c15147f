"""What lasts: the question behind the link, what mentor and clerk write down, and how many go on by call."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import clock
from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from grants.models import Call
from projects.actions import follow_ups as actions
from projects.follow_up_link import follow_up_of
from projects.forms import AnswerByLinkForm, SeenForm
from projects.lasting import lasting
from projects.models import FollowUp, Project
from projects.views.project import find

CALLS = 20
"""So many calls stand on one page."""
RELATED = ("project__call__funder", "project__applicant", "project__community")


@never_cache
def follow_up_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Behind the link, without an account: does it go on?"""
    asked = follow_up_of(code)
    if asked is None:
        return render(request, "projects/follow_up_answer.html", {"asked": None}, status=404)
    form = AnswerByLinkForm(request.POST or None, instance=FollowUp(project=asked.project))
    if request.method == "POST" and form.is_valid():
        if form.is_trapped:
            return redirect("projects:follow_up_answer", code=code)  # a program: it learns nothing from the answer
        try:
            actions.answer_by_link(asked, values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect("projects:follow_up_answer", code=code)
    context = {"asked": asked, "project": asked.project, "form": form}
    response = render(request, "projects/follow_up_answer.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
def follow_up_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a look back at a time of one's own."""
    project = find(request, pk)
    permit("projects.follow_up", request.user, project)
    form = SeenForm(request.POST or None, instance=FollowUp(project=project), initial={"seen_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.look_back(project, by=request.user, values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(project)
    open_ones = project.follow_ups.open()
    return render(request, "projects/follow_up_form.html", {"project": project, "form": form, "open_ones": open_ones})


@login_required
def follow_up_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One question: read what was answered; mentor and clerk write down what they learned."""
    seen = FollowUp.objects.visible_to(request.user).select_related(*RELATED, "by")
    asked = get_object_or_404(seen, pk=pk)
    may = rules.has_perm("projects.follow_up", request.user, asked.project) and not asked.is_answered
    if request.method == "POST" and not may:
        raise PermissionDenied
    fresh = FollowUp.objects.get(pk=pk)  # the form writes into its instance also what is refused
    form = SeenForm(request.POST or None, instance=fresh, initial={"seen_on": clock.today()}) if may else None
    if form is not None and form.is_bound and form.is_valid():
        try:
            actions.write_down(asked, by=request.user, values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:follow_up_detail", pk=pk)
    link = request.build_absolute_uri(actions.path_of(asked)) if may and asked.link_is_open else ""
    context = {"asked": asked, "project": asked.project, "form": form, "link": link}
    return render(request, "projects/follow_up_detail.html", context)


@login_required
@require_POST
def follow_up_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask again, with a new link."""
    asked = get_object_or_404(FollowUp.objects.visible_to(request.user).select_related(*RELATED), pk=pk)
    try:
        actions.send_again(asked, by=request.user)
        messages.success(request, _("Asked again, with a new link."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("projects:follow_up_detail", pk=pk)


def lasting_calls(user) -> QuerySet[Call]:
    """The calls of this person's funders with funded projects, the newest first; 403 for whoever works at none."""
    permit("projects.see_lasting", user)
    funded = Project.objects.funded().filter(call=OuterRef("pk")).order_by()
    calls = Call.objects.published().filter(Exists(funded), funder__in=list(user.roles))
    return calls.order_by("-closes_at", "-pk")


@login_required
def survival(request: HttpRequest) -> HttpResponse:
    """How many of the funded projects go on, by call, with what is counted."""
    forms = dict(FollowUp.Form.choices)
    page = page_of(lasting_calls(request.user), CALLS, request.GET.get("page"))
    lines = [(line, [(str(forms[form]), n) for form, n in sorted(line.forms.items())]) for line in lasting(page)]
    return render(request, "projects/survival.html", {"page_obj": page, "lines": lines})
