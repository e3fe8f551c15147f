"""The ledger of a fund and the lists for the bank, to take out (who takes out account numbers is kept in the log), and
the approval of a payment as a paper."""

from functools import partial

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.workflow import permit, record
from grants.models import Fund
from projects.disclosing import account_shown
from projects.models import BankList, Project, Tranche
from reports import money_papers
from reports.ledgers import funds
from reports.models import Paper
from reports.pdf import LANGUAGE
from reports.views.imports import private, send_workbook
from reports.views.output import respond, respond_issued


def _csv(name: str, lines) -> StreamingHttpResponse:
    with translation.override(LANGUAGE):
        whole = list(lines)  # labels are written in the language of papers
    response = StreamingHttpResponse(whole, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    return private(response)


def _in_chinese(write):
    def written(file) -> None:
        with translation.override(LANGUAGE):
            write(file)

    return written


@login_required
@require_safe
def fund_ledger(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Every entry of a fund, for whoever sees the fund."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user), pk=pk)
    name = f"资金台账 {fund.name} {clock.today():%Y-%m-%d}"
    if kind == "csv":
        return _csv(name, funds.ledger_lines(fund))
    return send_workbook(request, name, _in_chinese(lambda file: funds.write_ledger(fund, file)))


@login_required
@require_safe
def bank_list(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The list for the bank with whole account numbers: for the finance office alone."""
    found = get_object_or_404(BankList.objects.visible_to(request.user).with_lines(), pk=pk)
    permit("projects.see_list_accounts", request.user, found)
    if request.method == "GET":
        label = _("Taken out with account numbers (%(kind)s)") % {"kind": kind}
        said = {"what": "bank_list", "number": len(found.lines.all()), "funder": found.fund.funder_id}
        record(found, "export", by=request.user, label=label, **said)
    name = f"付款清单 {found.number}"
    if kind == "csv":
        return _csv(name, funds.bank_lines(found))
    return send_workbook(request, name, _in_chinese(lambda file: funds.write_bank_list(found, file)))


@require_safe
@login_required
def payment_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of an instalment that was asked for; there is none before. As with the agreement, whoever may not see
    the payee's account gets a copy with its number masked."""
    related = ("project__call__funder", "project__call__fund", "project__applicant", "project__host")
    visible = Project.objects.visible_to(request.user)
    tranche = get_object_or_404(Tranche.objects.select_related(*related), pk=pk, project__in=visible)
    permit("projects.see_delivery", request.user, tranche.project)
    if tranche.state not in money_papers.PRINTABLE:
        raise Http404
    if not rules.has_perm("projects.see_payee_account", request.user, tranche.project):
        return respond(money_papers.payment_approval(tranche))
    account_shown(tranche.project, by=request.user, taken=True)
    document = partial(money_papers.payment_approval, tranche, account=True)
    return respond_issued(request, Paper.Kind.PAYMENT, tranche, document)
