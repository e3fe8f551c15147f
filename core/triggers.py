"""What the database itself refuses: to change or remove an event, a seal or a daily root.

Put in place after every `migrate` (`core.apps`), so that a table which a migration builds anew (SQLite) has them again.
One change alone passes: an erasable value becomes empty when its seal holds the commitment instead of the salt. Whoever
owns the database can drop a trigger; then the chain tells (`core.verifying`).
"""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from core.chain import ERASABLE, SALT_LENGTH
from core.models import DailyRoot, Event, Seal

KEPT = (Event, Seal, DailyRoot)
REFUSAL = "The log is never changed"
FUNCTION = "core_log_refuses"
EMPTY = {"label": "''", "note": "''", "data": "'{}'"}


def protect(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place, in their present form."""
    unprotect(connection)
    with connection.cursor() as cursor:
        for statement in _on_postgresql() if connection.vendor == "postgresql" else _on_sqlite():
            cursor.execute(statement)


def unprotect(connection: BaseDatabaseWrapper) -> None:
    """Take them away: for tests, which empty their tables, and for a migration that has to rewrite the log."""
    with connection.cursor() as cursor:
        for table, name in sorted(present(connection)):
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{on}')


def present(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """Our triggers that are there and at work: (table, name)."""
    tables = [model._meta.db_table for model in KEPT]
    marks = ", ".join(["%s"] * len(tables))
    if connection.vendor == "postgresql":
        asked = (
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            f"WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND pg_table_is_visible(c.oid) AND c.relname IN ({marks})"
        )
    else:
        asked = f"SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})"
    with connection.cursor() as cursor:
        cursor.execute(asked, tables)
        return {(table, name) for table, name in cursor.fetchall() if name.startswith(f"{table}_")}


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Those that should be there and are not, by name."""
    names = (
        ("changed", "removed", "emptied") if connection.vendor == "postgresql" else ("changed", "removed", "replaced")
    )
    wanted = {(model._meta.db_table, f"{model._meta.db_table}_{name}") for model in KEPT for name in names}
    return sorted(name for _table, name in wanted - present(connection))


def _unchanged(model: type[models.Model], same: str, *, aside: tuple[str, ...] = ()) -> str:
    columns = [field.column for field in model._meta.concrete_fields if field.name not in aside]
    return " AND ".join(f'NEW."{column}" {same} OLD."{column}"' for column in columns)


def _allowed(same: str) -> dict[type[models.Model], str]:
    """Which new row may follow an old one, as SQL."""
    keys = tuple(f"{name}_key" for name in ERASABLE)
    seal = f'"{Seal._meta.db_table}"'
    erased = [
        f'(NEW."{name}" {same} OLD."{name}" OR (NEW."{name}" = {EMPTY[name]} AND EXISTS (SELECT 1 FROM {seal} s '
        f"WHERE s.event_id = OLD.id AND length(s.{name}_key) > {SALT_LENGTH})))"
        for name in ERASABLE
    ]
    given_up = [
        f"(NEW.{key} {same} OLD.{key} OR (length(OLD.{key}) = {SALT_LENGTH} AND length(NEW.{key}) = 64))"
        for key in keys
    ]
    return {
        Event: " AND ".join([_unchanged(Event, same, aside=ERASABLE), *erased]),
        Seal: " AND ".join([_unchanged(Seal, same, aside=keys), *given_up]),
        DailyRoot: _unchanged(DailyRoot, same),
    }


def _on_sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    made = []
    for model, allowed in _allowed("IS").items():
        table, pk = model._meta.db_table, model._meta.pk.column
        # REPLACE removes the row in its way without asking the trigger on DELETE.
        twice = f'"{pk}" = NEW."{pk}"' + (" OR event_id = NEW.event_id" if model is Seal else "")
        made += [
            f'CREATE TRIGGER "{table}_changed" BEFORE UPDATE ON "{table}" WHEN NOT ({allowed}) {refuse}',
            f'CREATE TRIGGER "{table}_removed" BEFORE DELETE ON "{table}" {refuse}',
            f'CREATE TRIGGER "{table}_replaced" BEFORE INSERT ON "{table}" '
            f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {twice}) {refuse}',
        ]
    return made


def _on_postgresql() -> list[str]:
    made = [
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    ]
    for model, allowed in _allowed("IS NOT DISTINCT FROM").items():
        table = model._meta.db_table
        name, call = f"{table}_changed", f"EXECUTE FUNCTION {FUNCTION}()"
        # A condition of a trigger may not ask another table: the one of events asks in a function of its own.
        made += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ({allowed}) THEN "
            f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
            f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()',
            f'CREATE TRIGGER "{table}_removed" BEFORE DELETE ON "{table}" FOR EACH ROW {call}',
            f'CREATE TRIGGER "{table}_emptied" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {call}',
        ]
        made += [
            f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{table}_{name}"'
            for name in ("changed", "removed", "emptied")
        ]
    return made
