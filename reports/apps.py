from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Documents and figures")

    def ready(self) -> None:
        # Importing registers the checks; only now are the apps there that the messages are translated with.
        from django.db.models.signals import post_migrate  # noqa: PLC0415

        from core.workflow import happened  # noqa: PLC0415
        from reports import checks  # noqa: F401, PLC0415
        from reports.actions.papers import follow  # noqa: PLC0415
        from reports.search import tables, upkeep  # noqa: PLC0415

        happened.connect(follow)
        post_migrate.connect(tables.prepare, sender=self, dispatch_uid="search")
        upkeep.connect()
