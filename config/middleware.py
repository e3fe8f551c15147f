"""What holds for every page: what a browser may do with it, how much a stranger may send, and what happens to a press
of a button whose page is gone, because the session has ended or its address is opened by hand."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from config.accidents import accident_of
from core.strangers import knocked, sender_of

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        *("accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "encrypted-media", "geolocation"),
        *("gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
    )
)
"""Nothing of a device is asked for: photos come through the file chooser, which needs no permission."""


def a_browser_keeps_to_it(answer: Answer) -> Answer:
    """Headers of every answer that Django and django-csp do not set: no device, no other site reads along, and what a
    signed-in person sees is kept by no cache that others use."""

    def respond(request: HttpRequest) -> HttpResponse:
        # A view that names no methods would answer TRACE and DELETE like a GET.
        response = answer(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        is_open = "Access-Control-Allow-Origin" in response  # open data is there for other sites
        response.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_open else "same-origin")
        # Who signs in or out changes what a page shows, so the session need not be asked again here.
        if "Cookie" in response.get("Vary", "") or settings.SESSION_COOKIE_NAME in response.cookies:
            response.setdefault("Cache-Control", "private, no-cache")
        return response

    return respond


def addresses_are_text(answer: Answer) -> Answer:
    """Nothing of ours has an address with the sign U+0000 in it, and PostgreSQL refuses to look for one."""

    def respond(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return answer(request)

    return respond


class SessionsLetThrough(SessionMiddleware):
    """An answer is given out also when its session cannot be stored: once a minute a session keeps when its person was
    last seen, and a full disk or a standby would keep everybody from reading for that. A new session is another
    matter: nobody is signed in by halves."""

    def process_request(self, request: HttpRequest) -> None:
        if "\0" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):  # PostgreSQL refuses to look for it
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted as error:
            if accident_of(error) is None:
                raise
            log.warning("A session was not stored: %s", error.__context__)
            return response


class StrangersAreCounted:
    """Whatever is sent without an account is counted by the network it comes from, over all processes; each public form
    has a narrower limit of its own besides (`core.strangers`)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        if request.method in ("GET", "HEAD", "OPTIONS") or getattr(view, "counts_itself", False):
            return None
        if request.user.is_authenticated:
            return None
        page = request.resolver_match.view_name if request.resolver_match else ""
        if not knocked(sender_of(request), page, settings.STRANGERS_MOST_AN_HOUR):
            return None
        # What was typed goes along on the page and can be sent again from there: going back need not find it any more.
        typed = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name != "csrfmiddlewaretoken" and "password" not in name
        ]
        response = render(request, "429.html", {"typed": typed}, status=429)
        response["Retry-After"] = "3600"
        return response


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
        if request.method == "GET" and "HX-Request" in request.headers and _asks_to_sign_in(response):
            # A part of a page: the whole page goes to sign in, rather than that page into the part.
            here = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
            to = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here}, safe='/')}"
            return HttpResponse(headers={"HX-Redirect": to})
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
