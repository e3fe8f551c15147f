from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = _("Evaluations")

    def ready(self) -> None:
        # Here, not above: it needs the models, which are not loaded yet when this file is read.
        from evaluations.signals import watch  # noqa: PLC0415

        watch()
