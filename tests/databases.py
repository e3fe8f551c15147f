"""An empty database, and folders of its own, in the place of those of the test: what a new machine has."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dj_database_url
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.utils import load_backend
from django.test import override_settings

from config import engines
from config.engines import SQLITE_OPTIONS


def migrate_to(**earlier: str) -> None:
    """As `migrate` does it, but some apps only up to an earlier migration; those of others first, which is quicker."""
    leaves = dict(MigrationLoader(connection).graph.leaf_nodes()) | earlier
    others = {app: name for app, name in leaves.items() if not (settings.BASE_DIR / app).is_dir()}
    for targets in (others, leaves):
        MigrationExecutor(connection).migrate(list(targets.items()))
    emit_post_migrate_signal(0, False, "default")


@contextmanager
def empty_database(folder: Path, name: str, *, on: str = connection.vendor) -> Iterator[None]:
    """Inside, tables are made by migrations, as on a site."""
    here = connections["default"]
    entry = here.settings_dict | {"CONN_HEALTH_CHECKS": False, "CONN_MAX_AGE": 0}
    if on == "sqlite":
        entry |= dj_database_url.parse(f"sqlite:///{folder}/{name}.sqlite3") | {"OPTIONS": SQLITE_OPTIONS}
    else:
        entry["NAME"] = name = f"{entry['NAME']}_{name}"
        with here._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    connections["default"] = load_backend(entry["ENGINE"]).DatabaseWrapper(entry, alias="default")
    private = settings.STORAGES | {"private": engines.private_files(folder / f"{name} files")}
    try:
        ContentType.objects.clear_cache()
        with override_settings(MIGRATION_MODULES={}, STORAGES=private):
            yield
    finally:
        connections["default"].close()
        connections["default"] = here
        ContentType.objects.clear_cache()
        if on != "sqlite":
            with here._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
