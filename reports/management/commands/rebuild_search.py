"""Write the index of the search anew: `manage.py rebuild_search`."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand

from reports.search import tables, upkeep


class Command(BaseCommand):
    help = "Reads every record anew into the index of the search; while it runs, a search finds what is there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        start = perf_counter()
        tables.prepare()
        count = upkeep.rebuild()
        self.stdout.write(f"{count} records in {perf_counter() - start:.1f} s")
