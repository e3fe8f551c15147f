"""Checking a paper, for everybody and without an account."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.forms import FileField
from core.strangers import TrapForm, sender_of
from reports.models import Paper
from reports.paper_kinds import PUBLIC_PAGES
from reports.paper_layout import canonical, digest_of
from reports.verification import Outcome, Verdict, may_ask, of_code, of_file

MOST_TYPED = 200
"""A code is short, but an address that ends in one is pasted as well."""


class FileCheckForm(TrapForm):
    """The PDF that somebody has received."""

    file = FileField(label=gettext_lazy("The PDF file"), kinds=[".pdf"], kept=False)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Type the code of a print-out, or have a file looked at."""
    typed = request.GET.get("code", "").strip()[:MOST_TYPED]
    if typed and (found := of_code(typed)).paper:
        return redirect("verify_code", found.paper.shown_code)
    form = FileCheckForm(request.POST, request.FILES) if request.method == "POST" else FileCheckForm()
    if form.is_valid():
        if form.is_trapped:
            return _answer(request, Verdict(Outcome.UNKNOWN, is_file=True))
        if may_ask(sender := sender_of(request)):
            return _answer(request, of_file(form.cleaned_data["file"], sender=sender))
        form.add_error(None, _("That were many files within an hour. Please try again later, or type the code."))
    return render(request, "reports/verify.html", {"form": form, "typed": typed})


@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What stands behind a code, as the QR code on the paper asks for it."""
    verdict = of_code(code)
    if verdict.paper is None:
        return render(request, "reports/verify.html", {"form": FileCheckForm(), "typed": code[:MOST_TYPED]}, status=404)
    return _answer(request, verdict)


@require_safe
def verify_facts(request: HttpRequest, code: str) -> HttpResponse:
    """What the printed digest covers, byte for byte."""
    paper = Paper.objects.typed(code)
    if paper is None:
        raise Http404
    return HttpResponse(canonical(paper), content_type="application/json; charset=utf-8")


def _answer(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    paper = verdict.paper
    context = {
        "outcome": verdict.outcome,
        "paper": paper,
        "is_file": verdict.is_file,
        "newer": getattr(paper, "superseded_by", None),
        "public_page": paper.target.get_absolute_url() if paper and paper.kind in PUBLIC_PAGES else "",
        "facts_hold": paper is not None and digest_of(paper) == paper.digest,
    }
    response = render(request, "reports/verify_answer.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
