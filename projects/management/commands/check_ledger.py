"""Prove that every figure of money is what the ledger says: `manage.py check_ledger`."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _

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
            counts = {
                "funds": Fund.objects.count(),
                "projects": Project.objects.exclude(number="").count(),
                "entries": LedgerEntry.objects.count(),
            }
        for breach in found:
            self.stderr.write(str(breach))
        if found:
            raise CommandError(_("The ledger and the figures do not agree."))
        said = _("%(funds)s funds, %(projects)s projects, %(entries)s ledger entries: every figure agrees.")
        self.stdout.write(said % counts)
