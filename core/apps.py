from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from core import checks  # noqa: F401, PLC0415  registers itself; models are there only now

        post_migrate.connect(protect_the_log, sender=self)


def protect_the_log(using: str, **kwargs: Any) -> None:
    """After every `migrate`: the triggers, also on a table that a migration has built anew."""
    from core import triggers  # noqa: PLC0415  the same

    connection = connections[using]
    tables = connection.introspection.table_names()
    if all(model._meta.db_table in tables for model in triggers.KEPT):
        triggers.protect(connection)
