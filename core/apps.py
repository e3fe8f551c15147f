from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from core import triggers


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from core import checks, log_triggers  # noqa: F401, PLC0415  register themselves; models are there only now

        pre_migrate.connect(let_tables_be_renamed, sender=self)
        post_migrate.connect(put_triggers_in_place, sender=self)


def let_tables_be_renamed(using: str, plan: Any = (), **kwargs: Any) -> None:
    """Before migrations on SQLite, which renames no table while a trigger speaks of another that is being built anew;
    a check says so when a migration breaks off and the triggers are not back (`core.checks`)."""
    if plan and connections[using].vendor == "sqlite":
        triggers.unprotect(connections[using])


def put_triggers_in_place(using: str, **kwargs: Any) -> None:
    """After every `migrate`: the triggers of all apps, also on a table that a migration has built anew."""
    triggers.protect(connections[using])
