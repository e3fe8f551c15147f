"""Every request has a number, from the proxy in front through each line of the log into the tasks it queued, and onto
the page that says that something went wrong: there a person can read it to us over the phone."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django_tasks.signals import task_finished, task_started

from config import metrics
from config.logs import request_id, task_name

HEADER = "X-Request-ID"
LOOKS_LIKE_ONE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Nothing else is taken from outside: it goes into every line."""
access = logging.getLogger("site.access")


def every_request_has_a_number(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Takes the number in, or gives one; says what was asked, by the name of the view (addresses can be keys), and how
    long it took. The number stays until the next request: Django logs an error after the answer has been made."""

    def respond(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        given = request.headers.get(HEADER, "")
        request_id.set(given if LOOKS_LIKE_ONE.fullmatch(given) else uuid.uuid4().hex)
        response = answer(request)
        response[HEADER] = request_id.get()
        took = time.perf_counter() - begun
        view = request.resolver_match.view_name if request.resolver_match else ""
        metrics.answered(view or "unknown", request.method or "", response.status_code, took)
        more = {"view": view, "method": request.method, "status": response.status_code, "ms": round(took * 1000)}
        access.info("answered", extra=more)
        return response

    return respond


@receiver(task_started)
def goes_on_under_its_number(task_result: Any, **kwargs: Any) -> None:
    row = getattr(task_result, "db_result", None)
    if row is not None:
        request_id.set(row.args_kwargs.get("request", ""))
        task_name.set(row.task_path)


@receiver(task_finished)
def is_over(task_result: Any, **kwargs: Any) -> None:
    """A worker waits for the next one; what it says meanwhile belongs to none."""
    if getattr(task_result, "db_result", None) is not None:
        request_id.set("")
        task_name.set("")
