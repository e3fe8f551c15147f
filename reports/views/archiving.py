"""Archive packages of a project: asking for one, seeing how far it is, fetching it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.workflow import Refused, permit
from projects.models import Project
from reports.actions import packaging
from reports.archive.contents import contents, edition_of
from reports.archive.entries import FOLDERS, Edition
from reports.models import ArchivePackage
from reports.pdf import LANGUAGE
from reports.views.documents import find
from reports.views.imports import private


def _find_funded(request: HttpRequest, pk: int) -> Project:
    project = find(request, pk)
    permit("reports.take_archive", request.user, project)
    if not project.is_funded:
        raise Http404
    return project


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def archive_packages(request: HttpRequest, pk: int) -> HttpResponse:
    """What a package would hold and what it leaves out, a button that has one made, and those that were made."""
    project = _find_funded(request, pk)
    if request.method == "POST":
        try:
            packaging.ask(project, by=request.user, public=request.POST.get("edition") == Edition.PUBLIC)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("It is being made. You get a message when it is ready."))
        return redirect("reports:archive_packages", pk)
    with translation.override(LANGUAGE):
        entries, withheld = contents(project, edition_of(project), request.user)
    made = list(ArchivePackage.objects.of(project)[:30])
    context = {
        "project": project,
        "is_archived": edition_of(project) == Edition.FULL,
        "folders": [(name, sum(one.folder == name for one in entries)) for name in FOLDERS],
        "number": len(entries),
        "withheld": withheld,
        "packages": made,
        "is_busy": any(one.is_busy for one in made),
    }
    return render(request, "reports/archive_packages.html", context)


@require_safe
@login_required
def archive_package_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The zip, for who asked for it; kept in the log."""
    found = ArchivePackage.objects.visible_to(request.user).filter(project__in=Project.objects.visible_to(request.user))
    package = get_object_or_404(found.select_related("project__call"), pk=pk)
    permit("reports.take_archive", request.user, package.project)
    if not package.file:
        raise Http404
    if request.method == "GET":
        packaging.fetched(package, by=request.user)
    name = package.filename
    return private(
        FileResponse(package.file.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    )
