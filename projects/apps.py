from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        # Here, not above: it needs the models, which are not loaded yet when this file is read.
        from core import sealing  # noqa: PLC0415
        from core.models.event import named  # noqa: PLC0415
        from grants.models import Need  # noqa: PLC0415
        from grants.signals import correcting  # noqa: PLC0415
        from people import territory  # noqa: PLC0415
        from people.signals import asked_about_money, changing_account  # noqa: PLC0415
        from projects import (  # noqa: PLC0415
            closing_rules,
            dealings,
            delivery_rules,  # noqa: F401
            giving_rules,  # noqa: F401
            money_rules,  # noqa: F401
            plan_rules,  # noqa: F401
        )
        from projects.actions.payments import (  # noqa: PLC0415
            payees_awaiting,
            refuse_if_archived,
            refuse_if_awaited,
        )
        from projects.models import Notice, Project  # noqa: PLC0415

        closing_rules.close_what_is_archived(
            "projects", closing_rules.STAYS
        )  # last: it asks what all of them have declared
        correcting.connect(refuse_if_archived)
        changing_account.connect(refuse_if_awaited)
        asked_about_money.connect(payees_awaiting)
        territory.ties += [dealings.applies, dealings.hosts, dealings.helps, dealings.gives]
        sealing.witnesses.append(Notice.objects.witnesses)
        named += [("project", Project, ()), ("need", Need, ())]
