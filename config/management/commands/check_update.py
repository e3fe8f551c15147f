"""`manage.py check_update`: whether the migrations that wait can be made while the version before goes on answering.

Between `migrate` and the restart of the last machine two versions work on one database. So a migration may add what the
older one does not know (expand), and takes away what nobody uses any more one version later (contract).
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

GONE = "the version before still asks for it: take it away in the next version"
RENAMED = "the version before knows the old name: add the new one, copy, and take the old one away later"
NEEDS = "the version before writes rows without it: give it a db_default, or let it be empty"
STRICTER = "the version before may still write what is refused now: first let everybody write it right"
BLIND = "nobody can tell from outside: please read it"
LOCKS = "on a large table nobody can write meanwhile: use AddIndexConcurrently (and atomic = False)"


class Command(BaseCommand):
    help = "Says which of the migrations that wait need the site to stop; exit code 1 when one does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("apps", nargs="*", help="look at all migrations of these apps, not at those that wait")

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        targets = executor.loader.graph.leaf_nodes()
        plan = executor.migration_plan(targets, clean_start=bool(options["apps"]))
        chosen = [one for one, _back in plan if not options["apps"] or one.app_label in options["apps"]]
        found = [(str(one), what, why) for one in chosen for what, why in needs_a_stop(one)]
        for name, what, why in found:
            self.stdout.write(f"{name}: {what}: {why}")
        if found:
            self.stdout.write("Stop all web servers and workers of the version before first.")
            raise SystemExit(1)
        self.stdout.write(f"{len(chosen)} migrations can be made while the version before goes on.")


def needs_a_stop(migration: migrations.Migration) -> Iterator[tuple[str, str]]:
    """What of a migration an older version would stumble over, and why."""
    each = [inner for one in migration.operations for inner in getattr(one, "created", [one])]
    new = {one.name_lower for one in each if isinstance(one, migrations.CreateModel)}
    for one in migration.operations:
        if getattr(one, "model_name_lower", None) in new:
            continue  # a table that nobody knows yet
        if why := _why(one):
            yield one.describe(), why


def _why(one: Operation) -> str:
    if isinstance(one, (migrations.RemoveField, migrations.DeleteModel)):
        return GONE
    if isinstance(one, (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)):
        return RENAMED
    if isinstance(one, migrations.AddField):
        field = one.field
        is_table = field.many_to_many
        return "" if is_table or field.null or field.has_db_default() else NEEDS
    if isinstance(one, migrations.AlterField):
        return "" if one.field.null else STRICTER
    if isinstance(one, (migrations.AddConstraint, migrations.AlterUniqueTogether)):
        return STRICTER
    if type(one) is migrations.AddIndex and connection.vendor == "postgresql":
        return LOCKS
    if isinstance(one, migrations.RunSQL):
        return BLIND
    return ""
