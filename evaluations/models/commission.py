from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from people.models import Kind


class Commission(models.Model):
    """An evaluator organisation is charged with a call's midterm and final evaluations for a term."""

    call = models.ForeignKey(
        "grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="commissions"
    )
    organization = models.ForeignKey(
        "people.Organization",
        verbose_name=_("evaluator"),
        on_delete=models.PROTECT,
        related_name="commissions",
        limit_choices_to={"kind": Kind.EVALUATOR},
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    commissioned_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["-since"]
        verbose_name = _("commission")
        verbose_name_plural = _("commissions")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "organization"],
                name="commissioned_once",
                violation_error_message=_("This organisation evaluates this call already."),
            ),
            models.CheckConstraint(
                name="commission_ends_after_start",
                condition=Q(since__lte=F("until")),
                violation_error_message=_("It must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.call}"

    @property
    def is_current(self) -> bool:
        return self.since <= clock.today() <= self.until
