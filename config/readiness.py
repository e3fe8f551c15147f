"""Whether this machine can answer, asked by the proxy in front every few seconds, and what else is not as it should be.

Only what another machine would do better makes this one "not ready": its way to the database, its version, its disk.
What all of them share (cache, files, the queue) is said, and keeps nobody out: if Redis is gone, a site that is slower
is better than none.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir

from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config import metrics
from config.engines import REPLICA

LEAST_FREE = 500 * 1024**2
QUEUE_LATE = 15 * 60
KEPT = 3
"""Seconds: whoever asks more often gets the same answer, so that asking costs nothing."""
OK = "ok"
_migrated = False
_last: tuple[float, dict[str, str]] = (0.0, {})


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def migrations() -> str:
    """A database that is ahead of this version is fine (docs/deployment/updating.md); one behind is not."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if _migrated else "missing"


def disk() -> str:
    free = min(shutil.disk_usage(folder).free for folder in (Path(settings.VAR_DIR), Path(gettempdir())))
    return OK if free >= LEAST_FREE else "full"


def cache() -> str:
    answers = getattr(caches["default"], "answers", None)
    return OK if answers is None or answers() else "table stands in"


def files() -> str:
    storages["private"].exists("ready")
    return OK


def queue() -> str:
    since = metrics.oldest_task()
    return OK if since is None or (timezone.now() - since).total_seconds() < QUEUE_LATE else "late"


def replica() -> str:
    if REPLICA not in settings.DATABASES:
        return "none"
    from config.routing import standby  # noqa: PLC0415  only where there is one

    return OK if standby.is_fit() else "not read"


NEEDED: tuple[Callable[[], str], ...] = (database, migrations, disk)
SHARED: tuple[Callable[[], str], ...] = (cache, files, queue, replica)


def readiness() -> dict[str, str]:
    """Each part with a word; whatever goes wrong is "fails", and its reason is nobody's business outside."""
    global _last
    at, found = _last
    if not found or time.monotonic() - at > KEPT:
        found = {part.__name__: _ask(part) for part in (*NEEDED, *SHARED)}
        _last = time.monotonic(), found
    return found


def is_ready(found: dict[str, str]) -> bool:
    return all(found[part.__name__] == OK for part in NEEDED)


def _ask(part: Callable[[], str]) -> str:
    try:
        return part()
    except Exception:
        return "fails"
