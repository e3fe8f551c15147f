"""Monthly reports: of a project, one of them, as the community reads it, and the funder's ledger of all."""

from decimal import Decimal
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import add_refusal
from core.lately import asked_by, lately
from core.paging import page_of
from core.strangers import AN_HOUR, TrapForm
from core.workflow import Refused, permit
from projects.actions import monthly
from projects.forms import MonthlyForm, MonthlyRemarkForm
from projects.forms.month_ledger import MonthLedgerFilter
from projects.models import MonthlyRemark, MonthlyReport
from projects.views.project import find

PAGE = 30
MOST_FROM_A_LINK = 5
SUMS = ("activities_planned", "activities_held", "visits", "volunteers", "volunteer_hours", "spent")


class CommunityRemarkForm(TrapForm):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=40)
    text = MonthlyRemarkForm.base_fields["text"]


@login_required
def monthly_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Every month of a project, the newest first."""
    project = find(request, pk)
    permit("projects.see_spending", request.user, project)
    return render(request, "projects/monthly_list.html", {"project": project, "reports": project.monthly_reports.all()})


@login_required
def monthly_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One month: the group adds its words while it is open, everybody reads and answers afterwards."""
    visible = MonthlyReport.objects.visible_to(request.user)
    report = get_object_or_404(visible.select_related("project__call", "project__community", "handed_in_by"), pk=pk)
    project = report.project
    permit("projects.see_spending", request.user, project)
    monthly.renew(report)
    writes = not report.is_handed_in and rules.has_perm("projects.write_monthly", request.user, report)
    answers = report.is_handed_in and rules.has_perm("projects.remark_on_monthly", request.user, report)
    form: Any = None
    if writes:
        form = MonthlyForm(request.POST or None, instance=MonthlyReport.objects.get(pk=pk))
    elif answers:
        form = MonthlyRemarkForm(request.POST or None)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and _wrote(request, report, form):
            return redirect(report)
    context = {
        "report": report,
        "project": project,
        "form": form,
        "writes": writes,
        "remarks": report.remarks.select_related("by"),
        "link": request.build_absolute_uri(monthly.link_for_community(report)),
    }
    return render(request, "projects/monthly_detail.html", context)


def _wrote(request: HttpRequest, report: MonthlyReport, form: Any) -> bool:
    """Keep the words, hand in, or answer; whether it was done."""
    try:
        if isinstance(form, MonthlyRemarkForm):
            monthly.remark(report, by=request.user, text=form.cleaned_data["text"])
            messages.success(request, _("Your remark is there."))
        elif "hand_in" in request.POST:
            monthly.hand_in(report, by=request.user, values=form.cleaned_data)
            messages.success(request, _("The report is handed in. Mentor and community can read it now."))
        else:
            monthly.save_words(report, by=request.user, values=form.cleaned_data)
            messages.success(request, _("Saved."))
    except Refused as refused:
        add_refusal(form, refused)
        return False
    return True


def monthly_read(request: HttpRequest, token: str) -> HttpResponse:
    """What the community reads by its link, without an account, and where it answers."""
    report = get_object_or_404(
        MonthlyReport.objects.select_related("project__applicant", "project__call__funder", "project__community"),
        token=token,
        handed_in_at__isnull=False,
    )
    project = report.project
    # Whoever has to do with the project sees the link on its page: to follow it is not the community's reading.
    works_on_it = request.user.is_authenticated and MonthlyReport.objects.visible_to(request.user).filter(pk=report.pk)
    if works_on_it and request.method == "POST":
        raise PermissionDenied
    if not works_on_it:
        monthly.note_reading(report)
    form = CommunityRemarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        recent = report.remarks.filter(part=MonthlyRemark.Part.COMMUNITY, at__gt=clock.now() - AN_HOUR).count()
        if recent >= MOST_FROM_A_LINK:
            form.add_error(None, _("There have been several remarks within the hour. Please try again later."))
        else:
            if not form.is_trapped:
                given = form.cleaned_data
                monthly.remark_of_community(report, name=given["name"], text=given["text"])
            messages.success(request, _("Thank you: the group, its mentor and the funder read it."))
            return redirect("projects:monthly_read", token=token)
    remarks = report.remarks.select_related("by")
    context = {"report": report, "project": project, "form": form, "remarks": remarks, "works_on_it": works_on_it}
    response = render(request, "projects/monthly_read.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response


def ledger_of(user: Any) -> QuerySet[MonthlyReport]:
    """The monthly reports of the calls of this person's funders."""
    permit("projects.see_month_ledger", user)
    mine = MonthlyReport.objects.filter(funder__in=list(user.roles))
    return mine.select_related("project__call", "project__applicant", "project__field", "project__community")


def _together(found: Any) -> tuple[dict[str, Any], int]:
    """The sums of these reports, and how many are late."""
    return found.order_by().aggregate(**{name: Sum(name) for name in SUMS}), found.late().count()


@login_required
def month_ledger(request: HttpRequest) -> HttpResponse:
    """The funder's ledger: every project and month, by call, street and field; with the sums of what is shown."""
    mine = ledger_of(request.user)
    given = request.GET.copy()
    if not given:  # what one comes for: the last month that there is
        newest = mine.order_by("-month").values_list("month", flat=True).first()
        given["month"] = f"{newest:%Y-%m}" if newest else ""
    form = MonthLedgerFilter(given, reports=mine)
    found = form.chosen(mine)
    page = page_of(found, PAGE, request.GET.get("page"))
    (sums, late), counted_at = lately(f"months:{asked_by(request)}", lambda: _together(found))
    context = {
        "page_obj": page,
        "form": form,
        "late": late,
        "counted_at": counted_at,
        "sums": {name: value or Decimal(0) for name, value in sums.items()},
        "query": given.urlencode(),
    }
    return render(request, "projects/month_ledger.html", context)
