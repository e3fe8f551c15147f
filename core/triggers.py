"""The register of triggers: what the database itself refuses, whatever was not asked before (a bulk import, a shell).

Each app adds its own (`core.log_triggers`, `people.triggers`). They are put in place after every `migrate`
(`core.apps`) and not by a migration: SQLite loses them whenever a table is built anew. `core.checks` says when one is
missing.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper


class Trigger(NamedTuple):
    table: str
    name: str
    """Begins with the name of its table."""
    made: str
    """The SQL that makes it."""


class Guard(NamedTuple):
    """Triggers that only hold together, once all their tables are there."""

    tables: tuple[str, ...]
    triggers: Callable[[str], list[Trigger]]
    """On a database of this vendor."""


_guards: list[Guard] = []


def add(guard: Guard) -> Guard:
    _guards.append(guard)
    return guard


def protect(connection: BaseDatabaseWrapper) -> None:
    """Put all triggers in place, in their present form."""
    unprotect(connection)
    with connection.cursor() as cursor:
        for trigger in _wanted(connection, _guards):
            cursor.execute(trigger.made)


def unprotect(connection: BaseDatabaseWrapper) -> None:
    """Take all away: for tests, which empty their tables, for a restore, and for migrations on SQLite."""
    with connection.cursor() as cursor:
        for table, name, _works in sorted(_present(connection)):
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{on}')


def missing(connection: BaseDatabaseWrapper, *guards: Guard) -> list[str]:
    """Triggers that should be there and at work, and are not, by name; of all guards, or of these."""
    at_work = {(table, name) for table, name, works in _present(connection) if works}
    wanted = _wanted(connection, guards or _guards)
    return sorted(one.name for one in wanted if (one.table, one.name) not in at_work)


def _wanted(connection: BaseDatabaseWrapper, guards: list[Guard] | tuple[Guard, ...]) -> list[Trigger]:
    there = set(connection.introspection.table_names())
    whole = [guard for guard in guards if there.issuperset(guard.tables)]
    return [trigger for guard in whole for trigger in guard.triggers(connection.vendor)]


def _present(connection: BaseDatabaseWrapper) -> set[tuple[str, str, bool]]:
    """Ours that are there, also those of an earlier version: table, name, and whether it is at work."""
    tables = [table for guard in _guards for table in guard.tables]
    marks = ", ".join(["%s"] * len(tables))
    if connection.vendor == "postgresql":
        asked = (
            "SELECT c.relname, t.tgname, t.tgenabled <> 'D' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            f"WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid) AND c.relname IN ({marks})"
        )
    else:
        asked = f"SELECT tbl_name, name, 1 FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})"
    with connection.cursor() as cursor:
        cursor.execute(asked, tables)
        return {(table, name, bool(works)) for table, name, works in cursor.fetchall() if name.startswith(f"{table}_")}
