"""Coaching as paper and as a table."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from projects.forms import Narrowing, SessionFilter
from projects.models import MentoringNote
from projects.sessions import choices_among, narrowed
from projects.views.mentoring import find_session
from reports.mentoring import session_sheet, write_sessions
from reports.views.documents import respond
from reports.views.judging import _send


@require_safe
@login_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of one session."""
    return respond(session_sheet(find_session(request, pk)))


@require_safe
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """The sessions that the page lists, with its filter, as a workbook."""
    seen = MentoringNote.objects.visible_to(request.user)
    form = SessionFilter(request.GET, **choices_among(seen))
    narrowing = Narrowing(request.GET, user=request.user, own=("call", "mentor"))
    found = narrowed(seen, form.cleaned_data if form.is_valid() else {}, narrowing)
    return _send(lambda target: write_sessions(found, target), "辅导记录")
