"""Pages for machines that watch this one: is it alive, can it answer, what can be measured."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.utils.crypto import constant_time_compare

from config import metrics, readiness

MACHINES = ("/healthz", "/readyz", "/metrics")


def machines_are_answered(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Machines ask by the number of a machine, not by the site's name, and inside without TLS: so before anything looks
    at either. They bring no cookie and get none."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.path_info not in MACHINES or request.method not in ("GET", "HEAD"):
            return answer(request)
        request.resolver_match = resolve(request.path_info)
        try:
            response = request.resolver_match.func(request)
        except Http404:
            response = HttpResponse(status=404)
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return respond


def health(request: HttpRequest) -> HttpResponse:
    """The process answers: whoever asks this starts it anew when it does not. Nothing else is asked."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests may be sent here, else 503; and what is not as it should be."""
    found = readiness.readiness()
    can = readiness.is_ready(found)
    body = {"status": "ready" if can else "not ready", **found}
    return JsonResponse(body, status=200 if can else 503, headers={"Cache-Control": "no-store"})


def measured(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which shows the token; for everybody else there is no such page."""
    token = settings.METRICS_TOKEN
    if not token or not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        raise Http404
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return HttpResponse(metrics.exposition(), content_type=kind, headers={"Cache-Control": "no-store"})
