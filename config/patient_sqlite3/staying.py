"""Reading goes on when the disk is full or takes no changes, because one connection never closes.

Beside a database with a write-ahead log lie two files (`-wal`, `-shm`), which the last connection to close takes away.
The next one must make them anew, also to read: it cannot, and every page fails. Connections of ours close when they are
a minute old, so the process holds one for as long as it lives. It is never asked anything, and holds no lock.
"""

import sqlite3
from typing import Any

from django.db import connection

_held: list[Any] = []


def stay_open() -> None:
    """Hold the site's database open: once in each web process, when it has begun; never before a fork."""
    if connection.vendor != "sqlite":
        return
    try:
        held = open_and_read(str(connection.settings_dict["NAME"]))
    except sqlite3.Error:  # the disk is full already: the pages say so, and the next process tries again
        return
    _held.append(held)


def open_and_read(path: str) -> sqlite3.Connection:
    """A connection that has looked into the database once: before, the two files are not there."""
    held = sqlite3.connect(path, check_same_thread=False)
    held.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return held
