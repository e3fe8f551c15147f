"""The templates of agreements, for the clerks of funders."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused
from grants.actions import agreement_templates
from grants.agreement_text import FACTS, TABLES, default_clauses, default_name
from grants.forms.agreement_templates import ClauseFormSet, NewTemplateForm
from grants.models import AgreementTemplate
from grants.views.terms import permit_terms
from people.models import Role


@login_required
def agreement_template_list(request: HttpRequest) -> HttpResponse:
    """The templates of one's own house, and the model text; a new one is begun here."""
    permit_terms(request)
    form = NewTemplateForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        begun = data.pop("copy_of")
        clauses = begun.clauses if begun else default_clauses()
        try:
            made = agreement_templates.create_template(data.pop("funder"), by=request.user, clauses=clauses, **data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The template is made. Now change what is different."))
            return redirect("grants:agreement_template_edit", pk=made.pk)
    templates = AgreementTemplate.objects.visible_to(request.user).select_related("funder").prefetch_related("editions")
    context = {"templates": templates, "form": form, "model_name": default_name(), "model": default_clauses()}
    return render(request, "grants/agreement_template_list.html", context)


@login_required
def agreement_template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the clauses: each saving is a new edition, and the earlier ones can be read."""
    permit_terms(request)
    template = get_object_or_404(AgreementTemplate.objects.visible_to(request.user), pk=pk)
    may_change = not template.is_shared and request.user.has_role(template.funder_id, Role.STAFF)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    newest = template.edition
    asked = request.GET.get("edition", "")
    older = template.editions.filter(ordinal=int(asked)).first() if asked.isdecimal() and len(asked) < 5 else None
    seen = request.POST.get("seen", str(newest.ordinal if newest else 0))
    initial = [clause | {"ORDER": place} for place, clause in enumerate(template.clauses, start=1)]
    formset = ClauseFormSet(request.POST or None, initial=None if request.POST else initial, prefix="clauses")
    refusals: list[str] = []
    if request.method == "POST" and formset.is_valid():
        try:
            made = agreement_templates.change_template(
                template, by=request.user, clauses=formset.clauses(),
                seen=int(seen) if seen.isdecimal() and len(seen) < 5 else -1,
            )  # fmt: skip
        except Refused as refused:
            refusals, seen = refused.reasons, str(newest.ordinal if newest else 0)
        else:
            said = (
                _("Edition %(n)s is in force for the next agreements.") % {"n": made.ordinal} if made else _("Saved.")
            )
            messages.success(request, said)
            return redirect("grants:agreement_template_edit", pk=pk)
    context = {
        "template": template,
        "may_change": may_change,
        "formset": formset,
        "editions": template.editions.select_related("made_by"),
        "older": older if older and older != newest else None,
        "seen": seen,
        "refusals": refusals,
        "places": [f"{{{name}}}" for name in (*FACTS, *TABLES)],
    }
    return render(request, "grants/agreement_template_form.html", context)
