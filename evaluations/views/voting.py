"""Residents' ballots of a call: a table is looked through, and taken in when nothing in it is wrong."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from core import spreadsheets
from evaluations.actions import voting
from evaluations.ballots import CODE, PROJECT, read_ballots
from evaluations.forms import BallotsForm
from evaluations.standings import standings
from evaluations.views.panels import find

SHOWN = 50
"""Mistakes on the page at once."""


@login_required
def ballots(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload the table of the ballots; every row that is wrong is named, and then nothing is stored."""
    call = find(request, pk, "evaluations.confirm")
    form = BallotsForm(request.POST or None, request.FILES or None)
    numbers = {row.project.number: row.project.pk for row in standings(call)}
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            table = spreadsheets.read(form.cleaned_data["file"])
            found = read_ballots(table.headings, table.rows, numbers)
        except ValidationError as unreadable:
            form.add_error("file", unreadable)
        else:
            errors = found.errors
            if not errors:
                count = voting.store_ballots(call, by=request.user, ballots=found.ballots)
                said = ngettext("%(n)s ballot taken in.", "%(n)s ballots taken in.", count) % {"n": count}
                messages.success(request, said)
                return redirect("evaluations:selection", pk=pk)
    context = {
        "call": call,
        "form": form,
        "errors": errors[:SHOWN],
        "more": max(0, len(errors) - SHOWN),
        "count": call.ballots.all().imported().count(),
        "code": CODE,
        "project": PROJECT,
        "numbers": list(numbers)[:2],
    }
    return render(request, "evaluations/ballots.html", context)
