from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("Configuration")

    def ready(self) -> None:
        from config import checks, tracing  # noqa: F401, PLC0415  importing registers them
