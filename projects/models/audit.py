from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from projects.models.in_delivery import InDelivery


class AuditQuerySet(InDelivery["Audit"]):
    def waiting(self) -> "AuditQuerySet":
        return self.filter(is_accepted__isnull=True)

    def accepted(self) -> "AuditQuerySet":
        return self.filter(is_accepted=True)


class Audit(models.Model):
    """The report of an accounting firm on a project's account (专项审计报告), asked for from a sum on
    (`Call.audit_from`). Handed in by the group or the funder; the finance office confirms it, not who handed it in."""

    class Opinion(models.TextChoices):
        UNQUALIFIED = "unqualified", _("Unqualified opinion")
        QUALIFIED = "qualified", _("Qualified opinion")
        ADVERSE = "adverse", _("Adverse opinion")
        DISCLAIMER = "disclaimer", _("Disclaimer of opinion")

    REPORT = "audit_report"

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="audits"
    )
    firm = models.CharField(_("accounting firm"), max_length=120)
    firm_code = models.CharField(_("unified social credit code of the firm"), max_length=18)
    number = models.CharField(_("number of the audit report"), max_length=60)
    dated_on = models.DateField(_("date of the report"))
    opinion = models.CharField(_("opinion"), max_length=12, choices=Opinion.choices)
    words = models.TextField(_("what the report points out"), max_length=1000, blank=True)
    paid_by = models.CharField(_("who pays the firm"), max_length=80, blank=True)
    handed_in_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    handed_in_at = models.DateTimeField(default=clock.now, editable=False)
    is_accepted = models.BooleanField(_("confirmed"), null=True, editable=False)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=300, blank=True, editable=False)
    replaced_at = models.DateTimeField(_("replaced by a later audit at"), null=True, editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-handed_in_at", "-pk"]
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        constraints = [
            models.CheckConstraint(
                name="audit_decision_is_whole",
                condition=Q(is_accepted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(is_accepted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="audit_confirmed_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("handed_in_by")),
            ),
            models.UniqueConstraint(fields=["project"], name="one_audit_holds", condition=Q(is_accepted=True)),
        ]

    def __str__(self) -> str:
        return f"{self.firm} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("projects:audit_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.is_accepted is None

    @property
    def is_clean(self) -> bool:
        return self.opinion == self.Opinion.UNQUALIFIED

    @property
    def deducted(self) -> Decimal:
        """What it takes off the recognised spending, in yuan."""
        return sum((one.amount for one in self.adjustments.all()), Decimal("0.00"))


class AuditAdjustment(models.Model):
    """What an audit takes off one line of the budget, with the reason (审减)."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="adjustments")
    line_key = models.CharField(_("budget line"), max_length=12)
    amount = MoneyField(_("taken off (yuan)"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("what an audit takes off")
        verbose_name_plural = _("what audits take off")
        constraints = [
            models.UniqueConstraint(fields=["audit", "line_key"], name="audit_adjusts_a_line_once"),
            models.CheckConstraint(name="audit_takes_off", condition=Q(amount__gt=0) & ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.line_key} −{self.amount}"

    @property
    def project(self) -> Any:
        return self.audit.project
