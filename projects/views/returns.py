"""The pages of money that has to come back."""

from functools import partial

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.models import Event
from core.workflow import permit
from projects.actions import returns
from projects.forms import ClosingForm, ReturnNoticeForm
from projects.models import ReturnNotice
from projects.views.project import find
from projects.views.trouble import press


@login_required
def return_notice_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for what is still due by the settled account."""
    project = find(request, pk)
    permit("projects.settle", request.user, project)
    latest = project.return_notices.first()
    ended = Event.objects.about(project).filter(name="terminate").last()
    known = {"pay_to": latest.pay_to if latest else "", "reason": ended.note if ended else ""}
    form = ReturnNoticeForm(request.POST or None, initial={name: said for name, said in known.items() if said})
    verb = partial(returns.ask_back, project, by=request.user)
    if notice := press(request, form, verb, _("The notice is issued. The group has it, with the last day.")):
        return redirect(notice)
    settlement = getattr(project, "settlement", None)
    context = {"project": project, "form": form, "settlement": settlement}
    return render(request, "projects/return_notice_form.html", context)


@login_required
def return_notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice, what has come back since, and the breach when nothing came."""
    related = ("project__call__funder", "project__call__fund", "project__applicant", "project__host", "issued_by")
    found = ReturnNotice.objects.visible_to(request.user).select_related(*related, "breach__organization")
    notice = get_object_or_404(found, pk=pk)
    permit("projects.see_delivery", request.user, notice.project)
    may_enter = rules.has_perm("projects.terminate", request.user, notice.project)
    breach = ClosingForm(request.POST or None)
    if request.method == "POST":
        permit("projects.terminate", request.user, notice.project)
        if press(request, breach, partial(returns.record_breach, notice, by=request.user), _("The breach is entered.")):
            return redirect(notice)
    offers = may_enter and notice.is_overdue and not notice.breach_id
    context = {"notice": notice, "project": notice.project, "breach": breach if offers or breach.is_bound else None}
    return render(request, "projects/return_notice_detail.html", context)
