"""How many projects of a call may be excellent."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused, permit
from evaluations.actions import excellence
from evaluations.excellence import excellence_of
from evaluations.forms import SettleGradesForm
from evaluations.views.panels import find


@login_required
def grades(request: HttpRequest, pk: int) -> HttpResponse:
    """The final results of a call by score, and the button that settles who stays excellent."""
    call = find(request, pk, "evaluations.see_ranking")
    standing = excellence_of(call)
    may_settle = (
        rules.has_perm("evaluations.settle_grades", request.user, call)
        and call.excellent_share is not None
        and standing.settlement is None
        and not standing.going_on
        and bool(standing.rows)
    )
    form = SettleGradesForm(request.POST or None, standing=standing)
    if request.method == "POST":
        permit("evaluations.settle_grades", request.user, call)
        if form.is_valid():
            try:
                excellence.settle_grades(call, by=request.user, reasons=form.reasons)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("The grades are settled."))
                return redirect("evaluations:grades", pk=pk)
    context = {"call": call, "standing": standing, "form": form, "may_settle": may_settle}
    return render(request, "evaluations/grades.html", context)
