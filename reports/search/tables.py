"""Where the tokens lie: an FTS5 table on SQLite, a `tsvector` with a GIN index on PostgreSQL.

Tokens are of our own making (`words.tokens_of`), in small ASCII letters, figures and `_`: neither database has to know
Chinese, and nothing that somebody types can be an operator of its query language.

FTS5 reads its lists in the order of the keys, so the newest come first and the rest is never looked at. GIN finds all,
and only then is sorted: a word that 20,000 records have takes as long as they are many. So on PostgreSQL the index
knows as well in which spans of keys an entry lies, and a walk asks span by span, each eight times as wide as the last:
what is common is found in the first, and for what is rare a few questions more are asked.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from reports.models import SearchEntry

TABLE = "reports_search_words"
_SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5"
    "(tokens, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '_'\")",
)
SHIFTS = (10, 13, 16, 19, 22)
"""An entry lies in one span of 1,024 keys, in one of 8,192 and so on; the last are of 4,000,000."""
WIDER = 8
WHOLE = 1 << 62
_SPANS = "ARRAY[{}]".format(
    ", ".join(f"({TABLE}.rowid >> {shift}) + {level << 50}" for level, shift in enumerate(SHIFTS))
)
_POSTGRESQL = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (rowid bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    f"CREATE INDEX IF NOT EXISTS {TABLE}_newest ON {TABLE} USING gin (tokens, ({_SPANS.replace(f'{TABLE}.', '')}))",
    f"DROP INDEX IF EXISTS {TABLE}_tokens",  # of an earlier version
)

Clause = Sequence[str]
"""Tokens of which one is enough."""


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def prepare(**_signal: object) -> None:
    """After `migrate`: the table is there; what it keeps of entries that are gone (a flush) is gone as well."""
    if SearchEntry._meta.db_table not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if is_postgresql() else _SQLITE:
            cursor.execute(statement)
    if not SearchEntry.objects.exists():
        empty()


def empty() -> None:
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(f"DELETE FROM {TABLE}")
        else:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('delete-all')")


def write(rows: Iterable[tuple[int, set[str]]]) -> None:
    """The tokens of entries that have none yet."""
    with connection.cursor() as cursor:
        if is_postgresql():
            insert = f"INSERT INTO {TABLE} (rowid, tokens) VALUES (%s, array_to_tsvector(%s))"
            insert += " ON CONFLICT (rowid) DO UPDATE SET tokens = excluded.tokens"
            cursor.executemany(insert, [(key, sorted(tokens)) for key, tokens in rows])
        else:
            insert = f"INSERT INTO {TABLE} (rowid, tokens) VALUES (%s, %s)"
            cursor.executemany(insert, [(key, " ".join(sorted(tokens))) for key, tokens in rows])


def remove(rows: Iterable[tuple[int, set[str]]]) -> None:
    """The tokens of entries: on SQLite the table has to be told which they were."""
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(key,) for key, _tokens in rows])
        else:
            delete = f"INSERT INTO {TABLE} ({TABLE}, rowid, tokens) VALUES ('delete', %s, %s)"
            cursor.executemany(delete, [(key, " ".join(sorted(tokens))) for key, tokens in rows])


def match() -> str:
    """The condition that an entry has the tokens; its one parameter is an `expression`."""
    return f"{TABLE}.tokens @@ %s::tsquery" if is_postgresql() else f"{TABLE}.{TABLE} MATCH %s"


def expression(clauses: Iterable[Clause]) -> str:
    """All of the clauses, in the language of the database."""
    one, either, both = ("'{}'", " | ", " & ") if is_postgresql() else ('"{}"', " OR ", " AND ")
    return both.join(f"({either.join(map(one.format, clause))})" for clause in clauses)


# -- From the newest down ----------------------------------------------------------------------------


def first_span() -> int:
    """So many of the newest keys are looked at first."""
    return 1 << SHIFTS[0] if is_postgresql() else WHOLE


def key() -> str:
    """What entries are sorted by; on PostgreSQL not the column itself, or it reads them one after the other."""
    return f"{TABLE}.rowid + 0" if is_postgresql() else f"{TABLE}.rowid"


def within(low: int, high: int) -> tuple[str, list[Any]]:
    """The condition that an entry has a key from `low` to `high`."""
    between = f"{key()} BETWEEN %s AND %s"
    if not is_postgresql():
        return between, [low, high]
    level = next((level for level, shift in enumerate(SHIFTS) if high - low < 1 << shift), len(SHIFTS) - 1)
    spans = [(level << 50) + span for span in range(low >> SHIFTS[level], (high >> SHIFTS[level]) + 1)]
    return f"{_SPANS} && %s::bigint[] AND {between}", [spans, low, high]
