"""The check and the import of a table, in the background and in pieces.

Each piece of the import is a transaction of its own, which also moves the job's counter: after an
interruption the rows up to the counter are looked at again, for the sake of the rows after them, and not
written again. A file that is imported twice finds everything unchanged.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DataError, IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from core import clock, spreadsheets
from core.notifications import notify
from core.workflow import record
from people.resources import widgets
from people.resources.base import CHUNK, TableResource
from people.resources.rows import Outcome, Row
from reports import exchange
from reports.models import ImportJob
from reports.search.upkeep import index

Status = ImportJob.Status
SAMPLES = 50
"""So many rows of each kind are shown before the import."""
ERRORS = 1000
"""So many wrong rows are shown on the page; the workbook has all of them."""

log = logging.getLogger(__name__)


class Superseded(Exception):
    """Another attempt has taken over, or the job was discarded."""


class SomeWrong(Exception):
    """All or nothing was chosen, and these rows are wrong."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        super().__init__(len(rows))


@task()
def check(job_id: int, attempt: int) -> None:
    """Background: say of every row what an import would do with it."""
    check_now(job_id, attempt)


@task()
def run(job_id: int, attempt: int) -> None:
    """Background: import the rows, and tell the sender."""
    job = ImportJob.objects.select_related("by").get(pk=job_id)
    with translation.override(job.language):
        try:
            _import(job, attempt)
        except Superseded:
            return
        except SomeWrong as found:
            # Outside the transaction, which is undone: the rows that are to be mended, and how many there are.
            resource = exchange.TABLES[job.table].resource(by=job.by)
            _keep_wrong(job, resource, found.rows)
            _save(job, attempt, "errors", "wrong_rows", *Outcome.values)
            _finish(job, attempt, Status.REFUSED)
        except Exception as error:
            _stop(job, attempt, error)
        else:
            _finish(job, attempt, Status.DONE)


@task()
def find(model: str, pks: list[int]) -> None:
    """Background: let these records be found."""
    index(apps.get_model(model), pks)


def check_now(job_id: int, attempt: int) -> None:
    job = ImportJob.objects.select_related("by").get(pk=job_id)
    with translation.override(job.language):
        try:
            _check(job, attempt)
        except Superseded:
            return
        except Exception as error:
            _stop(job, attempt, error)


# -- The two passes --------------------------------------------------------------------------------


def _check(job: ImportJob, attempt: int) -> None:
    resource = exchange.TABLES[job.table].resource(by=job.by, rehearsal=True)
    samples: dict[str, list[dict[str, Any]]] = {outcome: [] for outcome in Outcome.values if outcome != Outcome.WRONG}
    wrong: list[Row] = []
    _count_from_zero(job)
    for rows in _pieces(job, resource):
        resource.examine(rows)
        for row in rows:
            if row.outcome == Outcome.WRONG:
                wrong.append(row)
            elif len(samples[row.outcome]) < SAMPLES:
                samples[row.outcome].append(_sample(resource, row))
        _move(job, attempt, rows)
    job.samples = samples
    _keep_wrong(job, resource, wrong)
    job.status = Status.READY
    _save(job, attempt, "samples", "status", "errors", "wrong_rows")


def _import(job: ImportJob, attempt: int) -> None:
    resource = exchange.TABLES[job.table].resource(by=job.by)
    whole = job.mode == ImportJob.Mode.ALL_OR_NOTHING
    wrong: list[Row] = []
    finished, place = job.done, 0
    if not finished:
        _count_from_zero(job)
    with transaction.atomic() if whole else nullcontext():
        for rows in _pieces(job, resource):
            place += len(rows)
            with transaction.atomic():
                resource.examine(rows)
                if place > finished:
                    _write(resource, rows)
                    _move(job, attempt, rows)
                    _tell_search(resource, rows)
            wrong += [row for row in rows if row.outcome == Outcome.WRONG]
        if wrong and whole:  # only now: whoever mends the table wants to know of all wrong rows at once
            raise SomeWrong(wrong)
    _keep_wrong(job, resource, wrong)
    _save(job, attempt, "errors", "wrong_rows")


def _pieces(job: ImportJob, resource: TableResource) -> Iterator[list[Row]]:
    """The rows of the file in the order in which they are written, always cut at the same places; no more than a piece
    is held at a time."""
    with job.file.open("rb") as file:
        table = spreadsheets.read(file)
        if not job.total:
            job.total = sum(1 for _row in resource.rows(table))
        if not job.total:
            raise ValidationError(_("The table has headings and no rows."))
        for phase in range(resource.phases):
            rows = (row for row in resource.rows(table) if resource.phase_of(row) == phase)
            while piece := list(islice(rows, CHUNK)):
                yield piece


def _write(resource: TableResource, rows: list[Row]) -> None:
    """Store the rows; where the database refuses one, because of what somebody else has just entered, only that one."""
    try:
        with transaction.atomic():
            resource.write(rows)
        return
    except (IntegrityError, DataError):
        log.warning("Import: the rows from %s on are written one by one", rows[0].number, exc_info=True)
    todo = [row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]
    for row in todo:
        resource.forget(row)
    for row in todo:
        try:
            with transaction.atomic():
                resource.write([row])
        except (IntegrityError, DataError):
            resource.say_contradictions(row)
            if not row.errors:
                row.blame("", _("Somebody else has just entered the same, or it contradicts what is stored."))
            row.outcome = Outcome.WRONG


def _tell_search(resource: TableResource, rows: list[Row]) -> None:
    """Rows are stored many at a time, of which no signal tells. Queued with them, in their transaction: so it is not
    forgotten, and nobody waits for it."""
    if written := [row.instance.pk for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]:
        find.enqueue(resource._meta.model._meta.label, written)


# -- What is kept of it ----------------------------------------------------------------------------


def _save(job: ImportJob, attempt: int, *fields: str) -> None:
    """Save these fields, if it is still this attempt's turn."""
    job.moved_at = clock.now()
    mine = ImportJob.objects.filter(pk=job.pk, attempt=attempt)
    if not mine.update(moved_at=job.moved_at, **{name: getattr(job, name) for name in fields}):
        raise Superseded


def _count_from_zero(job: ImportJob) -> None:
    """Stored with the first piece: until then, and if nothing is imported, the counts of the check stand."""
    job.done = 0
    for outcome in Outcome.values:
        setattr(job, outcome, 0)


def _move(job: ImportJob, attempt: int, rows: list[Row]) -> None:
    counts = Counter(row.outcome for row in rows)
    for outcome in Outcome.values:
        setattr(job, outcome, getattr(job, outcome) + counts[outcome])
    job.done += len(rows)
    _save(job, attempt, "total", "done", *Outcome.values)


def _keep_wrong(job: ImportJob, resource: TableResource, wrong: list[Row]) -> None:
    """The wrong rows, in the order of the file: the first for the page, all of them in a workbook."""
    wrong.sort(key=lambda row: row.number)
    labels = {column.name: column.label for column in resource.columns()}
    job.errors = [
        {
            "row": row.number,
            "title": _title(resource, row),
            "errors": [[labels.get(name, ""), message] for name, texts in row.errors.items() for message in texts],
        }
        for row in wrong[:ERRORS]
    ]
    if job.wrong_rows:
        job.wrong_rows.delete(save=False)
    if wrong:
        target = BytesIO()
        exchange.write_wrong_rows(exchange.TABLES[job.table], target, wrong)
        job.wrong_rows.save("wrong.xlsx", ContentFile(target.getvalue()), save=False)


def _sample(resource: TableResource, row: Row) -> dict[str, Any]:
    columns = {column.name: column for column in resource.columns()}
    changes = [
        [columns[name].label, "" if before is None else columns[name].render(before), columns[name].render(after)]
        for name, (before, after) in row.changes.items()
    ]
    return {"row": row.number, "title": _title(resource, row), "changes": changes}


def _title(resource: TableResource, row: Row) -> str:
    """By what a reader finds the row: its name and its number, as they stand in the file."""
    texts = [widgets.text(row.cells.get(name)) for name in ("name", *resource.get_import_id_fields())]
    return " · ".join(text for text in texts if text)[:120]


def _finish(job: ImportJob, attempt: int, status: str) -> None:
    with transaction.atomic():
        job.refresh_from_db(fields=["done", *Outcome.values])  # as committed: a transaction may have been rolled back
        job.status, job.finished_at, job.samples = status, clock.now(), {}
        _save(job, attempt, "status", "finished_at", "samples")
        counts = {outcome: getattr(job, outcome) for outcome in Outcome.values}
        record(job, "finish", by=job.by, label=str(job.get_status_display()), **counts)
        if status == Status.DONE:
            subject = _("“%(name)s” is imported: %(new)s new, %(changed)s changed, %(wrong)s wrong")
        else:
            subject = _("“%(name)s” was not imported, because rows are wrong")
        notify([job.by], subject=subject % {"name": job.name, **counts}, url=job.get_absolute_url())


def _stop(job: ImportJob, attempt: int, error: Exception) -> None:
    """Say what has happened; what is committed stays, and the person can let it go on."""
    if isinstance(error, ValidationError):
        problem = " ".join(error.messages)
    else:
        log.error("Import %s stopped", job.pk, exc_info=error)
        problem = _("Something went wrong here. The rows up to this point are kept; try to continue.")
    mine = ImportJob.objects.filter(pk=job.pk, attempt=attempt)
    mine.update(status=Status.FAILED, problem=problem, moved_at=clock.now())
