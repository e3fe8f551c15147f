"""The ledgers (台账): choose one, narrow it, look at its first rows, take it out."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from core import clock
from core.workflow import permit
from reports.actions import exports
from reports.ledgers import catalogue
from reports.ledgers.choice import LedgerForm
from reports.ledgers.ledger import Ledger
from reports.pdf import LANGUAGE
from reports.views.imports import private, send_workbook


def _form(request: HttpRequest, ledger: Ledger) -> LedgerForm:
    form = LedgerForm(request.GET, ledger=ledger, user=request.user)
    if ledger.needs_call and not request.GET.get("call"):  # what one comes for: the latest call
        newest = form.fields["call"].queryset.first()
        given = request.GET.copy()
        given["call"] = str(newest.pk) if newest else ""
        form = LedgerForm(given, ledger=ledger, user=request.user)
    return form


@login_required
@require_safe
def ledger_list(request: HttpRequest) -> HttpResponse:
    """The ledgers that this person may have, and of one of them the first rows."""
    allowed = catalogue.allowed(request.user)
    asked_for = request.GET.get("ledger", "")
    if asked_for in catalogue.LEDGERS:
        if permission := catalogue.LEDGERS[asked_for].permission:
            permit(permission, request.user)
        chosen = catalogue.LEDGERS[asked_for]
    else:
        chosen = allowed[0]
    form = _form(request, chosen)
    context: dict[str, Any] = {"allowed": allowed, "ledger": chosen, "form": form}
    if form.is_valid():
        context["preview"] = catalogue.preview(chosen, form.asked)
        given = form.data.copy()
        given.pop("ledger", None)
        context["query"] = given.urlencode()
        context["narrowing"] = form.narrowing
    return render(request, "reports/ledgers.html", context)


@login_required
@require_safe
def ledger_file(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    """The whole ledger as xlsx or csv; who took out which is kept in the log."""
    ledger = catalogue.LEDGERS.get(key)
    if ledger is None:
        raise Http404
    if ledger.permission:
        permit(ledger.permission, request.user)
    form = _form(request, ledger)
    if not form.is_valid():  # the page says what is wrong
        return redirect(f"{reverse('ledgers:ledger_list')}?ledger={key}&{request.GET.urlencode()}")
    asked = form.asked
    with translation.override(LANGUAGE):
        chosen = LedgerForm(form.data, ledger=ledger, user=request.user)
        chosen.is_valid()
        said = chosen.said
    if request.method == "GET":
        exports.record_ledger(by=request.user, ledger=ledger, kind=kind, chosen=said, rows=ledger.count(asked))
    name = f"{ledger.title} {clock.today():%Y-%m-%d}"
    if kind == "csv":
        response = StreamingHttpResponse(catalogue.csv_lines(ledger, asked), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
        return private(response)
    return send_workbook(request, name, lambda file: catalogue.write_xlsx(ledger, asked, said, file))
