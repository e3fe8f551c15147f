"""`./run restore FILE`: makes an empty site what a backup says, on either database, and says whether it holds."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pyrage
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accidents import accident_of
from config.backup import Refusal
from config.backup.archive import Cut
from config.backup.files import files_without_rows, missing_files
from config.backup.restoring import Backup, restore
from config.backup.taking import KEYS, fingerprint
from reports.search.upkeep import rebuild

MOST_NAMED = 5


class Command(BaseCommand):
    help = "Restores a backup into an empty site (stop the site first), then verifies money, log and files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--key", type=Path, default=settings.BACKUP_KEY, metavar="FILE", help="opens a sealed backup"
        )
        parser.add_argument(
            "--check", action="store_true", help="only read it and compare it with its list of contents"
        )
        parser.add_argument("--replace", action="store_true", help="the site is not empty: replace all that is in it")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = perf_counter()
        backup = self.read(options)
        self.say(backup, perf_counter() - begun)
        if options["check"]:
            return
        problems = [*self.make_searchable()]
        if loose := sum(1 for _file in files_without_rows()):
            self.stdout.write(_("%(n)s files belong to no row: manage.py loose_files lists them") % {"n": loose})
        if not all([self.holds("check_ledger"), self.holds("verify_events"), self.has_files(backup)]):
            problems.append(_("The backup is restored as it was, and something in it does not hold: see above."))
        if problems:
            raise CommandError("\n".join(problems))

    def read(self, options: dict[str, Any]) -> Backup:
        path = options["file"]
        try:
            path.open("rb").close()
        except (FileNotFoundError, IsADirectoryError) as error:
            raise CommandError(_("There is no file %(path)s.") % {"path": path}) from error
        except OSError as error:
            raise CommandError(_("%(path)s cannot be read: %(error)s") % {"path": path, "error": error}) from error
        identities = keys_of(options["key"])
        try:
            if not options["check"]:
                return restore(path, identities, replace=options["replace"])
            backup = Backup(path, identities)
            backup.walk()
            return backup
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except Cut as cut:
            raise CommandError(_("Nothing is restored: %(problem)s") % {"problem": cut}) from cut
        except Exception as error:
            if (accident := accident_of(error)) is None:
                raise
            raise CommandError(f"{accident.value.title}: {error}") from error

    def make_searchable(self) -> Iterator[str]:
        """The search index. When the machine fails meanwhile, what to do: all rows are in, and the clock finds that the
        index is due."""
        begun = perf_counter()
        try:
            found = rebuild()
        except Exception as error:
            if (accident := accident_of(error)) is None:
                raise
            words = _(
                "%(accident)s: everything is restored, and only the search index could not be made. Make room, or mend "
                "what is wrong; then the clock (./run worker) makes it by itself."
            )
            yield words % {"accident": accident.value.title}
            return
        self.stdout.write(_("Search: %(n)s entries in %(s)s s") % {"n": found, "s": f"{perf_counter() - begun:.1f}"})

    def say(self, backup: Backup, seconds: float) -> None:
        words = _("Of %(at)s, from %(engine)s: %(rows)s rows, %(files)s files, each as it was written (%(s)s s)")
        engine, rows = backup.head["versions"]["engine"], backup.rows
        said = {
            "at": f"{timezone.localtime(datetime.fromisoformat(backup.head['made_at'])):%Y-%m-%d %H:%M}",
            "engine": engine,
            "rows": rows,
            "files": backup.files,
            "s": f"{seconds:.1f}",
        }
        self.stdout.write(words % said)
        for name in KEYS:
            if backup.head["keys"][name] != fingerprint(getattr(settings, name)):
                words = _("%(name)s is not the one of the site that was backed up: set the old one.")
                self.stderr.write(words % {"name": name})

    def holds(self, command: str) -> bool:
        try:
            call_command(command, stdout=self.stdout, stderr=self.stderr)
        except (CommandError, SystemExit) as failure:
            self.stderr.write(f"{command}: {failure}")
            return False
        return True

    def has_files(self, backup: Backup) -> bool:
        """Files that rows name; those that somebody took away while the backup was made are no mistake."""
        gone = {name.partition("/")[2] for name in backup.gone}
        missing = [said for said in missing_files() if said.rpartition(" ")[2] not in gone]
        for said in missing[:MOST_NAMED]:
            self.stderr.write(_("A file is missing: %(name)s") % {"name": said})
        if len(missing) > MOST_NAMED:
            self.stderr.write(_("… and %(n)s more") % {"n": len(missing) - MOST_NAMED})
        return not missing


def keys_of(path: Path | None) -> list[Any]:
    """The keys of a file as `age-keygen` or `./run backup --new-key` writes it."""
    if path is None:
        return []
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise CommandError(_("%(path)s is no key: %(error)s") % {"path": path, "error": error}) from error
