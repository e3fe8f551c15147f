"""On the way in: what has to be set up first, where one wanted to go, and what was typed when the session had ended."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from people import held, sessions
from people.second_factor import second_factors


@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why a second step is asked for, and the two ways to one."""
    if second_factors(request.user):
        return redirect("people:go_on")
    return render(request, "people/second_factor.html")


@login_required
def go_on(request: HttpRequest) -> HttpResponse:
    """To where the person wanted to go before something had to be done first: a page of ours, kept on our side."""
    return redirect(request.session.pop(sessions.GO_ON, None) or "inbox")


@login_required
def resume(request: HttpRequest) -> HttpResponse:
    """What was typed when the session had ended: send it now, or leave it."""
    found = held.held_for(request.session, request.user.pk)
    to = request.GET.get("to", "")
    if not url_has_allowed_host_and_scheme(to, None) or to.startswith(request.path):
        to = ""
    if request.method == "POST":
        held.drop(request.session)
        messages.info(request, _("It was not sent."))
        return redirect(to or "inbox")
    if found is None:
        return redirect(to or "inbox")
    return render(request, "people/resume.html", {"found": found, "texts": held.readable(found), "to": to})
