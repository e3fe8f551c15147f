"""Making a site of a backup: all of it in one transaction, so that a restore that breaks off has changed nothing."""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from config.accidents import accident_of
from config.backup import FORMAT, NULL, Refusal
from config.backup.archive import Cut, members_of, opened, spooled
from config.backup.engines import UNREADABLE, engine_of
from config.backup.files import Arriving
from config.backup.tables import MADE_BY_MIGRATE, tables
from config.backup.taking import applied
from core import triggers
from core.models import Duty
from reports.search.upkeep import DUTY as SEARCH

EMPTY = hashlib.sha256().hexdigest()


class Backup:
    """One walk through a backup: what it says of itself (`head`), and what was found in it."""

    def __init__(self, path: Path, identities: list[Any]) -> None:
        self.path, self.identities = path, identities
        self.head: dict[str, Any] = {}
        self.rows = self.files = 0
        self.gone: list[str] = []

    def walk(
        self,
        begin: Callable[[], None] = lambda: None,
        load: Callable[[str, Iterator[bytes]], None] = lambda _table, _pieces: None,
        keep: Callable[[str, IO[bytes]], None] = lambda _name, _file: None,
    ) -> None:
        """Hand on each file and each table; raises `Cut` when it is not the whole of what was written."""
        digests: dict[str, str] = {}
        is_whole = False
        with opened(self.path, self.identities) as tar, TemporaryFile() as seen:
            for (part, name), members in groupby(members_of(tar), key=_place):
                if part == "head.json":
                    self.head = _said(_read(tar, next(members)))
                    if self.head["format"] > FORMAT:
                        raise Refusal(_("It was written in a newer format: install the version that wrote it."))
                    begin()
                elif not self.head:
                    break
                elif part == "files":
                    for member in members:
                        with spooled(_file(tar, member)) as (file, size, sha256):
                            name = member.name.removeprefix("files/")
                            keep(name, file)
                            seen.write(f"{sha256} {size} {name}\n".encode())
                elif part == "tables":
                    digest = hashlib.sha256()
                    pieces = _unpacked(tar, name, members, digest)
                    load(name, pieces)
                    for _rest in pieces:  # what nobody has asked for is counted all the same
                        pass
                    digests[name] = digest.hexdigest()
                else:
                    is_whole = self._compare(_file(tar, next(members)), seen, digests)
        if not self.head:
            raise Cut(_("this is no backup of the platform"))
        if not is_whole:
            raise Cut(_("it is cut off: its list of contents is missing"))

    def _compare(self, manifest: IO[bytes], seen: IO[bytes], digests: dict[str, str]) -> bool:
        """Hold what was read against the list at the end, line by line: files stand there in the same order."""
        seen.seek(0)
        for line in manifest:
            said = _said(line)
            if "file" in said:
                if seen.readline() != f"{said['sha256']} {said['size']} {said['file']}\n".encode():
                    raise Cut(_("the file %(name)s is not what was written") % {"name": said["file"]})
                self.files += 1
            elif "table" in said:
                if digests.pop(said["table"], EMPTY) != said["sha256"]:
                    raise Cut(_("the table %(name)s is not what was written") % {"name": said["table"]})
                self.rows += said["rows"]
            elif "gone" in said:
                self.gone.append(said["gone"])
            elif "end" in said:
                return not digests and not seen.readline() and self.rows == said["rows"]
        return False


def _place(member: tarfile.TarInfo) -> tuple[str, str]:
    part, _slash, rest = member.name.partition("/")
    return part, rest.partition("/")[0]


def _file(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(member)
    if file is None:  # neither links nor folders are ever in it
        raise Cut(_("this is no backup of the platform"))
    return file


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    return _file(tar, member).read()


class _Said(dict[str, Any]):
    """What the head, or a line of the list of contents, says; nobody need ask whether it is all there."""

    def __missing__(self, name: str) -> Any:
        raise Cut(_("what it says of itself cannot be read"))


def _said(line: bytes) -> _Said:
    try:
        said = json.loads(line, object_hook=_Said)
    except ValueError:
        said = None
    if not isinstance(said, _Said):
        raise Cut(_("what it says of itself cannot be read"))
    return said


def _unpacked(tar: tarfile.TarFile, table: str, members: Iterator[tarfile.TarInfo], digest: Any) -> Iterator[bytes]:
    for member in members:
        packed = _read(tar, member)
        try:
            piece = gzip.decompress(packed)
        except (zlib.error, EOFError, gzip.BadGzipFile) as error:
            raise Cut(_("the table %(name)s is not what was written") % {"name": table}) from error
        digest.update(piece)
        yield piece


def restore(path: Path, identities: list[Any], *, replace: bool) -> Backup:
    """Make this site what the backup says: tables, rows, what later versions have changed, and triggers in one
    transaction. Killed at whatever moment, the database is what it was, or the whole of what is wanted.

    Raises `Refusal` when the site is not empty (unless `replace`) or is of another version, `Cut` when the backup is
    not whole; then the files that had come in are gone again, too.
    """
    backup, engine, files = Backup(path, identities), engine_of(connection), Arriving()

    def load(table: str, pieces: Iterator[bytes]) -> None:
        try:
            engine.load(table, backup.head["tables"][table], pieces)
        except (connection.Database.Error, *UNREADABLE) as error:
            if accident_of(error):
                raise
            words = _("the rows of the table %(name)s cannot be read (%(error)s)")
            raise Cut(words % {"name": table, "error": error}) from error

    with ExitStack() as at_once:

        def begin() -> None:
            at_once.enter_context(engine.at_once())
            triggers.unprotect(connection)
            _make_ready(engine, backup.head["migrations"], replace=replace)
            engine.null = backup.head.get("null", NULL)
            rows.enter_context(engine.empty(backup.head["tables"]))

        at_once.push(lambda failed, *_error: files.take_back() if failed else files.settle())
        with ExitStack() as rows:
            backup.walk(begin, load, files.keep)
        engine.count_on(backup.head["counters"])
        ContentType.objects.clear_cache()
        call_command(_Migrate(engine), verbosity=0)  # from where the backup was to this version; triggers at last
        Duty.objects.filter(name=SEARCH).delete()  # whoever is killed from now on leaves the search index to the clock
        engine.learn()
    ContentType.objects.clear_cache()
    return backup


class _Migrate(migrate.Command):
    """Several migrations in one transaction."""

    def __init__(self, engine: Any) -> None:
        super().__init__()
        self.engine = engine

    def migration_progress_callback(self, action: str, *_arguments: Any, **_options: Any) -> None:
        if action == "apply_success":
            self.engine.settle()


def _make_ready(engine: Any, wanted: list[list[str]], *, replace: bool) -> None:
    """Tables as the backup had them."""
    names = {(app, name) for app, name in wanted}
    if unknown := sorted(names.difference(MigrationLoader(None).disk_migrations)):
        raise Refusal(
            _("It is of a newer version, which knows %(names)s: install that one.")
            % {"names": ", ".join(".".join(name) for name in unknown[:3])}
        )
    rows, there = not_empty(), {(app, name) for app, name in applied()}
    if there != names and there and (rows or not there <= names):  # else a `migrate` was broken off here
        raise Refusal(_("The database is of another version than the backup: restore into an empty database."))
    if rows and not replace:
        raise Refusal(
            _("This site is not empty (%(tables)s). With --replace everything in it is replaced.")
            % {"tables": ", ".join(rows[:3])}
        )
    if there != names:
        _make_tables(engine, names)


def _make_tables(engine: Any, names: set[tuple[str, str]]) -> None:
    """Only the last of each app is asked for: of an earlier one that is there already, Django thinks that what follows
    it is to be undone."""
    nodes = MigrationLoader(None).graph.node_map
    followed = {one for one in names for child in nodes[one].children if child.key in names and child.key[0] == one[0]}
    last = sorted(names - followed)
    others = [(app, name) for app, name in last if not (settings.BASE_DIR / app).is_dir()]
    for targets in (others, last):  # ours last: as long as few models are known, the many steps of others are quick
        MigrationExecutor(connection, _Migrate(engine).migration_progress_callback).migrate(targets)


def not_empty() -> list[str]:
    """The tables in which somebody's rows stand."""
    found, there = [], set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in tables(connection):
            if table.name in there and table.name not in MADE_BY_MIGRATE:
                cursor.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1')
                found += [table.name] if cursor.fetchone() else []
    return found
