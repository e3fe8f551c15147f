"""The texts that an evaluator organisation keeps for itself."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.workflow import permit
from evaluations.actions import report_templates
from evaluations.forms import ReportTemplateForm
from evaluations.models import ReportTemplate
from evaluations.views.procedure import press
from people.models import Kind, Organization


@login_required
def template_list(request: HttpRequest) -> HttpResponse:
    """My organisation's texts."""
    permit("evaluations.see_workspace", request.user, None)
    found = ReportTemplate.objects.visible_to(request.user).usable().select_related("written_by")
    return render(request, "evaluations/template_list.html", {"templates": found})


@login_required
def template_create(request: HttpRequest) -> HttpResponse:
    """A new text."""
    permit("evaluations.see_workspace", request.user, None)
    mine = request.user.organizations_as("manager", "evaluator")
    organization = Organization.objects.filter(pk__in=mine, kind=Kind.EVALUATOR).order_by("pk").first()
    return _edit(request, organization, None)


@login_required
def template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another wording of a text."""
    template = get_object_or_404(ReportTemplate.objects.visible_to(request.user).usable(), pk=pk)
    permit("evaluations.keep_template", request.user, template)
    return _edit(request, template.organization, template)


def _edit(request: HttpRequest, organization: Organization, template: ReportTemplate | None) -> HttpResponse:
    instance = ReportTemplate.objects.get(pk=template.pk) if template else None
    form = ReportTemplateForm(request.POST or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        verb = partial(report_templates.keep, organization, by=request.user, template=template, **form.cleaned_data)
        if press(request, form, verb, _("Saved.")):
            return redirect("evaluations:template_list")
    return render(request, "evaluations/template_form.html", {"form": form, "template": template})


@login_required
@require_POST
def template_put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """It is offered no more."""
    template = get_object_or_404(ReportTemplate.objects.visible_to(request.user).usable(), pk=pk)
    report_templates.put_away(template, by=request.user)
    messages.success(request, _("It is put away."))
    return redirect("evaluations:template_list")
