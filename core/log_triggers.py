"""What the database itself refuses: to change or remove an event, a seal or a daily root.

One change alone passes: an erasable value becomes empty when its seal holds the commitment instead of the salt. Whoever
owns the database can drop a trigger; then the chain tells (`core.verifying`).
"""

from django.db import models

from core import triggers
from core.chain import ERASABLE, SALT_LENGTH
from core.models import DailyRoot, Event, Seal
from core.triggers import Trigger

KEPT = (Event, Seal, DailyRoot)
REFUSAL = "The log is never changed"
FUNCTION = "core_log_refuses"
EMPTY = {"label": "''", "note": "''", "data": "'{}'"}


def _triggers(vendor: str) -> list[Trigger]:
    return _on_postgresql() if vendor == "postgresql" else _on_sqlite()


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


def _on_sqlite() -> list[Trigger]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    found = []
    for model, allowed in _allowed("IS").items():
        table, pk = model._meta.db_table, model._meta.pk.column
        # REPLACE removes the row in its way without asking the trigger on DELETE.
        twice = f'"{pk}" = NEW."{pk}"' + (" OR event_id = NEW.event_id" if model is Seal else "")
        for name, when in (
            ("changed", f'UPDATE ON "{table}" WHEN NOT ({allowed})'),
            ("removed", f'DELETE ON "{table}"'),
            ("replaced", f'INSERT ON "{table}" WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {twice})'),
        ):
            made = f'CREATE TRIGGER "{table}_{name}" BEFORE {when} {refuse}'
            found.append(Trigger(table, f"{table}_{name}", made))
    return found


def _on_postgresql() -> list[Trigger]:
    raised = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';"
    always = _function(FUNCTION, raised)
    found = []
    for model, allowed in _allowed("IS NOT DISTINCT FROM").items():
        table = model._meta.db_table
        # A condition of a trigger may not ask another table: the one of events asks in a function of its own.
        asks = _function(f"{table}_changed", f"IF NOT ({allowed}) THEN {raised} END IF; RETURN NEW;")
        for name, function, when, calls in (
            ("changed", asks, f'UPDATE ON "{table}" FOR EACH ROW', f"{table}_changed"),
            ("removed", always, f'DELETE ON "{table}" FOR EACH ROW', FUNCTION),
            ("emptied", always, f'TRUNCATE ON "{table}" FOR EACH STATEMENT', FUNCTION),
        ):
            made = (
                f'{function}; CREATE TRIGGER "{table}_{name}" BEFORE {when} EXECUTE FUNCTION {calls}(); '
                f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{table}_{name}"'
            )
            found.append(Trigger(table, f"{table}_{name}", made))
    return found


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


LOG = triggers.add(triggers.Guard(tuple(model._meta.db_table for model in KEPT), _triggers))
