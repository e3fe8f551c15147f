"""The private files of a site: where they lie, how those of a backup come in, and which have lost their rows."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db.models import FileField
from django.utils.timezone import now
from django.utils.translation import gettext as _

from config.backup import Refusal

BLOCK = 1024 * 1024
IN_FLIGHT = timedelta(days=1)
"""A file is stored before its row is committed: one as young as this may still get its row."""


class Stored(NamedTuple):
    alias: str
    name: str

    @property
    def storage(self) -> Storage:
        return storages[self.alias]

    def __str__(self) -> str:
        return f"{self.alias}/{self.name}"


def keepers() -> list[str]:
    """The storages in which files lie that belong to rows."""
    return [alias for alias in settings.STORAGES if alias != "staticfiles"]


def stored() -> Iterator[Stored]:
    """Every file that lies there, in the same order each time."""
    for alias in keepers():
        for name in _names(storages[alias], ""):
            yield Stored(alias, name)


def _names(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        yield from _names(storage, f"{folder}/{name}" if folder else name)


class Arriving:
    """The files of a backup, put where they belong. What was there before is touched only at the end, by `settle`;
    `take_back` leaves it as it was."""

    def __init__(self) -> None:
        self.new = TemporaryFile()  # noqa: SIM115  open until it is known how the restore has ended
        self.others: list[tuple[Stored, str]] = []
        """Files in whose place something else lies (a disk was damaged), and where they wait meanwhile."""

    def keep(self, said: str, file: IO[bytes]) -> None:
        alias, _slash, name = said.partition("/")
        if alias not in keepers():
            raise Refusal(_("There is no place for the files of “%(name)s” here.") % {"name": alias})
        place = Stored(alias, name)
        if not place.storage.exists(name):
            self._save(place, name, file)
        elif not _is_same(place, file):
            self.others.append((place, self._save(place, f"{name}.restored", file)))

    def _save(self, place: Stored, name: str, file: IO[bytes]) -> str:
        file.seek(0)
        name = place.storage.save(name, File(file))
        self.new.write(f"{place.alias}/{name}\n".encode())
        return name

    def take_back(self) -> None:
        self.new.seek(0)
        for line in self.new:
            alias, _slash, name = line.decode().rstrip("\n").partition("/")
            storages[alias].delete(name)
        self.new.close()

    def settle(self) -> None:
        for place, waiting in self.others:
            place.storage.delete(place.name)
            with place.storage.open(waiting) as file:
                place.storage.save(place.name, file)
            place.storage.delete(waiting)
        self.new.close()


def _is_same(place: Stored, file: IO[bytes]) -> bool:
    with place.storage.open(place.name) as there:
        while True:
            block = there.read(BLOCK)
            if block != file.read(BLOCK):
                return False
            if not block:
                return True


def _named() -> Iterator[tuple[Any, str]]:
    """What rows say where their files are: the field and the name."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, FileField):
                named = model._default_manager.exclude(**{field.name: ""}).exclude(**{f"{field.name}__isnull": True})
                for name in named.order_by().values_list(field.name, flat=True).iterator():
                    yield field, name


def missing_files() -> Iterator[str]:
    """Files that rows name and that are nowhere."""
    for field, name in _named():
        if not field.storage.exists(name):
            yield f"{field.model._meta.label} {name}"


def files_without_rows() -> Iterator[Stored]:
    """Files that no row names: a restore or a request was killed, or a restore has replaced the site."""
    known = sqlite3.connect("")  # on the disk once they are many
    known.execute("CREATE TABLE named (name TEXT PRIMARY KEY) WITHOUT ROWID")
    known.executemany("INSERT OR IGNORE INTO named VALUES (?)", ((name,) for _field, name in _named()))
    for one in stored():
        if known.execute("SELECT 1 FROM named WHERE name = ?", [one.name]).fetchone() is None:
            yield one
    known.close()


def is_old(one: Stored) -> bool:
    """Whether nobody can be about to write its row any more."""
    return one.storage.get_modified_time(one.name) < now() - IN_FLIGHT
