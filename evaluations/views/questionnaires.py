"""What residents are asked: for everybody to read, for a funder to word."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.workflow import permit
from evaluations.actions import questionnaires
from evaluations.forms import MoreForm, QuestionnaireForm
from evaluations.models import Audience, Questionnaire
from evaluations.questions import shipped
from people.models import Organization, Role


def _funder(request: HttpRequest) -> Organization:
    permit("evaluations.word_questionnaire", request.user, None)
    found = Organization.objects.funders_of(request.user, Role.STAFF).order_by("pk").first()
    assert found is not None, "the permission asks for one"
    return found


@login_required
@require_safe
def questionnaire_list(request: HttpRequest) -> HttpResponse:
    """The questionnaires in force for my funder, and the editions before."""
    funder = _funder(request)
    now = [Questionnaire.objects.in_force(funder, audience) for audience in Audience.values]
    older = Questionnaire.objects.filter(funder=funder).exclude(pk__in=[one.pk for one in now])
    return render(request, "evaluations/questionnaire_list.html", {"now": now, "older": older, "funder": funder})


@login_required
def questionnaire_create(request: HttpRequest, audience: str) -> HttpResponse:
    """A new edition, beginning with the one in force."""
    funder = _funder(request)
    if audience not in Audience.values:
        raise Http404
    now = Questionnaire.objects.in_force(funder, audience)
    form = QuestionnaireForm(request.POST or None, now=now, shipped=shipped(audience)["items"])
    if request.method == "POST" and form.is_valid():
        made = questionnaires.publish_questionnaire(funder, audience, by=request.user, values=form.values)
        messages.success(request, _("In force from now on: %(text)s") % {"text": made})
        return redirect("evaluations:questionnaire_list")
    return render(request, "evaluations/questionnaire_form.html", {"form": form, "now": now, "funder": funder})


@require_safe
def questionnaire_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition as people see it."""
    found = get_object_or_404(Questionnaire, pk=pk)
    form = MoreForm(questionnaire=found)
    return render(request, "evaluations/questionnaire_detail.html", {"questionnaire": found, "form": form})
