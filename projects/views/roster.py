"""The roster of the people served. Names are for the group; whoever checks sees them masked."""

from dataclasses import dataclass

import rules
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.forms import add_refusal
from core.models import Attachment
from core.paging import page_of
from core.workflow import Refused, permit
from people.resources.base import Outcome
from projects.actions import roster as actions
from projects.disclosing import shown
from projects.forms import BeneficiaryForm, RosterFileForm
from projects.forms.roster import FIELDS
from projects.models import Beneficiary, ConsentText, Project
from projects.resources.roster import RosterResource, read_roster, to_enter
from projects.views.project import find

PAGE = 50
MOST_SHOWN = 100
"""Wrong rows that are shown at once: whoever has more has one mistake in all of them."""


@dataclass(frozen=True)
class WrongRow:
    number: int
    what: list[str]


@login_required
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody in the roster, by number, names and phones with stars."""
    project = find(request, pk)
    permit("projects.see_roster", request.user, project)
    people = project.roster.select_related("community").annotate(
        came=Count("sign_ins", distinct=True),
        cared=Count("cases", distinct=True),
        met=Count("sessions", distinct=True),
    )
    people = people.order_by("number")
    by_category = project.roster.order_by().values_list("category").annotate(n=Count("pk"))
    labels = dict(Beneficiary.Category.choices)
    context = {
        "project": project,
        "page_obj": page_of(people, PAGE, request.GET.get("page")),
        "categories": [(labels[category], n) for category, n in by_category],
        "kept": project.roster.named().count(),
        "may_enter": rules.has_perm("projects.plan_delivery", request.user, project),
        "sees_names": rules.has_perm("projects.see_names", request.user, project),
        "text": ConsentText.objects.in_force(project.call.funder, ConsentText.Purpose.ROSTER),
    }
    return render(request, "projects/roster.html", context)


@login_required
def beneficiary_create(request: HttpRequest, pk: int) -> HttpResponse:
    project = find(request, pk)
    permit("projects.plan_delivery", request.user, project)
    form = BeneficiaryForm(request.POST or None, request.FILES or None, instance=Beneficiary(project=project))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.enter(
                project,
                by=request.user,
                values=form.values,
                agreed=form.cleaned_data["agreed"],
                files=form.cleaned_data["files"],
                **form.consents,
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Entered as no. %(code)s.") % {"code": made.code})
            return redirect("projects:roster", pk=pk)
    text = ConsentText.objects.in_force(project.call.funder, ConsentText.Purpose.ROSTER)
    context = {"project": project, "form": form, "text": text, "call_text": call_text(project)}
    return render(request, "projects/beneficiary_form.html", context)


def call_text(project: Project) -> ConsentText:
    """What somebody is told before they agree to be phoned by an evaluator."""
    return ConsentText.objects.in_force(project.call.funder, ConsentText.Purpose.CALL)


def find_person(request: HttpRequest, pk: int) -> Beneficiary:
    found = Beneficiary.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("project__call", "community", "consent", "entered_by"), pk=pk)


@login_required
def beneficiary_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: the group sees the name, whoever checks sees it masked, nobody else gets in."""
    person = find_person(request, pk)
    permit("projects.see_roster", request.user, person.project)
    sees_names = rules.has_perm("projects.see_names", request.user, person.project)
    if sees_names:
        _seen(request, person)
    context = {
        "person": person,
        "project": person.project,
        "sees_names": sees_names,
        "attachments": Attachment.objects.of(person) if sees_names else (),
        "sign_ins": person.sign_ins.select_related("activity").order_by("-signed_at"),
        "services": person.cases.count() + person.sessions.count(),
    }
    return render(request, "projects/beneficiary_detail.html", context)


def _seen(request: HttpRequest, person: Beneficiary, *, taken: bool = False) -> None:
    label = _("Copy of a roster entry taken along: no. %(code)s") if taken else _("Roster entry seen: no. %(code)s")
    said = {"label": label % {"code": person.code}, "beneficiary": person.pk}
    if not person.is_anonymous:
        shown("roster", by=request.user, project=person.project, taken=taken, **said)


@login_required
def beneficiary_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = find_person(request, pk)
    permit("projects.see_names", request.user, person.project)
    form = BeneficiaryForm(request.POST or None, request.FILES or None, instance=find_person(request, pk))
    if person.is_anonymous:
        messages.error(request, _("The name of this person has been removed; nothing can be changed any more."))
        return redirect(person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(person, by=request.user, values=form.values, **form.consents)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(person)
    _seen(request, person)
    context = {"project": person.project, "form": form, "person": person, "text": person.consent}
    context["call_text"] = person.call_consent or call_text(person.project)
    return render(request, "projects/beneficiary_form.html", context)


@login_required
def beneficiary_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody takes their consent back: asked once, done at once."""
    person = find_person(request, pk)
    permit("projects.take_name_out", request.user, person.project)
    if request.method == "POST":
        try:
            actions.withdraw(person, by=request.user)
            messages.success(request, _("The consent is withdrawn. Name and phone are gone; the figures stay."))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect(person)
    context = {
        "project": person.project,
        "form": forms.Form(),
        "heading": _("Withdraw the consent of no. %(code)s") % {"code": person.code},
        "submit": _("Withdraw the consent and remove the name"),
        "lead": _("Name, phone, papers and what was written about the person are removed at once and for good."),
        "back": person,
    }
    return render(request, "projects/form.html", context)


@login_required
@require_safe
def beneficiary_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """What is kept of somebody, to be handed to them (personal information law, article 45)."""
    person = find_person(request, pk)
    permit("projects.see_names", request.user, person.project)
    _seen(request, person, taken=True)
    labels = {name: str(Beneficiary._meta.get_field(name).verbose_name) for name in FIELDS}
    kept = {
        label: str(_shown(person, name)) for name, label in labels.items() if getattr(person, name) not in ("", None)
    }
    kept[str(_("internal number"))] = person.code
    kept[str(_("agreed at"))] = f"{person.consented_at:%Y-%m-%d} ({person.consent})"
    if person.call_consent_at:
        kept[str(_("agreed to be phoned by an evaluator at"))] = f"{person.call_consent_at:%Y-%m-%d}"
    kept[str(_("kept until"))] = person.expires_on.isoformat()
    came = [f"{one.activity.starts_at:%Y-%m-%d} {one.activity}" for one in person.sign_ins.select_related("activity")]
    answer = JsonResponse({**kept, str(_("activities")): came}, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{person.code}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _shown(person: Beneficiary, name: str):
    """A value in words, where it has words."""
    words = getattr(person, f"get_{name}_display", None)
    return words() if words else getattr(person, name)


@login_required
def roster_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter everybody of a workbook, or nobody: every mistake is said with its row, and the file is not kept."""
    project = find(request, pk)
    permit("projects.plan_delivery", request.user, project)
    form, wrong = RosterFileForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_roster(project, form.cleaned_data["file"])
            wrong = [_wrong(row) for row in rows if row.outcome == Outcome.WRONG]
            if not wrong:
                return _entered(request, project, actions.enter_all(project, by=request.user, rows=to_enter(rows)))
        except ValidationError as error:
            form.add_error("file", error)
        except Refused as refused:
            add_refusal(form, refused)
    context = {"project": project, "form": form, "wrong": wrong[:MOST_SHOWN], "wrong_rows": len(wrong)}
    return render(request, "projects/roster_import.html", context)


def _entered(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    said = ngettext("%(n)s person was entered.", "%(n)s people were entered.", number) % {"n": number}
    messages.success(request, said)
    return redirect("projects:roster", pk=project.pk)


def _wrong(row) -> WrongRow:
    from_labels = {column.name: column.label for column in RosterResource().columns()}
    said = [
        f"{from_labels[name]}：{message}" if name in from_labels else message
        for name, messages_ in row.errors.items()
        for message in messages_
    ]
    return WrongRow(row.number, said)
