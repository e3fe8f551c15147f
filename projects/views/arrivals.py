"""What a device is answered that sends something it has written without a line; it keeps what was not stored."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, JsonResponse

from projects.models import ArrivedVersion


def base_of(request: HttpRequest, record: Any) -> int:
    """The version the page was opened with; what is no number is the oldest, so that nothing is overwritten."""
    sent = request.POST.get("base", "")
    if request.method != "POST":
        return record.version
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def refused(why: str) -> JsonResponse:
    return JsonResponse({"state": "refused", "message": why})


def wrong_head(form: BaseForm) -> JsonResponse:
    """The device says nonsense about what it sends."""
    return refused(" ".join(error for errors in form.errors.values() for error in errors))


def invalid(form: BaseForm) -> JsonResponse:
    """What was written has to be mended on the device."""
    errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
    return JsonResponse({"state": "invalid", "errors": errors})


def stored(version: ArrivedVersion, record: Any, compare_url: str) -> JsonResponse:
    if version.is_waiting:
        return JsonResponse({"state": "conflict", "version": record.version, "url": compare_url})
    found = {"state": "stored", "version": version.number or record.version, "url": record.get_absolute_url()}
    return JsonResponse(found)
