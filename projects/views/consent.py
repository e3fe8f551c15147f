"""What people are told before they agree: for everybody to read, for a funder to word."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.workflow import permit
from people.models import Organization, Role
from projects.actions import consent
from projects.forms import ConsentTextForm
from projects.models import ConsentText


def _funder(request: HttpRequest) -> Organization:
    permit("projects.word_consent", request.user, None)
    found = Organization.objects.funders_of(request.user, Role.STAFF).order_by("pk").first()
    assert found is not None, "the permission asks for one"
    return found


@login_required
@require_safe
def consent_list(request: HttpRequest) -> HttpResponse:
    """The texts in force for my funder, and the versions before."""
    funder = _funder(request)
    texts = [ConsentText.objects.in_force(funder, purpose) for purpose in ConsentText.Purpose.values]
    older = ConsentText.objects.filter(funder=funder).exclude(pk__in=[text.pk for text in texts])
    return render(request, "projects/consent_list.html", {"texts": texts, "older": older, "funder": funder})


@login_required
def consent_create(request: HttpRequest, purpose: str) -> HttpResponse:
    """A new version of a text, beginning with the one in force."""
    funder = _funder(request)
    if purpose not in ConsentText.Purpose.values:
        raise Http404
    now = ConsentText.objects.in_force(funder, purpose)
    form = ConsentTextForm(request.POST or None, initial={"text": now.text, "keep_months": now.keep_months})
    if request.method == "POST" and form.is_valid():
        made = consent.publish_text(funder, purpose, by=request.user, values=form.cleaned_data)
        messages.success(request, _("In force from now on: %(text)s") % {"text": made})
        return redirect("projects:consent_list")
    return render(request, "projects/consent_form.html", {"form": form, "now": now, "funder": funder})


@require_safe
def consent_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, for everybody: whoever agreed to it can read it again."""
    return render(request, "projects/consent_detail.html", {"text": get_object_or_404(ConsentText, pk=pk)})
