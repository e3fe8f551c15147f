"""How rows leave a database and enter one, for each of the two. Nothing here knows of files or archives."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.backup import NULL, PIECE
from config.backup.tables import Table, all_names
from core.strangers import keyed
from reports.search.tables import TABLE as WORDS

ROWS = 2000
FORGET_WORDS = f"INSERT INTO {WORDS} ({WORDS}) VALUES ('delete-all')"
csv.field_size_limit(2**31 - 1)


class Piece(NamedTuple):
    """Whole rows as CSV."""

    content: bytes
    rows: int


UNREADABLE = (csv.Error, ValueError)
"""What reading rows fails with where they are not what was written, before a database sees them."""


def engine_of(connection: BaseDatabaseWrapper) -> "PostgreSQL | SQLite":
    return PostgreSQL(connection) if connection.vendor == "postgresql" else SQLite(connection)


def _there(connection: BaseDatabaseWrapper, names: Iterable[str]) -> list[str]:
    """Every table of ours that this database has, and those of these names: one of an older version may lack some, and
    have others that are called otherwise now."""
    there = set(connection.introspection.table_names())
    return sorted(there.intersection([*all_names(), WORDS, *names]))


class _Engine:
    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.null = NULL + keyed("what stands for no value in a backup")[:12]

    @property
    def quoted_null(self) -> str:
        return "'{}'".format(self.null.replace("'", "''"))


class PostgreSQL(_Engine):
    """Rows go out and come in by COPY, which no row of Python slows down."""

    @property
    def options(self) -> str:
        return f"FORMAT csv, NULL {self.quoted_null}"

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        """All that is read here is of one moment; others go on writing meanwhile."""
        own = self.connection.copy()
        own.ensure_connection()
        try:
            with own.connection.cursor() as cursor:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SELECT 1")  # the moment begins with the first look
                yield cursor
        finally:
            own.close()

    def rows(self, cursor: Any, table: Table) -> Iterator[Piece]:
        content, rows = io.BytesIO(), 0
        with cursor.copy(f"COPY ({table.select()}) TO STDOUT WITH ({self.options})") as copy:
            for row in copy:
                content.write(row)
                rows += 1
                if content.tell() >= PIECE:
                    yield Piece(content.getvalue(), rows)
                    content, rows = io.BytesIO(), 0
        if rows:
            yield Piece(content.getvalue(), rows)

    def counters(self, cursor: Any, found: Iterable[Table]) -> dict[str, int]:
        """Where the numbering of each table stands: a number that was given once is not given again."""
        cursor.execute(
            "SELECT t.relname, s.last_value FROM pg_sequences s JOIN pg_class q ON q.relname = s.sequencename "
            "JOIN pg_depend d ON d.objid = q.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid "
            "WHERE s.schemaname = current_schema() AND s.last_value IS NOT NULL AND q.relkind = 'S'"
        )
        names = {table.name for table in found}
        return {name: last for name, last in cursor.fetchall() if name in names}

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """One transaction, in which tables can be made and altered as well: all of it happens, or nothing."""
        with transaction.atomic():
            with self.connection.cursor() as cursor:
                cursor.execute("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL timezone = 'UTC'")
            yield

    def settle(self) -> None:
        """After each migration: its keys are asked now, as they would be at the end of a transaction of its own. While
        that is put off, no table can be altered."""
        self.connection.check_constraints()

    @contextmanager
    def empty(self, names: Iterable[str]) -> Iterator[None]:
        """Within `at_once`, for a backup that has tables of these names. Inside: no row is left, and rows come in
        without their keys and indexes being asked; afterwards all are made and hold."""
        found = [f'"{name}"' for name in _there(self.connection, names)]
        with self.connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(found)}")
            keys = (
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
            )
            indexes = (
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND NOT EXISTS "
                "(SELECT 1 FROM pg_constraint WHERE conname = indexname) ORDER BY 1"
            )
            cursor.execute(keys)
            found_keys = cursor.fetchall()
            cursor.execute(indexes)
            found_indexes = cursor.fetchall()
            for table, name, _sql in found_keys:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            for name, _sql in found_indexes:
                cursor.execute(f'DROP INDEX "{name}"')
            yield
            for _name, sql in found_indexes:
                cursor.execute(sql)
            for table, name, sql in found_keys:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {sql}')

    def load(self, name: str, columns: list[str], pieces: Iterable[bytes]) -> None:
        quoted = ", ".join(f'"{column}"' for column in columns)
        statement = f'COPY "{name}" ({quoted}) FROM STDIN WITH ({self.options}, FORCE_NULL ({quoted}))'
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)

    def count_on(self, counters: dict[str, int]) -> None:
        """Of whatever tables are there: those of an older version may be called otherwise now."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT q.oid::regclass::text, t.relname, a.attname FROM pg_class q "
                "JOIN pg_depend d ON d.objid = q.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid "
                "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
                "WHERE q.relkind = 'S' AND q.relnamespace = current_schema()::regnamespace"
            )
            for sequence, table, key in cursor.fetchall():
                cursor.execute(f'SELECT coalesce(max("{key}"), 0) FROM "{table}"')
                last = max(cursor.fetchone()[0], counters.get(table, 0))
                cursor.execute("SELECT setval(%s, %s, %s)", [sequence, max(last, 1), last > 0])

    def learn(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")


class SQLite(_Engine):
    """Rows go out and come in by the csv module, which like the database is written in C."""

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        """The same; a connection of its own, as that of the site would take the lock of writers."""
        raw = sqlite3.connect(self.connection.settings_dict["NAME"], isolation_level=None, timeout=20)
        try:
            raw.execute("PRAGMA query_only = ON")
            raw.execute("BEGIN")
            raw.execute("SELECT count(*) FROM sqlite_master")
            yield raw.cursor()
        finally:
            raw.close()

    def rows(self, cursor: Any, table: Table) -> Iterator[Piece]:
        cursor.execute(table.select(), {"null": self.null})
        text, rows = io.StringIO(), 0
        while found := cursor.fetchmany(ROWS):
            csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerows(found)
            rows += len(found)
            if text.tell() >= PIECE:
                yield Piece(text.getvalue().encode(), rows)
                text, rows = io.StringIO(), 0
        if rows:
            yield Piece(text.getvalue().encode(), rows)

    def counters(self, cursor: Any, found: Iterable[Table]) -> dict[str, int]:
        names = {table.name for table in found}
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        return {name: last for name, last in cursor.fetchall() if name in names}

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with self.connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -200000")
            cursor.execute("PRAGMA foreign_keys = OFF")  # tables cannot be altered else; means nothing inside
        try:
            with transaction.atomic():
                yield
                self.connection.check_constraints()
        finally:
            with self.connection.cursor() as cursor:
                cursor.execute("PRAGMA foreign_keys = ON")
                cursor.execute("PRAGMA cache_size = -2000")

    def settle(self) -> None:
        """Whoever alters a table here asks the keys by itself."""

    @contextmanager
    def empty(self, names: Iterable[str]) -> Iterator[None]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            indexes = cursor.fetchall()
            for name, _sql in indexes:
                cursor.execute(f'DROP INDEX "{name}"')
            for name in _there(self.connection, names):
                cursor.execute(FORGET_WORDS if name == WORDS else f'DELETE FROM "{name}"')
            cursor.execute("DELETE FROM sqlite_sequence")
            yield
            for _name, sql in indexes:
                cursor.execute(sql)

    def load(self, name: str, columns: list[str], pieces: Iterable[bytes]) -> None:
        quoted = ", ".join(f'"{column}"' for column in columns)
        places = ", ".join([f"nullif(?, {self.quoted_null})"] * len(columns))
        statement = f'INSERT INTO "{name}" ({quoted}) VALUES ({places})'
        self.connection.ensure_connection()
        for piece in pieces:
            self.connection.connection.cursor().executemany(
                statement, csv.reader(io.StringIO(piece.decode(), newline=""))
            )

    def count_on(self, counters: dict[str, int]) -> None:
        with self.connection.cursor() as cursor:
            for name, last in counters.items():
                cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [last, name])
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) SELECT %s, %s "
                    "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
                    [name, last, name],
                )

    def learn(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
