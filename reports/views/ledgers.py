"""The ledgers (台账): choose one, narrow it, look at its first rows, take it out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.lately import asked_by, lately
from core.workflow import Refused
from reports.actions import exports, ledger_files
from reports.ledgers import catalogue
from reports.ledgers.choice import LedgerForm, said_in_chinese
from reports.ledgers.ledger import Ledger
from reports.models import LedgerFile
from reports.views.imports import XLSX, private, send_workbook

LISTED = 5
MOST_QUERY = 2000
"""Characters of an address that the page can have made."""


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
        chosen = catalogue.LEDGERS[asked_for]
        chosen.allow(request.user)
    else:
        chosen = allowed[0]
    form = _form(request, chosen)
    mine = LedgerFile.objects.visible_to(request.user).filter(ledger=chosen.key)[:LISTED]
    context: dict[str, Any] = {"allowed": allowed, "ledger": chosen, "form": form, "made": mine}
    if form.is_valid():
        key = f"ledger:{chosen.key}:{asked_by(request, form.data)}"
        (number, sums), counted_at = lately(key, lambda: catalogue.whole(chosen, form.asked))
        context |= {"preview": catalogue.preview(chosen, form.asked, number), "sums": sums, "counted_at": counted_at}
        given = form.data.copy()
        given.pop("ledger", None)
        context["query"] = given.urlencode()
        context["narrowing"] = form.narrowing
        context["takes_long"] = context["preview"].count > ledger_files.MOST_AT_ONCE
    return render(request, "reports/ledgers.html", context)


@login_required
@require_safe
def ledger_file(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    """The whole ledger as xlsx or csv; who took out which is kept in the log."""
    ledger = catalogue.LEDGERS.get(key)
    if ledger is None:
        raise Http404
    ledger.allow(request.user)
    form = _form(request, ledger)
    if not form.is_valid():  # the page says what is wrong
        return redirect(f"{reverse('ledgers:ledger_list')}?ledger={key}&{request.GET.urlencode()}")
    asked = form.asked
    said = said_in_chinese(form)
    rows = ledger.count(asked)
    if kind == "xlsx" and rows > ledger_files.MOST_AT_ONCE:
        messages.info(request, _("These are too many rows to wait for: have the file made with the button below."))
        return redirect(f"{reverse('ledgers:ledger_list')}?ledger={key}&{form.data.urlencode()}")
    if request.method == "GET":
        exports.record_ledger(by=request.user, ledger=ledger, kind=kind, chosen=said, rows=rows)
    name = f"{ledger.title} {clock.today():%Y-%m-%d}"
    if kind == "csv":
        response = StreamingHttpResponse(catalogue.csv_lines(ledger, asked), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
        return private(response)
    return send_workbook(request, name, lambda file: catalogue.write_xlsx(ledger, asked, said, file))


@login_required
@require_POST
def ledger_make(request: HttpRequest, key: str) -> HttpResponse:
    """Have a ledger of very many rows written in the background."""
    ledger = catalogue.LEDGERS.get(key)
    if ledger is None:
        raise Http404
    query = request.POST.get("query", "")[:MOST_QUERY]
    try:
        ledger_files.ask(ledger, by=request.user, query=query)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is being made. You get a message when it is ready."))
    return redirect(f"{reverse('ledgers:ledger_list')}?ledger={key}&{query}")


@login_required
@require_safe
def ledger_made(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file that was made, for who asked for it and may still have it."""
    made = get_object_or_404(LedgerFile.objects.visible_to(request.user), pk=pk)
    ledger = catalogue.LEDGERS[made.ledger]
    ledger.allow(request.user)
    if not made.file:
        raise Http404
    file = made.file.open("rb")
    return private(FileResponse(file, as_attachment=True, filename=made.filename, content_type=XLSX))
