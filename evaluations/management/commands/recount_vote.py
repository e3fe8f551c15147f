"""Count a residents' vote again from the file that everybody can download: `manage.py recount_vote vote-3.json`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from core.money import yuan
from evaluations.published_vote import Unreadable, recount


class Command(BaseCommand):
    help = "Counts a residents' vote again from its published file (JSON) and says whether it comes out as published."
    requires_system_checks: Any = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the published file, e.g. vote-3.json")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            self.recount(options["file"])

    def recount(self, file: Path) -> None:
        """Every step, then the verdict; exit code 1 when something is not as published. Asks no database."""
        try:
            document = json.loads(file.read_text(encoding="utf-8-sig"))
            found = recount(document)
        except Unreadable as error:
            raise CommandError(str(error)) from None
        except ValueError as error:  # the table of ballots, perhaps, which lies beside it on the page
            said = _("This file is not readable. Please take the file for counting (vote-….json).")
            raise CommandError(said) from error
        except OSError as error:
            raise CommandError(str(error)) from error
        titles = {str(one["number"]): one.get("title", "") for one in document["projects"]}
        for place, line in enumerate(found.count.lines, start=1):
            head = f"{place}. {line.number} {titles[line.number]}"
            self.stdout.write(f"{head} · {line.votes} · {yuan(line.amount)} · {line.sentence}")
        said = {"n": found.count.ballots, "spent": yuan(found.count.spent), "budget": yuan(found.count.budget)}
        self.stdout.write(_("%(n)s ballots; %(spent)s of %(budget)s yuan are spent.") % said)
        self.stdout.write(_("Digest of the ballots: %(digest)s") % {"digest": found.digest})
        if found.differences:
            raise CommandError("\n".join(found.differences))
        self.stdout.write(_("The result comes out as published."))
