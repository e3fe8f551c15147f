from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = _("Evaluations")

    def ready(self) -> None:
        # Here, not above: they need the models, which are not loaded yet when this file is read.
        from evaluations import evaluation_rules, evidence_rules, star_rules, voice_rules  # noqa: F401, PLC0415
        from evaluations.actions.reopening import follow_reopening  # noqa: PLC0415
        from evaluations.actions.waitlist import follow_drop_out  # noqa: PLC0415
        from evaluations.signals import watch  # noqa: PLC0415
        from projects.closing_rules import close_what_is_archived  # noqa: PLC0415
        from projects.signals import dropped_out, reopened  # noqa: PLC0415

        close_what_is_archived("evaluations", voice_rules.STAYS)
        dropped_out.connect(follow_drop_out)
        reopened.connect(follow_reopening)
        watch()
