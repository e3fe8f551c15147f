"""Pages for machines that watch this one: is it alive, can it answer, what can be measured."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from config import metrics, readiness


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
