from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from core import clock
from core.models import Attachment, Notification

PAGE = 20


def acknowledge(response: HttpResponse, tab: str) -> HttpResponse:
    """Tell the script of the form that was sent that all of it is stored: the device need not keep it any longer.

    Nothing else proves it: an error page of a proxy, or a page opened later, must not make words disappear.
    """
    if tab:
        response.set_cookie("stored-from", tab.partition("-")[0], max_age=600, samesite="Lax")
    return response


@login_required
def attachment(request: HttpRequest, pk) -> HttpResponseBase:
    """A private file: for whoever may see the object it belongs to; always a download, never shown inline."""
    found = get_object_or_404(Attachment, pk=pk)
    owner: Any = found.content_type.model_class()
    if owner is None or not owner.objects.visible_to(request.user).filter(pk=found.object_id).exists():
        raise Http404
    response = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)
    response["Content-Type"] = found.media_type
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """My messages, newest first."""
    page = Paginator(Notification.objects.filter(recipient=request.user.pk), PAGE).get_page(request.GET.get("page"))
    return render(request, "core/notification_list.html", {"page_obj": page})


@login_required
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it points."""
    found = get_object_or_404(Notification, recipient=request.user.pk, pk=pk)
    if found.read_at is None:
        found.read_at = clock.now()
        found.save(update_fields=["read_at"])
    if found.url and url_has_allowed_host_and_scheme(found.url, allowed_hosts=None):
        return redirect(found.url)
    return redirect("core:notification_list")
