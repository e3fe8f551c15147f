from collections.abc import Callable
from functools import partialmethod
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models import Field, Model
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.encoding import force_str
from django.utils.hashable import make_hashable
from django.utils.translation import gettext_lazy as _

from core import triggers


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from core import checks, log_triggers  # noqa: F401, PLC0415  register themselves; models are there only now

        pre_migrate.connect(let_tables_be_renamed, sender=self)
        post_migrate.connect(put_triggers_in_place, sender=self)
        for model in apps.get_models():
            name_choices_quickly(model)


def name_choices_quickly(model: type[Model]) -> None:
    """`get_state_display` and its like translate one name. Django's own translates the names of all choices each time:
    of 50 rows with one of 23 states that was half the time of a list."""
    for field in model._meta.local_fields:
        name = f"get_{field.name}_display"
        if isinstance(vars(model).get(name), partialmethod):  # whoever has one of their own keeps it
            setattr(model, name, _name_of_choice(field))


def _name_of_choice(field: Field) -> Callable[[Model], Any]:
    def display(self: Model) -> Any:
        value = getattr(self, field.attname)
        return force_str(dict(field.flatchoices).get(make_hashable(value), value), strings_only=True)

    return display


def let_tables_be_renamed(using: str, plan: Any = (), **kwargs: Any) -> None:
    """Before migrations on SQLite, which renames no table while a trigger speaks of another that is being built anew;
    a check says so when a migration breaks off and the triggers are not back (`core.checks`)."""
    if plan and connections[using].vendor == "sqlite":
        triggers.unprotect(connections[using])


def put_triggers_in_place(using: str, **kwargs: Any) -> None:
    """After every `migrate`: the triggers of all apps, also on a table that a migration has built anew."""
    triggers.protect(connections[using])
