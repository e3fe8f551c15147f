"""Public notices: for everybody, with the text whose digest anybody can check."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.paging import page_of
from core.workflow import Refused
from people.region_choice import choice, narrowed
from projects.actions import notices, objections
from projects.models import Notice, NoticeEntry

PAGE = 20


def notice_list(request: HttpRequest) -> HttpResponse:
    """Every public notice, newest first."""
    found = Notice.objects.select_related("call", "call__funder")
    page = page_of(narrowed(found, request, "call__funder"), PAGE, request.GET.get("page"))
    return render(request, "projects/notice_list.html", {"page_obj": page, **choice(request)})


def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is going to be funded, until when one may object, and whom to call."""
    notice = get_object_or_404(Notice.objects.select_related("call__funder"), pk=pk)
    entries = list(notice.entries.as_shown())
    for entry in entries:
        entry.is_open = may_be_objected_to(entry)
    in_funder = rules.has_perm("projects.see_calendar_warning", request.user, notice)
    context = {
        "notice": notice,
        "entries": entries,
        "unaltered": notice.is_unaltered,
        "total": sum(entry.amount for entry in entries),
        "standing": sum(entry.amount for entry in entries if entry.stands),
        "all_stand": all(entry.stands for entry in entries),
        "gaps": notice.tracks_with_gaps,
        "replaced": sum(1 for entry in entries if entry.replacement),
        "in_funder": in_funder,
        "may_extend": in_funder and not notice.is_over and notice.due_end > notice.last_day,
        "is_clerk": rules.has_perm("projects.extend_notice", request.user, notice),
    }
    return render(request, "projects/notice_detail.html", context)


def may_be_objected_to(entry: NoticeEntry) -> bool:
    """While the notice runs, the project is in it, and no later line corrects this one."""
    return not objections.hindrance(entry.notice, entry)


@require_safe
def notice_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice word for word as it was published: its SHA-256 is the digest."""
    notice = get_object_or_404(Notice, pk=pk)
    response = HttpResponse(notice.frozen, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="notice-{notice.pk}.txt"'
    return response


@login_required
@require_POST
def notice_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """The calendar came out since: let the notice go on to the day it asks for."""
    notice = get_object_or_404(Notice.objects.select_related("call"), pk=pk)
    try:
        notices.extend_notice(notice, by=request.user)
        messages.success(request, _("The notice goes on until %(day)s.") % {"day": notice.last_day})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(notice)
