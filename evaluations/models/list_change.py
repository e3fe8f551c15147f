from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField


class ListChange(models.Model):
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
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    granted = models.BooleanField(_("granted"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("change of the list")
        verbose_name_plural = _("changes of the list")
        constraints = [
            models.UniqueConstraint(fields=["project"], name="one_list_change_at_a_time", condition=Q(granted=None)),
            models.CheckConstraint(
                name="only_who_moves_up_gets_an_amount",
                condition=Q(kind="move_up", amount__gt=0) | Q(kind="strike", amount__isnull=True),
            ),
            models.CheckConstraint(
                name="list_change_decided_by_a_second_person",
                condition=Q(granted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:list_change", args=[self.pk])
