"""Addresses that pages ask again and again: cheap while nothing has happened, never a page in place of a part."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse


def polled(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a part of a page: who is signed out gets no sign-in page put into it, and what is typed there stays."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return private(view(request, *args, **kwargs))
        return HttpResponse(status=401) if request.htmx else redirect_to_login(request.get_full_path())

    return wrapper


def private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response


def nothing_new() -> HttpResponse:
    """htmx leaves the page as it is."""
    return HttpResponse(status=204)
