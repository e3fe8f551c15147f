"""Posters for residents, and what they said as a table."""

from functools import partial

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import require_safe

from core.workflow import permit
from evaluations.models import VoiceCode
from projects.models import Project
from reports import voice_papers
from reports.pdf import LANGUAGE
from reports.views.documents import respond
from reports.views.imports import send_workbook


@require_safe
@login_required
def poster(request: HttpRequest, pk: str, size: str) -> HttpResponse:
    """The poster of a code in force: for the group, its mentor and the funder's clerk."""
    related = ("project__call__funder", "project__call__fund", "project__applicant", "project__community", "activity")
    seen = VoiceCode.objects.visible_to(request.user).in_force().filter(is_desk=False)
    code = get_object_or_404(seen.select_related(*related), pk=pk)
    permit("evaluations.ask_residents", request.user, code.project)
    return respond(voice_papers.poster(code, request.build_absolute_uri(code.get_absolute_url()), size))


@require_safe
@login_required
def voices(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All answers of a project, without anything of a person; the group reads the words that are shown."""
    seen = Project.objects.delivery_visible_to(request.user).select_related("call", "applicant")
    project = get_object_or_404(seen, pk=pk)
    permit("evaluations.see_satisfaction", request.user, project)
    reads = rules.has_perm("evaluations.read_voices", request.user, project)
    with translation.override(LANGUAGE):
        write = partial(voice_papers.write_voices, project=project, reads=reads)
        return send_workbook(request, voice_papers.table_name(project), write)
