"""`./run backup [DIRECTORY]`: database and private files of the running site as one file."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any

import pyrage
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.accidents import accident_of
from config.backup.taking import forget_old, take


class Command(BaseCommand):
    help = "Writes a backup of database and private files while the site goes on, and removes the oldest ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", nargs="?", type=Path, default=settings.BACKUP_DIR, metavar="DIRECTORY")
        parser.add_argument("--keep", type=int, default=settings.BACKUP_KEEP, help="so many stay (0: all)")
        parser.add_argument("--to", action="append", metavar="RECIPIENT", help="age1…: who alone can open it")
        parser.add_argument(
            "--new-key", type=Path, metavar="FILE", help="write a key to open backups, and say its name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            return self.new_key(options["new_key"])
        if (keep := options["keep"]) < 0:
            raise CommandError(_("%(n)s backups cannot stay: give a number from 1, or 0 to keep all.") % {"n": keep})
        make_ready(options["directory"])
        begun = perf_counter()
        try:
            taken = take(options["directory"], options["to"] or settings.BACKUP_RECIPIENTS)
        except pyrage.RecipientError as error:
            raise CommandError(_("This is no recipient: %(error)s") % {"error": error}) from error
        except Exception as error:
            if (accident := accident_of(error)) is None:
                raise
            raise CommandError(f"{accident.value.title}: {error}") from error
        seconds = perf_counter() - begun
        said = {
            "rows": taken.rows, "tables": taken.tables, "files": taken.files, "seconds": f"{seconds:.1f}",
            "size": f"{taken.path.stat().st_size / 1e6:.1f} MB", "path": taken.path,
        }  # fmt: skip
        words = _("%(path)s: %(size)s, %(rows)s rows of %(tables)s tables, %(files)s files, in %(seconds)s s")
        self.stdout.write(words % said)
        if taken.gone:
            self.stdout.write(_("%(n)s files were taken away by people meanwhile") % {"n": taken.gone})
        if keep:
            for path in forget_old(options["directory"], keep, taken.path):
                self.stdout.write(_("removed: %(path)s") % {"path": path})
        return None

    def new_key(self, path: Path) -> None:
        identity = pyrage.x25519.Identity.generate()
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError as error:
            raise CommandError(_("%(path)s is there already.") % {"path": path}) from error
        except OSError as error:
            words = _("%(path)s cannot be written: %(error)s")
            raise CommandError(words % {"path": path, "error": error.strerror}) from error
        path.write_text(f"# {identity.to_public()}\n{identity}\n")
        self.stdout.write(
            _("Keep %(path)s away from this machine: without it no sealed backup can be opened.") % {"path": path}
        )
        self.stdout.write(f"BACKUP_RECIPIENTS={identity.to_public()}")


def make_ready(directory: Path) -> None:
    """Have a folder there in which files can be made; nobody waits for a backup to learn that there is none."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        TemporaryFile(dir=directory).close()
    except OSError as error:
        words = _("%(path)s is no folder in which a backup can be written: %(error)s")
        raise CommandError(words % {"path": directory, "error": error.strerror}) from error
