"""Making a site of a backup: the rows in one transaction, so that a restore that breaks off has changed nothing."""

import gzip
import hashlib
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files import File
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import FileField
from django.utils.translation import gettext as _

from config.backup import FORMAT, NULL
from config.backup.archive import Cut, members_of, opened, spooled
from config.backup.engines import engine_of
from config.backup.tables import MADE_BY_MIGRATE, tables
from config.backup.taking import applied, keepers
from core import triggers

EMPTY = hashlib.sha256().hexdigest()


class Refusal(Exception):
    """Why this backup is not restored here."""


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
                    self.head = json.loads(_read(tar, next(members)))
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
                    pieces = _unpacked(tar, members, digest)
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
            said = json.loads(line)
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


def _unpacked(tar: tarfile.TarFile, members: Iterator[tarfile.TarInfo], digest: Any) -> Iterator[bytes]:
    for member in members:
        piece = gzip.decompress(_read(tar, member))
        digest.update(piece)
        yield piece


def restore(path: Path, identities: list[Any], *, replace: bool) -> Backup:
    """Make this site what the backup says.

    Raises `Refusal` when the site is not empty (unless `replace`) or is of another version, `Cut` when the backup is
    not whole; then the rows are what they were, and the files that had come in are gone again.
    """
    backup, engine, files = Backup(path, identities), engine_of(connection), _Files()
    is_present = True
    with ExitStack() as stack:

        def begin() -> None:
            nonlocal is_present
            is_present = _make_ready(backup.head, replace=replace)
            engine.null = backup.head.get("null", NULL)
            stack.enter_context(engine.empty())

        def load(table: str, pieces: Iterator[bytes]) -> None:
            engine.load(table, backup.head["tables"][table], pieces)

        stack.push(files.take_back)
        backup.walk(begin, load, files.keep)
        engine.count_on(
            backup.head["counters"], [one for one in tables(connection) if one.name in backup.head["tables"]]
        )
        if is_present:
            triggers.protect(connection)
    if not is_present:  # it was of an older version, and so is the database until now
        call_command("migrate", verbosity=0)
    ContentType.objects.clear_cache()
    engine.learn()
    return backup


class _Files:
    """The files of a backup, put where they belong; those that were not there before can be taken back."""

    def __init__(self) -> None:
        self.storages = keepers()
        self.new = TemporaryFile()  # noqa: SIM115  open until nothing has to be taken back any more

    def keep(self, name: str, file: IO[bytes]) -> None:
        storage, rest = self._find(name)
        if storage.exists(rest):
            storage.delete(rest)
        else:
            self.new.write(f"{name}\n".encode())
        storage.save(rest, File(file))

    def take_back(self, failed: type[BaseException] | None, *_error: Any) -> None:
        if failed:
            self.new.seek(0)
            for line in self.new:
                storage, rest = self._find(line.decode().rstrip("\n"))
                storage.delete(rest)
        self.new.close()

    def _find(self, name: str) -> tuple[Any, str]:
        alias, _slash, rest = name.partition("/")
        if alias not in self.storages:
            raise Refusal(_("There is no place for the files of “%(name)s” here.") % {"name": alias})
        return self.storages[alias], rest


def _make_ready(head: dict[str, Any], *, replace: bool) -> bool:
    """Tables as the backup had them; says whether those are the ones of this version."""
    there, wanted = applied(), head["migrations"]
    executor = MigrationExecutor(connection)
    if unknown := [name for name in wanted if tuple(name) not in executor.loader.disk_migrations]:
        raise Refusal(
            _("It is of a newer version, which knows %(names)s: install that one.")
            % {"names": ", ".join(".".join(name) for name in unknown[:3])}
        )
    is_present = all(list(name) in wanted for name in executor.loader.graph.leaf_nodes()) or not wanted
    if there != wanted:
        is_begun = all(name in wanted for name in there) and not not_empty()  # a restore was broken off here
        if there and not is_begun:
            raise Refusal(_("The database is of another version than the backup: restore into an empty database."))
        if is_present:
            call_command("migrate", verbosity=0)
        else:
            executor.migrate([tuple(name) for name in wanted])
    if not replace and (rows := not_empty()):
        raise Refusal(
            _("This site is not empty (%(tables)s). With --replace everything in it is replaced.")
            % {"tables": ", ".join(rows[:3])}
        )
    return is_present


def not_empty() -> list[str]:
    """The tables in which somebody's rows stand."""
    found, there = [], set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in tables(connection):
            if table.name in there and table.name not in MADE_BY_MIGRATE:
                cursor.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1')
                found += [table.name] if cursor.fetchone() else []
    return found


def missing_files() -> Iterator[str]:
    """Files that rows name and that are nowhere."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, FileField):
                named = model._default_manager.exclude(**{field.name: ""}).exclude(**{f"{field.name}__isnull": True})
                for name in named.order_by().values_list(field.name, flat=True).iterator():
                    if not field.storage.exists(name):
                        yield f"{model._meta.label} {name}"
