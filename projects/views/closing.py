"""The closing report: what is still open, the form, the report as it was handed in."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from projects.actions import closing
from projects.closing import counted, goals_of, open_items
from projects.forms import ClosingReportForm, HandInClosingForm
from projects.views.project import find


@login_required
def closing_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The closing report as it was handed in last; for the group also what is being written."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    if not project.is_funded:
        raise Http404
    may_write = rules.has_perm("projects.write_closing_report", request.user, project)
    found = project.closing_reports.handed_in().select_related("report__submitted_by", "report__accepted_by").first()
    if found is None and not may_write:
        raise Http404
    context = {
        "project": project,
        "closing": found,
        "may_write": may_write,
        "draft": project.closing_reports.being_written().first() if may_write else None,
        "photos": found.photos.select_related("activity") if found else [],
        "files": Attachment.objects.of(found.report) if found else [],
        "earlier": project.closing_reports.handed_in().select_related("report")[1:] if found else [],
    }
    return render(request, "projects/closing_report.html", context)


@login_required
def closing_report_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the closing report: figures stand there already, what is open is shown with where to settle it."""
    project = find(request, pk)
    permit("projects.write_closing_report", request.user, project)
    draft = closing.report_being_written(project, by=request.user)
    chosen = list(draft.photos.all()) if draft.pk else []
    form = ClosingReportForm(request.POST or None, instance=draft, project=project, initial={"photos": chosen})
    hand_in = HandInClosingForm(None, project=project)
    hands_in = "hand_in" in request.POST
    if hands_in:
        hand_in = HandInClosingForm(request.POST, request.FILES, project=project)
    if request.method == "POST" and form.is_valid() and (not hands_in or hand_in.is_valid()):
        try:
            closing.write_closing_report(
                project,
                by=request.user,
                values=form.words(),
                own_figures=form.own_figures(),
                photos=form.cleaned_data.get("photos", []),
            )
            if hands_in:
                closing.hand_in_closing_report(project, by=request.user, **hand_in.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        except PermissionDenied:
            add_refusal(form, Refused(_("It is saved. The head of the group hands it in.")))
        else:
            said = _("Handed in. Now you can ask for closure.") if hands_in else _("Saved. You can go on later.")
            messages.success(request, said)
            return redirect("projects:closing_report", pk) if hands_in else redirect("projects:closing_report_edit", pk)
    context = {
        "project": project,
        "form": form,
        "hand_in": hand_in,
        "may_hand_in": rules.has_perm("projects.hand_in_closing_report", request.user, project),
        "open_items": open_items(project),
        "figures": counted(project),
        "goals": goals_of(project, draft.own_figures),
        "sent_back": project.closing_reports.handed_in().exists(),
    }
    return render(request, "projects/closing_report_form.html", context)
