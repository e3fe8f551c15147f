"""`manage.py verify_events`: whether the log is what was sealed and published; exit code 1 when it is not."""

import re
from argparse import ArgumentParser
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


class Command(BaseCommand):
    help = (
        "Verifies the chain of events; says in one line each what is wrong and where, and ends with 1 if anything is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="only what came after a day's root")
        parser.add_argument(
            "--roots", type=Path, metavar="FILE", help="daily roots downloaded earlier (csv), kept elsewhere"
        )
        parser.add_argument(
            "--strict", action="store_true", help="events that were dated back behind a root are an error too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = perf_counter()
        walk = Verification(options["since"], read_roots(options["roots"]) if options["roots"] else ())
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
        words = _(
            "%(n)s links checked in %(seconds)s s, the last is %(last)s; erased: %(erased)s; waiting: %(waiting)s"
        )
        self.stdout.write(words % {**counted, "seconds": f"{perf_counter() - begun:.1f}"})
        if wrong or (walk.late and options["strict"]):
            raise SystemExit(1)


def read_roots(path: Path) -> list[Witness]:
    """The roots of a file from `/log/roots.csv`: day, number, hash."""
    try:
        with path.open("rb") as file:
            rows = [cells for _number, cells in read(file).rows]
        return [
            Witness(f"{path.name} {day}", int(number), digest.strip().lower(), _day(day))
            for day, number, digest, *_ in rows
        ]
    except (OSError, ValueError, TypeError, IndexError, ValidationError) as error:
        raise CommandError(f"{path}: {error}") from error


def _day(cell: Any) -> date:
    """2026-03-03, or 2026/3/3 once a spreadsheet has saved the file again."""
    return date(*[int(part) for part in re.findall(r"\d+", str(cell))[:3]])
