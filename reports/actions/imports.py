"""What a person does with a table that goes in: send it, decide about it, let it go on after an interruption."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks.base import Task

from core import clock, spreadsheets
from core.models import Event
from core.notifications import notify
from core.safety import names
from core.workflow import Refused, Stale, permit, record
from people.models import User
from reports.actions import background
from reports.exchange import TABLES
from reports.models import ImportJob

Status = ImportJob.Status

TRIES = 3
"""So often the clock goes on with what was killed."""
AT_ONCE = 256 * 1024
"""A file up to this size is checked while the person waits: a second, and no worker is needed."""


def send(*, by: User, table: str, upload: UploadedFile) -> ImportJob:
    """Keep a table and check it; nothing of it is written yet.

    Raises `ValidationError` for a file that is no spreadsheet or has the wrong headings. A small file has
    been checked when this returns, a large one is checked in the background.
    """
    permit(TABLES[table].permission, by)
    TABLES[table].resource().recognise(spreadsheets.read(upload).headings)
    upload.seek(0)
    name = names.cleaned(upload.name or "")
    with transaction.atomic():
        job = ImportJob(table=table, name=name, by=by, language=translation.get_language())
        job.file.save(name, upload, save=False)
        job.save()
        record(job, "send", by=by, label=_("Table sent"), table=table)
        if (upload.size or 0) > AT_ONCE:
            background.check.enqueue(job.pk, job.attempt)
            return job
    background.check_now(job.pk, job.attempt)
    job.refresh_from_db()
    return job


@transaction.atomic
def confirm(job: ImportJob, *, by: User, mode: str) -> ImportJob:
    """Import what the check has found; it runs in the background and tells the person when it is done."""
    locked = _lock(job, by)
    if locked.status != Status.READY:
        raise Stale(_("This table is not waiting for a decision any more."))
    locked.mode, locked.done = mode, 0
    record(locked, "confirm", by=by, label=_("Import confirmed"), mode=mode)
    return _start(locked, Status.RUNNING, background.run)


@transaction.atomic
def discard(job: ImportJob, *, by: User) -> ImportJob:
    """Drop a table before anything of it is written; its file goes with it."""
    locked = _lock(job, by)
    if locked.status not in (Status.READY, Status.CHECKING, Status.FAILED):
        raise Stale(_("This table is not waiting for a decision any more."))
    locked.status, locked.attempt = Status.DISCARDED, locked.attempt + 1
    locked.samples, locked.errors = {}, []
    locked.save()
    for file in (locked.file, locked.wrong_rows):
        if file and file.name:
            transaction.on_commit(partial(file.storage.delete, file.name))
    record(locked, "discard", by=by, label=_("Table discarded"))
    return locked


@transaction.atomic
def resume(job: ImportJob, *, by: User | None) -> ImportJob:
    """Go on where an interrupted check or import has stopped; refused while it may still be going on. `by=None`: the
    clock."""
    locked = _lock(job, by)
    if not locked.is_stuck:
        raise Refused(_("It is still going on."))
    record(locked, "resume", by=by, label=_("Continued"))
    if locked.is_confirmed:
        return _start(locked, Status.RUNNING, background.run)
    return _start(locked, Status.CHECKING, background.check)


def go_on_with_killed_imports() -> int:
    """Checks and imports whose worker has died go on by themselves, three times; then their sender is asked to look.
    For `manage.py tick`."""
    done = 0
    for job in ImportJob.objects.silent().select_related("by"):
        if Event.objects.about(job).filter(name="resume", actor=None).count() >= TRIES:
            with translation.override(job.language):
                subject = _("The import of “%(name)s” stands still: please look at it") % {"name": job.name}
            notify([job.by], subject=subject, url=job.get_absolute_url(), key=f"import {job.pk} stands still")
            continue
        try:
            resume(job, by=None)
        except Refused:  # somebody was quicker
            continue
        done += 1
    return done


def _lock(job: ImportJob, by: User | None) -> ImportJob:
    locked = ImportJob.objects.select_for_update().get(pk=job.pk)
    if by is not None:
        if locked.by_id != by.pk:
            raise PermissionDenied
        permit(TABLES[locked.table].permission, by)
    return locked


def _start(job: ImportJob, status: str, task: Task) -> ImportJob:
    """The attempt goes up: whichever worker was at it finds that it is not its turn any more."""
    job.status, job.problem, job.moved_at = status, "", clock.now()
    job.is_confirmed = task is background.run
    job.attempt += 1
    job.save()
    task.enqueue(job.pk, job.attempt)
    return job
