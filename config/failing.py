"""The page that a person sees when something went wrong."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import loader

from config.accidents import Accident, accident_of
from config.logs import number_of, request_id
from people import held


def went_wrong(request: HttpRequest) -> HttpResponse:
    """A mistake of ours gets the page of mistakes; an accident of the machine a page that says what to do, with what
    was typed: it can be sent again from there. Neither asks the database, nor anything that might ask it. The number
    of a mistake leads us to what happened."""
    accident = accident_of(sys.exc_info()[1])
    if accident is None:
        return HttpResponse(loader.get_template("500.html").render({"number": _number()}), status=500)
    context = {"words": accident.value, "was_sent": request.method == "POST", **_what_was_sent(request)}
    if accident is Accident.DAMAGED:
        context["pairs"] = []
    context["again"] = request.get_full_path()
    response = HttpResponse(loader.get_template("503.html").render(context), status=503)
    response["Retry-After"] = str(accident.value.again)
    response["Cache-Control"] = "no-store"
    return response


def _number() -> str:
    """The number of the request, in threes: it is read out over the phone."""
    digits = number_of(request_id.get())
    return " ".join((digits[:3], digits[3:6], digits[6:])).strip()


def _what_was_sent(request: HttpRequest) -> dict[str, Any]:
    """What somebody typed, so far as it may go along on a page and could be read at all."""
    try:
        if not held.can_be_held(request):
            return {"pairs": []}
        found = held.typed(request)
        token = get_token(request)
    except Exception:  # its body broke off, or it does not fit on this disk either
        return {"pairs": []}
    return {"pairs": found["pairs"], "files": found["files"], "texts": held.readable(found), "csrf_token": token}
