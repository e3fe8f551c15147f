from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from core.models.event import named  # noqa: PLC0415
        from people import checks, receivers, triggers  # noqa: F401, PLC0415  they need the models
        from people.models import DataRequest, Organization, User  # noqa: PLC0415

        named.append(("person", User, ("accounts", "my_data")))  # elsewhere a number of the roster
        named.append(("request", DataRequest, ("person",)))
        named.append(("funder", Organization, ("bank_list", "remarks")))  # elsewhere whose auditor reads it

        post_migrate.connect(receivers.make_cache_table, sender=self)
