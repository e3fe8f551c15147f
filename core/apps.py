from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from core import checks  # noqa: F401, PLC0415  registers itself; models are there only now

        pre_migrate.connect(let_tables_be_renamed, sender=self)
        post_migrate.connect(protect_the_log, sender=self)


def let_tables_be_renamed(using: str, plan: Any = (), **kwargs: Any) -> None:
    """Before migrations on SQLite, which renames no table while a trigger speaks of another that is being built anew;
    a check says so when a migration breaks off and the triggers are not back (`core.checks`)."""
    from core import triggers  # noqa: PLC0415  the same

    if plan and connections[using].vendor == "sqlite":
        triggers.unprotect(connections[using])


def protect_the_log(using: str, **kwargs: Any) -> None:
    """After every `migrate`: the triggers, also on a table that a migration has built anew."""
    from core import triggers  # noqa: PLC0415  the same

    connection = connections[using]
    tables = connection.introspection.table_names()
    if all(model._meta.db_table in tables for model in triggers.KEPT):
        triggers.protect(connection)
