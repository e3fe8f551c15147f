from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from evaluations.models.four_eyes import FourEyes, FourEyesQuerySet


class ListChange(FourEyes):
    """A change of the list after it was announced that nothing prescribes: a waiting project moves up out of order or
    with less money, or one is struck. One person asks with a reason, a second one decides.

    Who moves up in order and with its full amount needs none of this: the published order has decided it.
    """

    class Kind(models.TextChoices):
        MOVE_UP = "move_up", _("Move up from the waitlist")
        STRIKE = "strike", _("Strike from the list")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="list_changes"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    amount = MoneyField(_("amount"), null=True, blank=True)

    objects = FourEyesQuerySet["ListChange"].as_manager()

    class Meta(FourEyes.Meta):
        verbose_name = _("change of the list")
        verbose_name_plural = _("changes of the list")
        constraints = [
            *FourEyes.Meta.constraints,
            models.UniqueConstraint(fields=["project"], name="one_list_change_at_a_time", condition=Q(granted=None)),
            models.CheckConstraint(
                name="only_who_moves_up_gets_an_amount",
                condition=Q(kind="move_up", amount__gt=0) | Q(kind="strike", amount__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:list_change", args=[self.pk])
