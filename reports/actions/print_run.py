"""The printing of a job, in the background: paper by paper, then all of them into one file.

What is printed is committed paper by paper. A worker that is killed leaves its job as it is; the next attempt takes up
what is still missing and no paper twice. Nothing is issued here: numbers belong to deeds, and an issued paper is given
out as the bytes that are kept (laid out now, where nobody has asked for them yet).
"""

import hashlib
import logging
from functools import partial
from tempfile import TemporaryFile
from typing import NamedTuple

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from core import clock
from core.notifications import notify
from core.workflow import advance
from reports import press, print_result
from reports.actions.papers import printed
from reports.copies import bytes_of
from reports.models import Paper, PrintItem, PrintJob
from reports.pdf import LANGUAGE
from reports.print_kinds import KINDS
from reports.signing import CannotSign

State, Status = PrintJob.State, PrintItem.Status
POOL_FROM = 8
"""Fewer papers than this are laid out before other processes would be ready."""
TOLD = 25
"""After so many papers put together the page hears of it."""

log = logging.getLogger(__name__)


class Superseded(Exception):
    """Another attempt has taken over, or the job was paused or cancelled."""


class Made(NamedTuple):
    """What became of one paper, as a process hands it back."""

    item: int
    paper: int | None = None
    file: str = ""
    filename: str = ""
    size: int | None = None
    sha256: str = ""
    error: str = ""


@task()
def run(job_id: int, attempt: int) -> None:
    """Background: print what is missing, put it together, and tell the person."""
    mine = PrintJob.objects.filter(pk=job_id, attempt=attempt, state=State.PRINTING, taken__lt=attempt)
    if not mine.update(taken=attempt, moved_at=clock.now()):
        return
    job = PrintJob.objects.select_related("by").get(pk=job_id)
    with translation.override(job.language):
        try:
            _lay_out(job)
            _put_together(job)
        except Superseded:
            return
        except Exception as failure:
            log.exception("Print job %s stopped", job.pk)
            altered = isinstance(failure, print_result.Altered)
            _stop(job, str(failure) if altered else _("Something went wrong here. What is printed is kept."))


# -- Paper by paper ------------------------------------------------------------------------------------


def _lay_out(job: PrintJob) -> None:
    todo = list(job.items.filter(status=Status.WAITING).order_by("ordinal").values_list("pk", flat=True))
    processes = min(press.hands(), len(todo)) if len(todo) >= POOL_FROM else 1
    for made in press.each(make, todo, processes=processes):
        _settle(job, made)


def make(item_id: int) -> Made:
    """One paper: read what it is about as its owner sees it now, and lay it out. Whatever goes wrong is said."""
    item = PrintItem.objects.select_related("job__by").get(pk=item_id)
    with translation.override(item.job.language):
        try:
            return _make(item)
        except CannotSign as failure:
            log.error("A paper waits for its signature: %s", failure)
            return Made(item.pk, error=_("The paper waits for its digital signature"))
        except Exception:
            log.exception("Item %s of print job %s", item.ordinal, item.job_id)
            return Made(item.pk, error=_("This paper could not be laid out."))


def _make(item: PrintItem) -> Made:
    job, row = item.job, KINDS[item.job.kind]
    thing = row.seen(job.by).filter(pk=item.object_id).first()
    if thing is None or not row.may(job.by, thing):
        return Made(item.pk, error=_("You may not see this paper any more."))
    with translation.override(LANGUAGE):
        found = row.give(thing, job)
        if isinstance(found, Paper):
            paper = printed(found)
            return Made(item.pk, paper.pk, "", paper.filename, paper.file.size, paper.sha256)
        content = bytes_of(found)
    file = _storage().save(f"prints/{job.folder}/{item.ordinal}", ContentFile(content))
    return Made(item.pk, None, file, found.filename[-300:], len(content), hashlib.sha256(content).hexdigest())


@transaction.atomic
def _settle(job: PrintJob, made: Made) -> None:
    """Keep what became of a paper, if it is still this attempt's turn; each paper is settled once."""
    _go_on(job)
    job.items.filter(pk=made.item, status=Status.WAITING).update(
        status=Status.FAILED if made.error else Status.DONE, error=made.error[:500], paper=made.paper, file=made.file,
        filename=made.filename, size=made.size, sha256=made.sha256,
    )  # fmt: skip


def _go_on(job: PrintJob) -> None:
    mine = PrintJob.objects.filter(pk=job.pk, attempt=job.attempt, state=State.PRINTING)
    if not mine.update(moved_at=clock.now(), deaths=0):
        raise Superseded


# -- Into one file -------------------------------------------------------------------------------------


def _put_together(job: PrintJob) -> None:
    failed = job.items.filter(status=Status.FAILED)
    if failed.count() > len(job.selection.get("left_out", [])):
        _stop(job, _("%(n)s papers could not be printed. They stand below, with the reason.") % {"n": failed.count()})
        return
    items = job.items.select_related("paper").order_by("ordinal")
    count = 0

    def moved() -> None:
        nonlocal count
        count += 1
        if count % TOLD == 0:
            _go_on(job)

    with TemporaryFile() as target:
        print_result.write(job, items.iterator(chunk_size=TOLD), target, moved)
        size = target.tell()
        target.seek(0)
        sha256 = hashlib.file_digest(target, "sha256").hexdigest()
        target.seek(0)
        stored = _storage().save(f"prints/{job.folder}/result", File(target))
    with translation.override(LANGUAGE):
        what = str(KINDS[job.kind].label)
    ending = "zip" if job.form == PrintJob.Form.ZIP else "pdf"
    name = f"{what}-{clock.localdate(job.at):%Y%m%d}-{job.pk}.{ending}"
    with transaction.atomic():
        _go_on(job)
        job.refresh_from_db()
        advance(job, "finish", by=None, result=stored, filename=name, size=size, sha256=sha256)
        _tell(job, _("Your papers are printed: %(name)s"))
        transaction.on_commit(partial(remove, job, keep=stored))


def _stop(job: PrintJob, problem: str) -> None:
    with transaction.atomic():
        try:
            _go_on(job)
        except Superseded:
            return
        job.refresh_from_db()
        advance(job, "stop", by=None, problem=problem)
        _tell(job, _("Your print job has stopped: %(name)s"))


def _tell(job: PrintJob, subject: str) -> None:
    name = f"{KINDS[job.kind].label} · {job.about}"
    notify([job.by], subject=subject % {"name": name}, url=job.get_absolute_url())


# -- Files ---------------------------------------------------------------------------------------------


def _storage() -> Storage:
    return PrintItem._meta.get_field("file").storage


def remove(job: PrintJob, *, keep: str = "") -> None:
    """Remove the files of a job, also those that a killed worker has left; nothing of the register lies here."""
    storage, folder = _storage(), f"prints/{job.folder}"
    try:
        _folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        if f"{folder}/{name}" != keep:
            storage.delete(f"{folder}/{name}")
    if not keep:
        storage.delete(folder)
