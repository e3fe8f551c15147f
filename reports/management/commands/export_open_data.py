"""Write the open data into a directory: `manage.py export_open_data DIRECTORY`, each night from cron."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.open_data import sources
from reports.open_data.export import export


class Command(BaseCommand):
    help = "Writes the open data (360Giving, CommonGrants, tables, statistics) with an index of sizes and SHA-256."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="made when it is not there; other files in it stay")

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        try:
            lines = export(directory, sources.publisher())
        except OSError as error:
            raise CommandError(f"{error.strerror or error}: {error.filename or directory}") from error
        for line in lines:
            records = f"{line['records']:>8}" if "records" in line else " " * 8
            self.stdout.write(f"{line['sha256'][:16]}  {line['bytes']:>12,}  {records}  {line['name']}")
