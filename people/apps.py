from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from people import checks, receivers  # noqa: PLC0415 - they need the models

        assert checks
        post_migrate.connect(receivers.make_cache_table, sender=self)
        pre_migrate.connect(receivers.let_tables_be_renamed, sender=self)
        post_migrate.connect(receivers.keep_offices_apart, sender=self)
