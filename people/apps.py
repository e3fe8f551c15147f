from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from people import checks, receivers, triggers  # noqa: F401, PLC0415  they need the models

        post_migrate.connect(receivers.make_cache_table, sender=self)
