"""What a person does with a print job: ask for it, pause, continue or cancel it; and what the clock does for all."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core.workflow import Refused, Stale, advance, moved_on, permit, record
from people.models import User
from reports.actions import print_run
from reports.models import PrintItem, PrintJob
from reports.print_kinds import KINDS
from reports.print_sources import SOURCES

Status = PrintItem.Status
MOST = 2000
"""Papers in one job."""
NAMED = 5
"""So many forbidden papers are named when a job is refused."""
TRIES = 3
"""So often the clock goes on with a job without any progress between; then a person has to."""


@transaction.atomic
def start(*, by: User, kind: str, asked: dict[str, str], form: str, both_sides: bool = False, origin: str) -> PrintJob:
    """Print every paper of a kind that a choice holds; it runs in the background and tells the person when it is done.

    `asked` is the choice as the page with the list has it in its address. Raises `Refused` when there is no such paper,
    when there are too many, and, naming them, when one of them is not this person's to see.
    """
    row = KINDS[kind]
    source = SOURCES[row.source]
    found = source.find(by, asked)
    things = list(row.things(found, by)[: MOST + 1]) if found is not None else []
    if not things:
        raise Refused(_("There is no such paper in this choice."))
    if len(things) > MOST:
        raise Refused(_("These are more than %(n)s papers. Please choose fewer, by call for example.") % {"n": MOST})
    forbidden = [row.name(thing) for thing in things if not row.may(by, thing)]
    if forbidden:
        names = "、".join(forbidden[:NAMED])
        more = _(" and %(n)s more") % {"n": len(forbidden) - NAMED} if len(forbidden) > NAMED else ""
        raise Refused(
            _("Nothing is printed: some of these papers are not yours to see. They are: %(names)s%(more)s.")
            % {"names": names, "more": more}
        )
    job = PrintJob.objects.create(
        kind=kind, about=source.about(found, asked, by)[:300], selection={"asked": asked}, form=form,
        both_sides=both_sides and form == PrintJob.Form.MERGED, origin=origin, by=by,
        language=translation.get_language(),
    )  # fmt: skip
    PrintItem.objects.bulk_create(
        PrintItem(job=job, ordinal=place, object_id=thing.pk, name=row.name(thing)[:300])
        for place, thing in enumerate(things, start=1)
    )
    record(job, "start", by=by, label=_("Papers to be printed"), kind=kind, papers=len(things))
    _enqueue(job)
    return job


@transaction.atomic
def pause(job: PrintJob, *, by: User) -> PrintJob:
    """The worker stops after the paper it is at; what is printed stays."""
    return advance(job, "pause", by=by)


@transaction.atomic
def go_on(job: PrintJob, *, by: User) -> PrintJob:
    """Continue a paused job with what is missing."""
    return _enqueue(advance(job, "go_on", by=by))


@transaction.atomic
def try_again(job: PrintJob, *, by: User) -> PrintJob:
    """Lay out once more what failed."""
    advance(job, "try_again", by=by)
    job.items.filter(status=Status.FAILED).update(status=Status.WAITING, error="")
    return _enqueue(job)


@transaction.atomic
def leave_out(job: PrintJob, *, by: User) -> PrintJob:
    """Give out what is printed; the index says what is missing and why."""
    advance(job, "leave_out", by=by)
    failed = job.items.filter(status=Status.FAILED).values_list("pk", flat=True)
    job.selection = {**job.selection, "left_out": list(failed)}
    job.save(update_fields=["selection"])
    return _enqueue(job)


@transaction.atomic
def cancel(job: PrintJob, *, by: User) -> PrintJob:
    """Give the job up and remove its files; issued papers stay as they are."""
    advance(job, "cancel", by=by)
    transaction.on_commit(partial(print_run.remove, job))
    return job


@transaction.atomic
def clear(job: PrintJob, *, by: Any) -> PrintJob:
    """Remove the file of a finished job before its time; the clock asks with `by=None`."""
    advance(job, "clear", by=by)
    transaction.on_commit(partial(print_run.remove, job))
    return job


@transaction.atomic
def restart(job: PrintJob, *, by: Any) -> PrintJob:
    """Go on with a job whose worker was killed; refused while it may still be at it. `by=None`: the clock."""
    if by is not None:
        permit("reports.run_print_job", by, job)
    locked = PrintJob.objects.select_for_update().get(pk=job.pk)
    if not locked.is_busy:
        raise Stale(moved_on(locked))
    if not locked.is_stuck:
        raise Refused(_("It is still going on."))
    locked.start_anew()
    locked.deaths = locked.deaths + 1 if by is None else 0
    locked.save()
    record(locked, "restart", by=by, label=_("Continued after an interruption"))
    return _enqueue(locked)


def go_on_with_killed() -> int:
    """Jobs whose worker has died go on by themselves; for `manage.py tick`."""
    done = 0
    for job in PrintJob.objects.silent().filter(deaths__lt=TRIES):
        try:
            restart(job, by=None)
        except Refused:  # somebody was quicker
            continue
        done += 1
    return done


def remove_printed() -> int:
    """Files that have been kept for their time are removed; for `manage.py tick`."""
    done = 0
    for job in PrintJob.objects.overdue():
        try:
            clear(job, by=None)
        except Refused:
            continue
        done += 1
    return done


def still_sees_all(job: PrintJob, *, by: User) -> bool:
    """Whether this person may still open each of its papers: asked before the file is given out."""
    row = KINDS[job.kind]
    wanted = set(job.items.filter(status=Status.DONE).values_list("object_id", flat=True))
    things = [thing for thing in row.seen(by).filter(pk__in=wanted) if row.may(by, thing)]
    return {thing.pk for thing in things} == wanted


def _enqueue(job: PrintJob) -> PrintJob:
    print_run.run.enqueue(job.pk, job.attempt)
    return job
