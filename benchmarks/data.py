"""Fill an empty database with very many projects: `./run bench data [projects] [URL or folder]`.

Where `DATABASE_URL` points, if no place is named; it prints rows, seconds and size. The same number of projects gives
as many rows with the same names, numbers, days and amounts every time. Not the same are keys that must be drawn by lot
(of links, of lines, salts of the log, passwords), what is made out of them, and the day on which accounts were opened.

Two seasons are lived through by the real verbs (`benchmarks.season`), and then multiplied inside the database by one
`INSERT … SELECT` a table: ids are worked out ahead (each copy is one block of ids after the other), keys between the
rows of a season follow, numbers and names get the copy's own mark, and days move back by whole years. So every copy is
as sound as what the verbs made: constraints hold, the ledger agrees, and no row has to cross the wire as with COPY.
A few hundred copies go in at a time, so that each table grows at its end: all copies by one statement put rows in the
order in which the database reads the season, all over the index of the keys, and 1,000,000 projects never ended.
Indexes, and what must be unique, are made after the rows.

One bureau (the town's) has all past seasons and the two that were lived; every other season at work has a bureau of its
own. So what somebody can find grows with the number of projects, and what waits for somebody does not, as in life.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from benchmarks import apart

PAST, AT_WORK = "P00000", "L00000"
SHARE_AT_WORK = 0.1
YEARS = 6
PIECE = 200
"""So many copies by one statement: some 5,000 projects."""
FIRST, LAST = "<first>", "<last>"
SKIPPED = {"core_dispatch", "core_duty", "reports_searchentry", "reports_printjob", "reports_printitem",
           "projects_consenttext"}  # fmt: skip
"""Of the machinery, not of projects: mail on its way, duties, the index (`rebuild_search` makes it); what everybody
agrees to is one text."""
APPS = ("core", "people", "grants", "projects", "evaluations", "reports")


def measure(count: int = 100_000, place: str = "") -> Iterator[tuple[str, str]]:
    """(what was done, how long it took), on a database that stays (`apart.at`)."""
    within = apart.at(place)
    yield from apart.measured(apart.OPTIONS, within=within)
    yield from apart.measured(__name__, count, within=within)


def run(count: int) -> None:
    """One line a figure on the standard output."""
    for label, figure in fill(count):
        print(f"{label}\t{figure}", flush=True)


def fill(count: int) -> Iterator[tuple[str, str]]:
    """Fill the empty database; yields (what, figure)."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from people.models import PrivacyNotice  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415

    start = perf_counter()
    call_command("migrate", verbosity=0)
    if Project.objects.exists():
        raise SystemExit("This database is not empty.")
    PrivacyNotice.objects.all().delete()  # or every page of everybody is the way to agree to it
    past, at_work = live()
    yield "two seasons by the real verbs", f"{perf_counter() - start:.0f} s"
    start = perf_counter()
    ours = len(past.rows("projects_project")), len(at_work.rows("projects_project"))
    copies_at_work = max(round(count * SHARE_AT_WORK / ours[1]), 1)
    copies_past = max((count - copies_at_work * ours[1]) // ours[0], 1)
    with in_bulk() as made:
        rows = past.multiply(copies_past - 1) + at_work.multiply(copies_at_work - 1)
        filled = perf_counter()
    done = perf_counter()
    speed = rows / (done - start)
    yield f"{connection.vendor}: {Project.objects.count()} projects with {rows} rows", f"{filled - start:.0f} s"
    yield "their indexes", f"{len(made)} in {done - filled:.0f} s"
    yield "together", f"{done - start:.0f} s, {speed:.0f} rows/s, {size() / 1e6:.0f} MB"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def live() -> "tuple[Block, Block]":
    """The town, a past season and one at work; each block knows which rows are its own."""
    from django.test import override_settings  # noqa: PLC0415

    from benchmarks.season import Season  # noqa: PLC0415
    from tests import town as towns  # noqa: PLC0415
    from tests.conftest import Time  # noqa: PLC0415

    quick = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    }
    blocks = []
    with override_settings(**quick), ExitStack() as town_time:
        time = Time(town_time)
        time.go(towns.MARCH)
        town = towns.build()
        for mark in (PAST, AT_WORK):
            with ExitStack() as stack:
                time = Time(stack)
                time.go(towns.MARCH)
                block = Block(mark, shift=mark == PAST)
                season = Season(town, time, mark, own_bureau=mark == AT_WORK)
                season.past() if mark == PAST else season.at_work()
                block.close()
                blocks.append(block)
    return blocks[0], blocks[1]


def last_ids() -> dict[str, int]:
    from django.db.models import Max  # noqa: PLC0415

    return {model._meta.db_table: model._base_manager.aggregate(top=Max("pk"))["top"] or 0 for model in models()}


def models() -> list[Any]:
    from django.apps import apps  # noqa: PLC0415
    from django.db.models import AutoField  # noqa: PLC0415

    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in APPS]
    counted = [model for model in found if isinstance(model._meta.pk, AutoField)]  # ballots have keys by lot
    return [model for model in counted if model._meta.db_table not in SKIPPED]


@dataclass
class Block:
    """The rows of one season: in each table those from `first` to `last`."""

    mark: str
    shift: bool
    first: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    step: dict[str, int] = field(default_factory=dict)
    begin: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.first = {table: last + 1 for table, last in last_ids().items()}

    def close(self) -> None:
        self.last = last_ids()

    def rows(self, table: str) -> range:
        return range(self.first[table], self.last[table] + 1)

    def multiply(self, copies: int) -> int:
        """So many copies of all of it; says how many rows these are."""
        from django.db import connection  # noqa: PLC0415

        tops = last_ids()
        self.step = {table: len(self.rows(table)) for table in self.first}
        self.begin = {table: tops[table] + 1 - self.step[table] - self.first[table] for table in self.first}
        written = 0
        statements = [self.statement(model) for model in models() if self.step[model._meta.db_table]]
        begun = perf_counter()
        with connection.cursor() as cursor:
            for first in range(1, copies + 1, PIECE):
                last = min(first + PIECE - 1, copies)
                for statement in statements:
                    cursor.execute(statement.replace(FIRST, str(first)).replace(LAST, str(last)))
                    written += cursor.rowcount
                if last % (PIECE * 20) == 0:
                    print(f"    {last} of {copies} copies, {perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
        return written

    def moved(self, table: str, column: str) -> str:
        """The id in the copy of what the column points at."""
        return f"({column} + {self.begin[table]} + k.k * {self.step[table]})"

    def within(self, table: str, column: str) -> str:
        return f"{column} BETWEEN {self.first[table]} AND {self.last[table]}"

    def pointed(self, table: str, column: str) -> str:
        """Into the copy when it points into the season, else where it points."""
        if not self.step.get(table):
            return column
        return f"CASE WHEN {self.within(table, column)} THEN {self.moved(table, column)} ELSE {column} END"

    def statement(self, model: Any) -> str:
        """The copies FIRST to LAST of the season's rows of one table."""
        from django.db import connection  # noqa: PLC0415

        table, quote = model._meta.db_table, connection.ops.quote_name
        columns = [f for f in model._meta.local_fields if f.column and not f.generated]
        marked = self.to_mark(model)
        values = [self.value(model, one, f"t.{quote(one.column)}", one.name in marked) for one in columns]
        if connection.vendor == "postgresql":
            numbers = f"generate_series({FIRST}, {LAST}::bigint) AS k(k)"
        else:
            counted = f"SELECT {FIRST} UNION ALL SELECT k + 1 FROM n WHERE k < {LAST}"
            numbers = f"(WITH RECURSIVE n(k) AS ({counted}) SELECT k FROM n) AS k"
        only = self.within(table, "t.id")
        if table == "core_notification":  # what the town's own people were told is not repeated to them
            only += f" AND {self.within('people_user', 't.recipient_id')}"
        names = ", ".join(quote(one.column) for one in columns)
        read = f"SELECT {', '.join(values)} FROM {numbers} CROSS JOIN {quote(table)} t WHERE {only}"
        return f"INSERT INTO {quote(table)} ({names}) {read}"

    def value(self, model: Any, one: Any, column: str, is_marked: bool) -> str:
        from django.db import models as fields  # noqa: PLC0415

        table = model._meta.db_table
        if one.primary_key:
            return self.moved(table, column)
        if special := self.special(table, one.name, column):
            return special
        if one.remote_field is not None:
            return self.pointed(one.remote_field.model._meta.db_table, column)
        if one.name == "object_id":
            return self.any_object(model, column)
        if self.shift and isinstance(one, fields.DateField):
            return years_back(column, has_time=isinstance(one, fields.DateTimeField))
        if self.shift and one.name == "year":
            return f"{column} - {YEARS_OF_COPY}"
        if isinstance(one, fields.UUIDField):
            return as_uuid(self.moved(table, "t.id"))
        if isinstance(one, fields.CharField | fields.TextField) and not one.choices:
            return self.text(model, one, column, is_marked)
        return column

    def special(self, table: str, name: str, column: str) -> str:
        if (table, name) == ("people_community", "region_code"):
            district = f"(110101 + k.k % 300 + {0 if self.shift else 400})"
            return f"CAST({district} * CAST(1000000 AS bigint) + k.k / 300 AS varchar(12))"
        if (table, name) == ("people_community", "district"):
            return f"CAST(k.k % 300 AS varchar(10)) || {column}"
        if (table, name) == ("reports_paper", "serial"):
            return f"{column} + k.k * {self.step[table]}"
        return ""

    def text(self, model: Any, one: Any, column: str, is_marked: bool) -> str:
        """With the mark of the copy instead of the season's; where it must be unique and has none, it gets one."""
        rows = model._base_manager.filter(pk__range=(self.first[model._meta.db_table], self.last[model._meta.db_table]))
        mark = f"'{self.mark[0]}' || {padded('k.k')}"
        found = column
        for each in (self.mark, self.mark.lower()):
            if rows.filter(**{f"{one.name}__contains": each}).exists():
                found = f"replace({found}, '{each}', {mark if each == self.mark else f'lower({mark})'})"
        if is_marked:
            room = (one.max_length or 1000) - 6
            longest = max((len(said or "") for said in rows.values_list(one.name, flat=True).distinct()), default=0)
            own = f"{column} || {mark}" if longest <= room else short("t.id", "k.k", one.max_length)
            found = f"CASE WHEN {column} = '' THEN '' WHEN {found} <> {column} THEN {found} ELSE {own} END"
        return found

    def to_mark(self, model: Any) -> set[str]:
        """Names of fields without which a copy would be refused as the same again."""
        from django.db import models as fields  # noqa: PLC0415

        together = [[one.name] for one in model._meta.local_fields if one.unique and not one.primary_key]
        together += [list(one) for one in model._meta.unique_together]
        for constraint in model._meta.constraints:
            if isinstance(constraint, fields.UniqueConstraint):
                names = [*constraint.fields, *(each.name for each in constraint.expressions if hasattr(each, "name"))]
                together.append(names)
        found = set()
        for names in together:
            several = [model._meta.get_field(name) for name in names]
            if any(self.always_moves(model, one) for one in several):
                continue
            texts = [one.name for one in several if isinstance(one, fields.CharField) and not one.choices]
            found.update(texts[-1:])
        return found

    def always_moves(self, model: Any, one: Any) -> bool:
        if one.name == "object_id":
            return True
        if one.remote_field is None:
            return False
        table, other = model._meta.db_table, one.remote_field.model._meta.db_table
        rows = model._base_manager.filter(pk__range=(self.first[table], self.last[table]))
        within = (self.first.get(other, 1), self.last.get(other, 0))
        return not rows.exclude(**{f"{one.name}__pk__range": within}).exists()

    def any_object(self, model: Any, column: str) -> str:
        """What a log line or a file belongs to, by its kind."""
        from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415

        used = set(model._base_manager.values_list("content_type", flat=True).distinct())
        kinds = [(ContentType.objects.get_for_model(each).pk, each._meta.db_table) for each in models()]
        kinds = [(kind, table) for kind, table in kinds if kind in used]
        cases = [f"WHEN {kind} THEN {self.pointed(table, column)}" for kind, table in kinds if self.step.get(table)]
        return f"CASE t.content_type_id {' '.join(cases)} ELSE {column} END" if cases else column


# -- What the two databases say differently --------------------------------------------------------

YEARS_OF_COPY = f"(1 + k.k % {YEARS})"


def _is_postgresql() -> bool:
    from django.db import connection  # noqa: PLC0415

    return connection.vendor == "postgresql"


def padded(number: str) -> str:
    return f"lpad(CAST({number} AS text), 5, '0')" if _is_postgresql() else f"printf('%05d', {number})"


def short(row: str, number: str, length: int) -> str:
    """A code of so many characters that nothing else has."""
    if _is_postgresql():
        return f"lpad(to_hex({row} + {number} * 1000003), {min(length, 12)}, '0')"
    return f"printf('%0{min(length, 12)}x', {row} + {number} * 1000003)"


def as_uuid(number: str) -> str:
    return f"lpad(to_hex({number}), 32, '0')::uuid" if _is_postgresql() else f"printf('%032x', {number})"


def years_back(column: str, *, has_time: bool) -> str:
    """Whole years: what was on one day stays on one day. And within the hour, so that copies follow each other."""
    if _is_postgresql():
        moved = f"{column} - make_interval(years => {YEARS_OF_COPY}::int"
        return f"{moved}, secs => k.k * 7.919 % 3600)" if has_time else f"CAST({moved}) AS date)"
    if has_time:
        return (
            f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || {YEARS_OF_COPY} || ' years', "
            "'-' || (k.k * 7919 % 3600000 / 1000.0) || ' seconds')"
        )
    return f"date({column}, '-' || {YEARS_OF_COPY} || ' years')"


UNIQUE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint one
WHERE contype = 'u' AND connamespace = current_schema()::regnamespace AND conrelid::regclass::text = ANY(%s)
AND NOT EXISTS (SELECT 1 FROM pg_constraint other WHERE other.contype = 'f' AND other.conindid = one.conindid)
"""


@contextmanager
def in_bulk() -> Iterator[list[str]]:
    """Indexes, keys and triggers aside while rows come in; then they are made, and the sequences set."""
    from django.core.management.color import no_style  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    tables = [model._meta.db_table for model in models()]
    statements: list[str] = []
    unique: list[tuple[str, str, str]] = []
    with connection.cursor() as cursor:
        if _is_postgresql():
            cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'")
            cursor.execute(UNIQUE, [tables])
            unique = cursor.fetchall()
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s)"
                " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
                [tables],
            )
            dropped = [("INDEX", name, sql) for name, sql in cursor.fetchall()]
            for table, name, _definition in unique:
                cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA cache_size = -1000000")
            cursor.execute(
                "SELECT upper(type), name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
                f" AND sql IS NOT NULL AND tbl_name IN ({', '.join(['%s'] * len(tables))})",
                tables,
            )
            dropped = cursor.fetchall()
        for kind, name, _sql in dropped:
            cursor.execute(f'DROP {kind} "{name}"')
    yield statements
    with connection.cursor() as cursor:
        again = [sql for _kind, _name, sql in sorted(dropped)]
        again += [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {said}' for table, name, said in unique]
        for sql in again:
            cursor.execute(sql)
            statements.append(sql)
        if _is_postgresql():
            cursor.execute("SET session_replication_role = origin")
        for sql in connection.ops.sequence_reset_sql(no_style(), models()):
            cursor.execute(sql)


def size() -> int:
    """Bytes of the database."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    if not _is_postgresql():
        return os.path.getsize(settings.DATABASES["default"]["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]
