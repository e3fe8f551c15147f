"""Files that are made in the background for one person: how the attempt ends, and when the file goes."""

import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import transaction

from core import clock
from reports.models import ArchivePackage, LedgerFile
from reports.models.made_file import KEPT, MadeFile

log = logging.getLogger(__name__)
M = TypeVar("M", bound=MadeFile)


def attempt(made: M, make: Callable[[M], None]) -> None:
    """Let `make` write what still waits. What goes wrong is logged and said at the row; another can be asked for."""
    if made.status != MadeFile.Status.WAITING:
        return
    try:
        make(made)
    except Exception:
        log.exception("%s %s cannot be made", made._meta.label, made.pk)
        waiting = type(made)._default_manager.filter(pk=made.pk, status=MadeFile.Status.WAITING)
        waiting.update(status=MadeFile.Status.FAILED, finished_at=clock.now())


def forget_made() -> int:
    """Delete files that have lain long enough; their rows stay. For `manage.py tick`."""
    return sum(_forget(model) for model in (ArchivePackage, LedgerFile))


def _forget(model: type[MadeFile]) -> int:
    done = 0
    for pk in model._default_manager.filter(at__lt=clock.now() - KEPT).exclude(file="").values_list("pk", flat=True):
        with transaction.atomic():
            locked = model._default_manager.select_for_update().get(pk=pk)
            if not locked.file:
                continue
            transaction.on_commit(partial(locked.file.storage.delete, str(locked.file.name)))
            locked.file = ""
            locked.save(update_fields=["file"])
            done += 1
    return done
