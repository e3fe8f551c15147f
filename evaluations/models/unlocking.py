from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Unlocking(models.Model):
    """A submitted sheet is to be opened again: one person asks with a reason, a second one decides.

    What stood on the sheet is kept here, so that nothing that was ever submitted is lost.
    """

    sheet = models.ForeignKey(
        "evaluations.Sheet", verbose_name=_("score sheet"), on_delete=models.PROTECT, related_name="unlockings"
    )
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    granted = models.BooleanField(_("granted"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    before = models.JSONField(_("the sheet as it was"), default=dict)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("unlocking of a sheet")
        verbose_name_plural = _("unlockings of sheets")
        constraints = [
            models.UniqueConstraint(fields=["sheet"], name="one_unlocking_at_a_time", condition=Q(granted=None)),
            models.CheckConstraint(
                name="unlocking_decided_by_a_second_person",
                condition=Q(granted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.reason}"
