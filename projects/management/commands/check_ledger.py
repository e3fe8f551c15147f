"""Prove that every figure of money is what the ledger says: `manage.py check_ledger`."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from grants.models import Fund, LedgerEntry
from projects.invariants import breaches
from projects.models import Project


class Command(BaseCommand):
    help = "Checks every fund, project and instalment against the ledger; prints the first mistake, exit code 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="print every mistake, not only the first")

    def handle(self, *args: Any, **options: Any) -> None:
        begins_here = not connection.in_atomic_block
        with transaction.atomic():
            if begins_here and connection.vendor == "postgresql":  # one view of everything, as SQLite has it anyway
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found = list(breaches() if options["all"] else islice(breaches(), 1))
            counts = (Fund.objects.count(), Project.objects.exclude(number="").count(), LedgerEntry.objects.count())
        for breach in found:
            self.stderr.write(str(breach))
        if found:
            raise CommandError("The ledger and the figures do not agree.")
        self.stdout.write("{} funds, {} projects, {} ledger entries: every figure agrees.".format(*counts))
