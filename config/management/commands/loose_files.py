"""`manage.py loose_files [--remove]`: private files that no row names, as a killed restore or request leaves them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config.backup.files import files_without_rows, is_old


class Command(BaseCommand):
    help = "Lists private files that no row names; with --remove those that are older than a day are removed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove them, once they are older than a day")

    def handle(self, *args: Any, **options: Any) -> None:
        found = removed = 0
        for one in files_without_rows():
            found += 1
            if options["remove"] and is_old(one):
                one.storage.delete(one.name)
                removed += 1
            else:
                self.stdout.write(str(one))
        words = _("%(n)s files belong to no row; removed: %(removed)s")
        self.stdout.write(words % {"n": found, "removed": removed})
