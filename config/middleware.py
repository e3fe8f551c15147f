"""What happens to a press of a button whose page is gone: the session has ended, or its address is opened by hand."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponse]


def buttons_are_no_pages(answer: Answer) -> Answer:
    """Many addresses only take what a button sends. Opened as a page they say so, where a browser would say "405".

    Whoever presses such a button after the session has ended comes back, signed in, to the page with the button and
    not to the button's address, and is told that nothing has been done.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        is_page = response.get("Content-Type", "").startswith("text/html")  # programs get their answer as data
        if response.status_code == 405 and is_page and request.method in ("GET", "HEAD"):
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        if request.method == "POST" and _asks_to_sign_in(response) and "X-Requested-With" not in request.headers:
            back = _page_before(request) or request.get_full_path()
            response["Location"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back}, safe='/')}"
            if not getattr(request, "form_is_held", False):  # people.middleware says what becomes of it
                messages.info(request, _("You were signed out, so your last press of a button did nothing yet."))
        return response

    return respond


def _asks_to_sign_in(response: HttpResponse) -> bool:
    to = urlsplit(response.get("Location", ""))
    return response.status_code == 302 and to.path == resolve_url(settings.LOGIN_URL) and to.query.startswith("next=")


def _page_before(request: HttpRequest) -> str:
    """The page of this site with the button, as the browser names it; nothing when it does not."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(before)
    return parts.path + (f"?{parts.query}" if parts.query else "")
