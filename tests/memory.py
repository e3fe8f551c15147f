"""What was prepared once is not prepared again: `@remembered` on a helper that takes the town into a state.

The first call does the work, by the real verbs. Kept are the statements it wrote to the database, the files it stored,
where it left the clock, what it changed in its arguments and what it returned. The same call from the same state then
executes just these statements, in the test's own transaction, and returns a copy.

"The same state" is a fingerprint of everything that the test has written so far. A test that changes something first,
by whatever means, has another one: what it prepares after that is really done (and remembered in its turn). So a
test need not know of this, and it finds exactly what it would have made itself; `--from-scratch` proves it.

The processes of one run share what they have learnt: who needs what another is just doing waits for it (`Shelf`).
"""

import copy
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from datetime import date, time
from decimal import Decimal
from fcntl import LOCK_EX, flock
from functools import wraps
from hashlib import blake2b
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, models
from django.utils import translation

from core import clock

PASSED_OVER = ("SELECT", "BEGIN", "SET CONSTRAINTS", "PRAGMA")
"""Statements that change no row."""
IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
PLAIN = (int, float, str, bytes, type(None))


class Unknown(Exception):
    """An argument of which nobody can say whether it is the same as another time: an uploaded file, a function."""


@dataclass
class Deed:
    """What one call did."""

    statements: list[tuple[str, Any, bool]]
    state: bytes
    moment: Any
    files: dict[str, bytes]
    things: list[models.Model]
    changed: list[int]
    result: Any
    script: str = ""


class Shelf:
    """The deeds of all processes of one run, as files; each of one's own database, but all begin with the same rows."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Alone at work on this deed."""
        with (self.folder / f"{name}.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            yield

    def take(self, name: str) -> Deed | None:
        path = self.folder / name
        return pickle.loads(path.read_bytes()) if path.exists() else None

    def put(self, name: str, deed: Deed) -> None:
        try:
            content = pickle.dumps(deed)
        except (TypeError, AttributeError, pickle.PicklingError):  # it returned more than rows: a clock, a function
            return
        (self.folder / name).write_bytes(content)


class Memory:
    """What this process remembers, and what the running test has written so far."""

    def __init__(self) -> None:
        self.deeds: dict[tuple, Deed] = {}
        self.sequences = ""
        self.shared_in: Path | None = None
        self.shelf: Shelf | None = None
        self.stop()

    def start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A test begins: nothing is written yet, and the settings are those of every test."""
        self.watching, self.state, self.written = True, b"", []
        self.numbered = False
        self.settings, self.monkeypatch = settings._wrapped, monkeypatch
        self.savepoints: dict[str, tuple[bytes, int]] = {}
        self.given_in_vain = 0
        connection.execute_wrappers.append(self.watch)

    def stop(self) -> None:
        self.watching = False
        if self.watch in connection.execute_wrappers:
            connection.execute_wrappers.remove(self.watch)

    def forget(self) -> None:
        """Everything: a test has emptied the tables, so that numbers begin elsewhere, for this process alone."""
        self.deeds.clear()
        self.sequences = ""
        self.shared_in = self.shelf = None

    def watch(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        """Stand beside every statement of the test (Django's `execute_wrapper`)."""
        if sql.startswith(PASSED_OVER):
            return execute(sql, params, many, context)
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            self.note_savepoint(sql)
            return execute(sql, params, many, context)
        try:
            return execute(sql, params, many, context)
        finally:  # also one that failed: PostgreSQL has given a number to its row all the same
            self.note(sql, params, many)

    def note(self, sql: str, params: Any, many: bool) -> None:
        params = [tuple(row) for row in params] if many else tuple(params or ())
        if not all(isinstance(one, PLAIN) for one in params):
            params = copy.deepcopy(params)
        self.written.append((sql, params, many))
        said = repr((self.state, sql, [getattr(one, "obj", one) for one in params]))
        self.state = blake2b(said.encode("utf-8", "backslashreplace"), digest_size=16).digest()

    def note_savepoint(self, sql: str) -> None:
        name = sql.split()[-1]
        if sql.startswith("SAVEPOINT"):
            self.savepoints[name] = self.state, len(self.written)
        elif sql.startswith("ROLLBACK"):
            state, length = self.savepoints[name]
            if IS_POSTGRESQL and len(self.written) > length:  # the numbers it gave stay given
                state = blake2b(state + self.state, digest_size=16).digest()
                self.given_in_vain += 1
            self.state, self.written = state, self.written[:length]

    def number_from_the_start(self) -> bool:
        """On PostgreSQL a rollback does not take back the numbers it gave: every test begins with the same ones."""
        if not IS_POSTGRESQL or self.numbered:
            return True
        if self.state:
            return False
        self.numbered = True
        with connection.cursor() as cursor:
            if not self.sequences:
                cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
                sequences = [f"setval('{name}', {last or 1}, {last is not None})" for name, last in cursor.fetchall()]
                self.sequences = f"SELECT {', '.join(sequences)}"
            cursor.execute(self.sequences)
        return True

    def is_unusual(self) -> bool:
        """Whether the test has changed how the verbs work, by a setting or by putting something in their place."""
        return settings._wrapped is not self.settings or bool(self.monkeypatch._setattr or self.monkeypatch._setitem)

    def call(self, verb: Callable, name: str, arguments: dict[str, Any]) -> Any:
        if self.is_unusual() or not self.number_from_the_start():
            return verb()
        try:
            key = (name, repr(told(arguments)), self.state, clock.now(), translation.get_language())
        except Unknown:
            return verb()
        things = list(parts(list(arguments.values())))
        if deed := self.deeds.get(key):
            return self.repeat(deed, things, arguments)
        if self.shared_in and not self.shelf:
            self.shelf = Shelf(self.shared_in / beginning())
        if not (shelf := self.shelf):
            return self.learn(key, verb, things, arguments)
        file = blake2b(repr(key).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
        with shelf.turn(file):
            if deed := shelf.take(file):
                self.deeds[key] = deed
                return self.repeat(deed, things, arguments)
            result = self.learn(key, verb, things, arguments)
            if learnt := self.deeds.get(key):
                shelf.put(file, learnt)
            return result

    def learn(self, key: tuple, verb: Callable, things: list[models.Model], arguments: dict[str, Any]) -> Any:
        before = [copy.deepcopy(shown(thing)) for thing in things]
        moment, length, in_vain, files = clock.now(), len(self.written), self.given_in_vain, stored()
        result = verb()
        if self.given_in_vain > in_vain:
            return result
        kept_things, kept_result = copy.deepcopy((things, result))
        self.deeds[key] = Deed(
            statements=self.written[length:],
            state=self.state,
            moment=clock.now() if clock.now() != moment else None,
            files={name: path.read_bytes() for name, path in stored().items() if name not in files},
            things=kept_things,
            changed=[place for place, thing in enumerate(things) if shown(thing) != before[place]],
            result=kept_result,
        )
        return result

    def repeat(self, deed: Deed, things: list[models.Model], arguments: dict[str, Any]) -> Any:
        with connection.cursor() as cursor:
            connection.execute_wrappers.remove(self.watch)
            if IS_POSTGRESQL:  # in one go: hundreds of ways to the server and back are most of what a test waits for
                deed.script = deed.script or script(cursor, deed.statements)
                cursor.cursor.execute(deed.script)
            else:
                for sql, params, many in deed.statements:
                    (cursor.executemany if many else cursor.execute)(sql, params)
            connection.execute_wrappers.append(self.watch)
        self.written += deed.statements
        self.state = deed.state
        for name, content in deed.files.items():
            path = Path(storages["private"].location) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if deed.moment is not None:
            (arguments.get("time") or next(one for one in arguments.values() if hasattr(one, "time")).time).go(
                deed.moment
            )
        same = {id(then): now for then, now in zip(deed.things, things, strict=True)}
        for place in deed.changed:
            things[place].__dict__ = copy.deepcopy(deed.things[place].__dict__, same)
        return copy.deepcopy(deed.result, same)


memory = Memory()


def remembered(verb: Callable) -> Callable:
    takes = signature(verb)

    @wraps(verb)
    def call(*args, **kwargs):
        if not memory.watching:
            return verb(*args, **kwargs)
        bound = takes.bind(*args, **kwargs)
        return memory.call(lambda: verb(*args, **kwargs), f"{verb.__module__}.{verb.__qualname__}", bound.arguments)

    return call


def script(cursor: Any, statements: list[tuple[str, Any, bool]]) -> str:
    """The statements as PostgreSQL's client would send them one by one, values written in, as one text."""
    return ";".join(
        cursor.mogrify(sql, row or None) for sql, params, many in statements for row in (params if many else [params])
    )


def parts(value: Any) -> Iterator[models.Model]:
    """The rows among the arguments, and those that everybody in town knows."""
    if isinstance(value, models.Model):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from parts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from parts(one)
    elif is_ours(value):
        yield from parts(vars(value))


def shown(thing: models.Model) -> dict[str, Any]:
    """What the object says of itself, without what it only keeps at hand."""
    return {name: value for name, value in vars(thing).items() if not name.startswith("_")}


def told(value: Any) -> Any:
    """The same for two arguments that are the same."""
    if isinstance(value, models.Model):
        return value._meta.label, [str(value.__dict__.get(field.attname)) for field in value._meta.concrete_fields]
    if isinstance(value, dict):
        return [(str(name), told(value[name])) for name in value]
    if isinstance(value, (list, tuple)):
        return [told(one) for one in value]
    if hasattr(value, "go"):
        return ""  # the clock; what it says is asked apart
    if is_ours(value):
        return told(vars(value))
    if isinstance(value, (*PLAIN, date, time, Decimal)):
        return repr(value)
    raise Unknown


def is_ours(value: Any) -> bool:
    """Whether it is the town, the life in it, its clock, or something else that is no more than its fields."""
    return type(value).__module__ in ("tests.town", "tests.life") or is_dataclass(value)


def beginning() -> str:
    """What a database holds before any test, as a fingerprint: what was learnt in one is good in its like."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, app_label, model FROM django_content_type ORDER BY id")
        said = repr(cursor.fetchall())
    return blake2b(said.encode(), digest_size=8).hexdigest()


def stored() -> dict[str, Path]:
    root = Path(storages["private"].location)
    return {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()} if root.exists() else {}
