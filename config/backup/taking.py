"""Taking a backup of the running site."""

import hashlib
import hmac
import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.backup import FORMAT
from config.backup.archive import Writer, spooled, written
from config.backup.engines import engine_of
from config.backup.files import stored
from config.backup.tables import tables
from core import clock
from core.models import Duty

DUTY = "backup"
KEYS = ("SECRET_KEY", "IDENTITY_HMAC_KEY")
PATTERN = "grants-????????-??????.tar*"


class Taken:
    """What a backup holds, counted."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows, self.tables, self.files, self.bytes_of_files, self.gone = path, 0, 0, 0, 0, 0


def take(directory: Path, recipients: list[str]) -> Taken:
    """Write one backup into the directory, and keep that it was made today. Raises what the system raises: then there
    is no file."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"grants-{datetime.now():%Y%m%d-%H%M%S}.tar"
    taken = Taken(directory / (f"{name}.age" if recipients else name))
    engine = engine_of(connection)
    with (
        written(taken.path, recipients) as target,
        Writer(target) as writer,
        TemporaryFile() as manifest,
        engine.snapshot() as cursor,
    ):
        found = tables(connection)
        head = {
            "format": FORMAT,
            "null": engine.null,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "site": settings.SITE_URL,
            "versions": {"python": platform.python_version(), "django": version("Django"), "engine": connection.vendor},
            "migrations": applied(),
            "keys": {name: fingerprint(getattr(settings, name)) for name in KEYS},
            "tables": {table.name: table.columns for table in found},
            "counters": engine.counters(cursor, found),
        }
        writer.add("head.json", json.dumps(head, indent=1).encode())
        _add_files(writer, manifest, taken)
        for table in found:
            digest, rows = hashlib.sha256(), 0
            for number, piece in enumerate(engine.rows(cursor, table), start=1):
                digest.update(piece.content)
                rows += piece.rows
                writer.add_packed(f"tables/{table.name}/{number:06}.csv", piece.content)
            _note(manifest, table=table.name, rows=rows, sha256=digest.hexdigest())
            taken.rows, taken.tables = taken.rows + rows, taken.tables + 1
        _note(manifest, end=True, tables=taken.tables, rows=taken.rows, files=taken.files)
        size = manifest.tell()
        manifest.seek(0)
        writer.add("manifest.jsonl", manifest, size)
    Duty.objects.update_or_create(name=DUTY, defaults={"done_on": clock.today()})
    return taken


def applied() -> list[list[str]]:
    """Which migrations the database has gone through. It may remember some that were drawn together since: their tables
    are those of the first."""
    known = set(MigrationLoader(None).disk_migrations)
    return sorted([app, name] for app, name in known & set(MigrationRecorder(connection).applied_migrations()))


def fingerprint(key: str) -> str:
    """Whether it is the same key, and nothing else of it."""
    return hmac.new(key.encode(), b"venture grants: which key is this", hashlib.sha256).hexdigest()[:16]


def _add_files(writer: Writer, manifest: IO[bytes], taken: Taken) -> None:
    for one in stored():
        try:
            with one.storage.open(one.name) as file, spooled(file) as (copy, size, digest):
                writer.add(f"files/{one}", copy, size)
        except FileNotFoundError:  # taken away since the moment of the rows
            taken.gone += 1
            _note(manifest, gone=str(one))
            continue
        _note(manifest, file=str(one), size=size, sha256=digest)
        taken.files, taken.bytes_of_files = taken.files + 1, taken.bytes_of_files + size


def _note(manifest: IO[bytes], **what: Any) -> None:
    manifest.write(json.dumps(what, ensure_ascii=False).encode() + b"\n")


def forget_old(directory: Path, keep: int, made: Path) -> list[Path]:
    """Remove the oldest backups of the directory until so many stay (at least one); nothing else lies there that is
    ours. The one that was just made stays whatever the names of the others say: a clock may have been put back."""
    others = sorted(set(directory.glob(PATTERN)) - {made}, reverse=True)
    old = others[max(keep, 1) - 1 :]
    for path in old:
        path.unlink()
    return old


def last_taken() -> Any:
    """The day of the last backup; None when there was none."""
    return Duty.objects.filter(name=DUTY).values_list("done_on", flat=True).first()
