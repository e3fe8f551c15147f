"""Archive packages: somebody asks for one, it is made in the background, fetched, and forgotten after a while."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from core import clock
from core.models import Event
from core.notifications import notify
from core.workflow import Refused, permit, record
from people.models import User
from projects.models import Project
from reports.actions.made_files import attempt
from reports.archive import bag
from reports.archive.contents import contents, edition_of, head_of
from reports.archive.entries import Edition
from reports.models import ArchivePackage

Status = ArchivePackage.Status


@transaction.atomic
def ask(project: Project, *, by: User, public: bool = False) -> ArchivePackage:
    """Have a package made: of an archived project the archive package, before that an interim copy that says so;
    `public`: only what everybody may read. Consequences: it is made in the background from what `by` may read, and
    the log of the package keeps who asked for it. (Not the log of the project: it is closed, and is in the package.)"""
    permit("reports.take_archive", by, project)
    if not project.is_funded:
        raise Refused(_("There is no file yet: the project has not been funded."))
    mine = ArchivePackage.objects.visible_to(by).filter(project=project, status=Status.WAITING)
    if any(one.is_busy for one in mine):
        raise Refused(_("One is being made already."))
    edition = Edition.PUBLIC if public else edition_of(project)
    made = ArchivePackage.objects.create(project=project, edition=edition.value, by=by)
    record(made, "ask_for_package", by=by, label=_("Archive package asked for"), edition=edition.value)
    make.enqueue(made.pk)
    return made


@task()
def make(package_id: int) -> None:
    """Background: write the package, keep it, and tell who asked."""
    attempt(ArchivePackage.objects.select_related("by").get(pk=package_id), _make)


def _make(package: ArchivePackage) -> None:
    with TemporaryDirectory(prefix="archive-") as folder:
        path = Path(folder) / "package.zip"
        made, name = write_package(package.project, Edition(package.edition), path, user=package.by)
        with path.open("rb") as file, transaction.atomic():
            locked = ArchivePackage.objects.select_for_update().get(pk=package.pk)
            if locked.status != Status.WAITING:  # another worker was faster
                return
            locked.file.save("package.zip", File(file), save=False)
            _finish(locked, made, name, path)
            record(locked, "make_package", by=None, label=_("Archive package made"), sha256=locked.sha256)
            subject = _("The archive package of “%(title)s” is ready") % {"title": package.project.title}
            notify([package.by], subject=subject, url=_page(package.project))


def _finish(package: ArchivePackage, made: bag.Made, name: str, path: Path) -> None:
    package.filename, package.size = name, path.stat().st_size
    package.sha256, package.digest = sha256_of(path), made.digest
    package.items, package.withheld = len(made.items), len(made.withheld)
    package.differing = len(made.differing)
    package.status, package.finished_at = Status.DONE, clock.now()
    package.save()


@transaction.atomic
def keep_written(project: Project, edition: Edition, made: bag.Made, path: Path, *, by: User | None) -> ArchivePackage:
    """Keep that a command has written a package, with its hashes; the file is where the command put it."""
    package = ArchivePackage(project=project, edition=edition.value, by=by)
    _finish(package, made, path.name, path)
    label = _("Archive package written by a command")
    where: dict[str, Any] = {"what": "archive", "project": project.pk, "funder": project.call.funder_id}
    record(package, "export", by=by, label=label, sha256=package.sha256, **where)
    return package


def _page(project: Project) -> str:
    return reverse("reports:archive_packages", args=[project.pk])


def write_package(project: Project, edition: Edition, path: Path, user: Any = None) -> tuple[bag.Made, str]:
    """Write the package of a project to a path; returns what is in it, and the file name it is given out under."""
    found = Project.objects.select_related("call__funder", "call__fund", "track", "applicant", "host", "community")
    project = found.get(pk=project.pk)
    head = head_of(project, edition)
    entries, withheld = contents(project, edition, user)
    with path.open("wb") as target:
        made = bag.write(target, head, entries, withheld)
    return made, f"{bag.root_of(head)}.zip"


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(bag.BLOCK):
            digest.update(block)
    return digest.hexdigest()


def fetched(package: ArchivePackage, *, by: User) -> Event:
    """Keep that it was downloaded, and by whom."""
    permit("reports.take_archive", by, package.project)
    where: dict[str, Any] = {"what": "archive", "project": package.project_id, "funder": package.project.call.funder_id}
    return record(package, "export", by=by, label=_("Archive package downloaded"), sha256=package.sha256, **where)
