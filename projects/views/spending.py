"""Payments: the book of a project, entering and handing in, the mentor's opinion, the clerk's decision."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import workflow
from core.forms import add_refusal
from core.models import Attachment, Event
from core.paging import page_of
from core.views import not_offered
from core.workflow import Refused, permit
from grants.models import BudgetCategory
from projects.actions import spending
from projects.expense_facts import ExpenseBook, blocking, with_links
from projects.expense_table import read_expenses, to_enter, wrong_rows
from projects.forms import (
    DecisionNoteForm,
    ExpenseFileForm,
    ExpenseFilter,
    ExpenseForm,
    HandInForm,
    OpinionForm,
    RecogniseForm,
)
from projects.models import Expense, Project
from projects.spending_account import ZERO, accounts, total
from projects.views.project import find

PAGE = 25
MOST_SHOWN = 50
"""Wrong rows of a table that are listed at once."""


def find_expense(request: HttpRequest, pk: int) -> Expense:
    """The payment, if this person may see it; 404 otherwise."""
    related = ("project__call", "project__applicant", "project__host", "activity", "entered_by", "decided_by")
    related += ("handed_in_by", "opinion_by")
    return get_object_or_404(Expense.objects.visible_to(request.user).select_related(*related), pk=pk)


def sees_others(request: HttpRequest, project: Project) -> bool:
    return rules.has_perm("projects.see_other_claims", request.user, project)


@login_required
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Budget against spending, and every payment with what is wrong with it."""
    project = find(request, pk)
    permit("projects.see_spending", request.user, project)
    if not project.is_funded:
        raise Http404
    kept = ExpenseBook(project)
    groups = accounts(kept.plan.lines, kept.payments)
    form = ExpenseFilter(request.GET)
    shown = filtered(kept.expenses, form)
    page = page_of(shown[::-1], PAGE, request.GET.get("page"))
    found = kept.findings(kept.expenses)
    for one in page:
        one.found, one.line = found[one.pk], kept.line_label(one.line_key)
    states = [one.state for one in kept.expenses]
    context = {
        "project": project,
        "groups": groups,
        "names": dict(BudgetCategory.choices),
        "grant": total(groups),
        "other": total(groups, granted=False),
        "page_obj": page,
        "form": form,
        "number": len(shown),
        "waiting": states.count(Expense.State.HANDED_IN),
        "returned": states.count(Expense.State.RETURNED),
        "editable": sum(1 for one in kept.expenses if one.is_editable),
        "ready": sum(1 for one in kept.expenses if one.state == Expense.State.ENTERED and not found[one.pk]),
        "stopped": sum(1 for one in kept.expenses if one.is_editable and blocking(found[one.pk])),
    }
    return render(request, "projects/spending.html", context)


def filtered(expenses: list[Expense], form: ExpenseFilter) -> list[Expense]:
    """The payments that match what was searched for."""
    if not form.is_valid():
        return expenses
    state, q = form.cleaned_data["state"], form.cleaned_data["q"].casefold()
    return [
        one
        for one in expenses
        if (not state or one.state == state)
        and (not q or any(q in text.casefold() for text in (one.summary, one.payee, one.voucher, one.invoice_number)))
    ]


@login_required
def expense_create(request: HttpRequest, pk: int) -> HttpResponse:
    project = find(request, pk)
    return write(request, project, None)


@login_required
def expense_edit(request: HttpRequest, pk: int) -> HttpResponse:
    expense = find_expense(request, pk)
    return write(request, expense.project, expense)


def write(request: HttpRequest, project: Project, expense: Expense | None) -> HttpResponse:
    """Enter a payment or mend it; the button says what comes next."""
    permit("projects.keep_spending", request.user, project)
    if expense and not expense.is_editable:
        messages.error(request, _("This payment has been handed in and cannot be changed now."))
        return redirect(expense)
    instance = find_expense(request, expense.pk) if expense else Expense(project=project)
    form = ExpenseForm(request.POST or None, request.FILES or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        try:
            if expense:
                saved = spending.change(expense, by=request.user, values=form.values, files=form.uploads)
            else:
                saved = spending.enter(project, by=request.user, values=form.values, files=form.uploads)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return after_writing(request, saved)
    context = {
        "project": project,
        "form": form,
        "expense": expense,
        "attachments": Attachment.objects.of(expense) if expense else (),
        "payees": project.expenses.order_by().values_list("payee", flat=True).distinct()[:100],
    }
    return render(request, "projects/expense_form.html", context)


def after_writing(request: HttpRequest, saved: Expense) -> HttpResponse:
    """Save only, save and begin the next, or save and hand in."""
    if "next" in request.POST:
        messages.success(request, _("Saved: %(what)s. Enter the next one.") % {"what": saved})
        return redirect("projects:expense_create", pk=saved.project_id)
    if "hand_in" in request.POST:
        try:
            spending.hand_in(saved, by=request.user, explanation=saved.explanation)
        except Refused:
            messages.warning(request, _("Saved, but not handed in: please look at what is said below."))
        else:
            messages.success(request, _("Saved and handed in."))
        return redirect(saved)
    messages.success(request, _("Saved."))
    return redirect(saved)


@login_required
def expense_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A payment with its paper, what was found, and what this person can do with it."""
    return _shown(request, find_expense(request, pk), OpinionForm())


def _shown(request: HttpRequest, expense: Expense, opinion_form: OpinionForm) -> HttpResponse:
    project = expense.project
    kept = ExpenseBook(project)
    found = with_links(kept.findings([expense])[expense.pk], sees_others=sees_others(request, project))
    others = Expense.objects.visible_to(request.user).filter(pk__in=[one.other for one in found if one.other])
    events = Event.objects.about(expense).select_related("actor")
    context = {
        "expense": expense,
        "project": project,
        "findings": found,
        "others": {one.pk: one for one in others.select_related("project__applicant")},
        "line": kept.plan.by_key.get(expense.line_key),
        "recognisable": kept.recognisable(expense),
        "choices": workflow.choices(expense, request.user),
        "attachments": Attachment.objects.of(expense),
        "opinion_form": opinion_form,
        "events": reversed(list(events)),
    }
    return render(request, "projects/expense_detail.html", context)


STEP_FORMS = {"hand_in": HandInForm, "recognise": RecogniseForm}


def take(expense: Expense, name: str, *, by: Any, data: dict[str, Any]) -> None:
    """Call the verb of a step with what its form holds."""
    if name == "hand_in":
        spending.hand_in(expense, by=by, explanation=data["explanation"])
    elif name == "recognise":
        spending.recognise(expense, by=by, amount=data["amount"], note=data["note"])
    else:
        verb = {"send_back": spending.send_back, "refuse": spending.refuse, "reopen": spending.reopen}[name]
        verb(expense, by=by, note=data["note"])


@login_required
def expense_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Hand in, recognise, send back, refuse or decide anew."""
    expense = find_expense(request, pk)
    choice = next((c for c in workflow.choices(expense, request.user) if c.name == name), None)
    if choice is None:
        if name not in {transition.name for transition in workflow.transitions(Expense)}:
            raise Http404
        return not_offered(request, expense, name, seen=expense.edition, to=expense)
    kept = ExpenseBook(expense.project)
    found = with_links(kept.findings([expense])[expense.pk], sees_others=sees_others(request, expense.project))
    most = kept.recognisable(expense)
    form_class = STEP_FORMS.get(name, DecisionNoteForm)
    extra: dict[str, Any] = {}
    if form_class is HandInForm:
        extra = {"initial": {"explanation": expense.explanation}, "needs_words": bool(found)}
    elif form_class is RecogniseForm:
        extra = {"initial": {"amount": most}}
    form = form_class(request.POST or None, state=expense.edition, **extra)
    if request.method == "POST" and form.is_valid():
        try:
            take(expense, name, by=request.user, data=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": choice.label})
            return redirect(next_one(request, expense, name))
    context = {"expense": expense, "project": expense.project, "choice": choice, "form": form, "findings": found}
    return render(request, "projects/expense_step.html", context | {"recognisable": most})


def next_one(request: HttpRequest, expense: Expense, name: str) -> Any:
    """After a decision the next payment that waits, so that a clerk goes through them without a detour."""
    if name in ("recognise", "refuse", "send_back"):
        waiting = Expense.objects.waiting().filter(project=expense.project).first()
        return waiting or expense
    return expense


@login_required
@require_POST
def expense_opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """The mentor's opinion on a payment that waits."""
    expense = find_expense(request, pk)
    permit("projects.look_at_spending", request.user, expense)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _shown(request, expense, form)
    try:
        spending.give_opinion(expense, by=request.user, text=form.cleaned_data["text"])
        messages.success(request, _("Saved."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(expense)


@login_required
@require_POST
def expense_discard(request: HttpRequest, pk: int) -> HttpResponse:
    expense = find_expense(request, pk)
    permit("projects.keep_spending", request.user, expense)
    try:
        spending.discard(expense, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(expense)
    messages.success(request, _("The payment was removed."))
    return redirect("projects:spending", pk=expense.project_id)


@login_required
@require_POST
def expense_detach(request: HttpRequest, pk: int, file) -> HttpResponse:
    """Take a wrong photo away."""
    expense = find_expense(request, pk)
    permit("projects.keep_spending", request.user, expense)
    found = get_object_or_404(Attachment.objects.of(expense), pk=file)
    try:
        spending.detach(expense, found, by=request.user)
        messages.success(request, _("The file was removed."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("projects:expense_edit", pk=pk)


@login_required
@require_POST
def spending_hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is complete, at once."""
    project = find(request, pk)
    permit("projects.keep_spending", request.user, project)
    done, left = spending.hand_in_all(project, by=request.user)
    said = ngettext("%(n)s payment was handed in.", "%(n)s payments were handed in.", done) % {"n": done}
    if left:
        more = ngettext("%(n)s still needs you.", "%(n)s still need you.", left) % {"n": left}
        messages.warning(request, f"{said} {more}")
    else:
        messages.success(request, said)
    return redirect("projects:spending", pk=pk)


@login_required
def spending_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for the clerk: those without a finding can be recognised together."""
    project = find(request, pk)
    permit("projects.judge_expense", request.user, project)
    kept = ExpenseBook(project)
    waiting = [one for one in kept.expenses if one.state == Expense.State.HANDED_IN]
    if request.method == "POST":
        chosen = [one for one in waiting if str(one.pk) in request.POST.getlist("expense")]
        done, left = spending.recognise_all(project, chosen, by=request.user)
        said = ngettext("%(n)s payment is recognised.", "%(n)s payments are recognised.", done) % {"n": done}
        if left or not chosen:
            messages.warning(request, f"{said} " + _("The others have to be looked at one by one."))
        else:
            messages.success(request, said)
        return redirect("projects:spending_check", pk=pk)
    found = kept.findings(waiting)
    files: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.filter(content_type__model="expense", object_id__in=[one.pk for one in waiting]):
        files.setdefault(file.object_id, []).append(file)
    for one in waiting:
        one.found, one.line, one.papers = found[one.pk], kept.line_label(one.line_key), files.get(one.pk, [])
        one.is_clean = not one.found and kept.recognisable(one) == one.amount
    context = {
        "project": project,
        "waiting": waiting,
        "clean": sum(1 for one in waiting if one.is_clean),
        "sum": sum((one.amount for one in waiting), ZERO),
    }
    return render(request, "projects/spending_check.html", context)


@login_required
def spending_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter every payment of a workbook, or none: each mistake is said with its row."""
    project = find(request, pk)
    permit("projects.keep_spending", request.user, project)
    form, wrong = ExpenseFileForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_expenses(project, form.cleaned_data["file"])
            wrong = wrong_rows(rows)
            if not wrong:
                made = spending.enter_all(project, by=request.user, rows=to_enter(rows))
                said = ngettext("%(n)s payment was entered.", "%(n)s payments were entered.", len(made))
                messages.success(request, said % {"n": len(made)} + " " + _("Now add the photos of the papers."))
                return redirect("projects:spending", pk=pk)
        except ValidationError as error:
            form.add_error("file", error)
        except Refused as refused:
            add_refusal(form, refused)
    context = {"project": project, "form": form, "wrong": wrong[:MOST_SHOWN], "wrong_rows": len(wrong)}
    return render(request, "projects/spending_import.html", context)
