"""`manage.py verify_events`: whether the log is what was sealed and published; exit code 1 when it is not."""

import re
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.sealing import Witness
from core.spreadsheets import read
from core.verifying import Verification

MOST_SAID = 20
DIGEST = re.compile("[0-9a-f]{64}")


class Command(BaseCommand):
    help = (
        "Verifies the chain of events; says in one line each what is wrong and where, and ends with 1 if anything is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", metavar="DAY", help="only what came after a day's root")
        parser.add_argument(
            "--roots", type=Path, metavar="FILE", help="daily roots downloaded earlier (csv), kept elsewhere"
        )
        parser.add_argument(
            "--strict", action="store_true", help="events that were dated back behind a root are an error too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = perf_counter()
        walk = Verification(_since(options["since"]), read_roots(options["roots"]) if options["roots"] else ())
        wrong = 0
        for problem in walk.problems():
            wrong += 1
            if wrong <= MOST_SAID:
                self.stdout.write(problem)
        if wrong > MOST_SAID:
            self.stdout.write(_("… and %(n)s more") % {"n": wrong - MOST_SAID})
        if walk.unproven:
            words = _(
                "Note: up to the first root %(n)s events are more than a day older than what stands before them; "
                "the first is %(event)s"
            )
            self.stdout.write(words % {"n": walk.unproven, "event": walk.first_unproven})
        if walk.late:
            words = _(
                "%(n)s events are more than a day older than what stands before them, or than a root before them; "
                "the first is %(event)s"
            )
            self.stdout.write(words % {"n": walk.late, "event": walk.first_late})
        counted = {"n": walk.checked, "last": walk.last_number, "erased": walk.erased, "waiting": walk.waiting}
        counted |= {"own": walk.own, "brought": walk.brought}
        words = _(
            "%(n)s links checked in %(seconds)s s, the last is %(last)s; erased: %(erased)s; waiting: %(waiting)s; "
            "compared with %(own)s roots and notices of its own and %(brought)s roots of the file"
        )
        self.stdout.write(words % {**counted, "seconds": f"{perf_counter() - begun:.1f}"})
        if wrong or (walk.late and options["strict"]):
            raise SystemExit(1)


def read_roots(path: Path) -> list[Witness]:
    """The roots of a file from `/log/roots.csv`: day, number, hash. Raises `CommandError` for a line that is none, and
    for a file without any: compared with nothing every log agrees."""
    try:
        with path.open("rb") as file:
            found = [_root(path, number, cells) for number, cells in read(file).rows]
    except OSError as error:
        raise CommandError(_("%(path)s cannot be read: %(error)s") % {"path": path, "error": error}) from error
    except ValidationError as error:
        raise CommandError(f"{path}: {' '.join(error.messages)}") from error
    if not found:
        raise CommandError(_("No root was found in %(path)s: below the headings, each line has one.") % {"path": path})
    return found


def _root(path: Path, line: int, cells: Sequence[Any]) -> Witness:
    try:
        day, number, digest, *_others = cells
        if not DIGEST.fullmatch(digest := str(digest).strip().lower()):
            raise ValueError(digest)
        return Witness(f"{path.name} {day}", int(number), digest, _day(day))
    except (ValueError, TypeError) as error:
        words = _("Line %(line)s of %(path)s is no root: it needs day, number and hash.")
        raise CommandError(words % {"line": line, "path": path}) from error


def _day(cell: Any) -> date:
    """2026-03-03, or 2026/3/3 once a spreadsheet has saved the file again."""
    return date(*[int(part) for part in re.findall(r"\d+", str(cell))[:3]])


def _since(day: date | str | None) -> date | None:
    """Read here, not by the parser: that one says in English, and below its usage, what is no date."""
    if not isinstance(day, str):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise CommandError(_("%(day)s is no date: write it as 2026-03-31.") % {"day": day}) from error
