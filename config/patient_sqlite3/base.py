"""Django's SQLite, except for how one waits to write: nobody is worse off for having waited long.

SQLite itself asks for the lock again after 1, 2, 5, 10 … 100 ms: whoever came last asks most often, and among many who
write without a pause somebody never gets it. Here the waiting is short and begun anew, until `timeout` of the settings
is over: everybody asks equally often (docs/adr/0026-waiting-to-write.md).
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from time import monotonic, sleep
from typing import Any

from django.db.backends.sqlite3 import base

TURN = 18
"""Milliseconds: SQLite asks after 1, 2, 5 and 10 of them, then the waiting begins anew."""
HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY}
"""Somebody else holds the lock. `SQLITE_BUSY_SNAPSHOT` is not in it: that one is not mended by waiting."""


class PatientCursor(base.SQLiteCursorWrapper):
    patience = 0.0

    def execute(self, query: str, params: Any = None) -> Any:
        return self._wait(partial(super().execute, query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        """Not begun again: outside a transaction each row is stored by itself."""
        if not self.patience or self.connection.in_transaction:
            return super().executemany(query, param_list)
        super().execute(f"PRAGMA busy_timeout = {self.patience * 1000:.0f}")
        try:
            return super().executemany(query, param_list)
        finally:
            super().execute(f"PRAGMA busy_timeout = {TURN}")

    def _wait(self, do: Callable[[], Any]) -> Any:
        """Again, while somebody else writes. Who is in a transaction has the lock, or will not get it by waiting."""
        if self.connection.in_transaction:
            return do()
        until = 0.0
        while True:
            try:
                return do()
            except sqlite3.OperationalError as error:
                now = monotonic()
                until = until or now + self.patience
                if error.sqlite_errorcode not in HELD or now >= until:
                    raise
                sleep(0.001)  # SQLite does not wait at all while a reader of this connection is still at work


class DatabaseWrapper(base.DatabaseWrapper):
    patience = 0.0
    """Seconds; 0 where SQLite waits by itself, because the file system knows no write-ahead log."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self.patience = 0.0
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            connection.execute(f"PRAGMA busy_timeout = {TURN}")
            self.patience = float(conn_params["timeout"])
        return connection

    def create_cursor(self, name: str | None = None) -> PatientCursor:
        cursor = self.connection.cursor(factory=PatientCursor)
        cursor.patience = self.patience
        return cursor
