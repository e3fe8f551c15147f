"""Kill a process in the middle of work, for certain: it ends itself by SIGKILL right before its n-th write."""

import os
import signal
import traceback
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import connection, connections

from config.backup.engines import engine_of
from config.backup.tables import tables

WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE", "ALTER", "DROP")


def killed_before(nth: int, work: Callable[[], Any], writes: str | tuple[str, ...] = WRITES) -> bool:
    """Do the work in a process of its own; says whether it was killed, or had no such write left and did it all. What
    counts as a write begins with one of `writes`, in capitals."""
    connections.close_all()
    here = connections["default"]
    child = os.fork()
    if not child:
        # Which database stands in the place of the test's own is kept with the loop that a browser has left here; a
        # child has no loop.
        connections["default"] = here
        _work_and_die(nth, work, writes)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return os.WIFSIGNALED(status)


def _work_and_die(nth: int, work: Callable[[], Any], writes: str | tuple[str, ...]) -> None:
    left = nth

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if sql.lstrip().upper().startswith(writes):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    done = 1
    try:
        with connection.execute_wrapper(watch):
            work()
        done = 0
    except BaseException:
        traceback.print_exc()  # else nobody would know why
    finally:
        os._exit(done)


def everything() -> dict[str, str]:
    """Every row of every table, as a digest a table."""
    engine, found = engine_of(connection), {}
    with engine.snapshot() as cursor:
        for table in tables(connection):
            digest = sha256()
            for piece in engine.rows(cursor, table):
                digest.update(piece.content)
            found[table.name] = digest.hexdigest()
    return found


def killed_at_each_write(work: Callable[[], Any], every: int = 1) -> int:
    """Kill the work before its first write, its second … until it has been committed. After each kill the database must
    be what it was. Says how often it was killed in vain. `every`: where there are many writes, so many at a step."""
    before, kills = everything(), 0
    while killed_before(kills * every + 1, work):
        if everything() != before:  # killed after the commit, on the way to what is told afterwards
            break
        kills += 1
    assert everything() != before
    return kills
