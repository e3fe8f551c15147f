from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept, KeptQuerySet
from evaluations.models.purpose import Purpose
from evaluations.ties import Reason
from people.models import Kind, Role

SENDS = (Role.MANAGER, Role.EVALUATOR)
"""Who of an evaluator organisation has to do with its commissions."""


class CommissionQuerySet(models.QuerySet["Commission"]):
    def current(self) -> "CommissionQuerySet":
        """Whose term runs today."""
        today = clock.today()
        return self.filter(since__lte=today, until__gte=today)

    def of(self, user: Any, *roles: str) -> "CommissionQuerySet":
        """Those of the evaluator organisations in which the person holds one of the roles."""
        mine = user.organizations_as(*(roles or SENDS)) if user.is_authenticated else []
        return self.filter(organization__in=mine)

    def visible_to(self, user: Any) -> "CommissionQuerySet":
        """The funder's people, always; those of the evaluator as long as the term runs."""
        if not user.is_authenticated:
            return self.none()
        running = Q(pk__in=self.of(user).current().values("pk"))
        return self.filter(Q(call__funder__in=list(user.roles)) | running)


class Commission(models.Model):
    """An evaluator organisation is charged with evaluations of a call, all its projects or chosen ones, for a term.

    After the last day its people see nothing of them any more. What ties the organisation itself to a project is a
    `CommissionTie`: that project is not charged to it before a clerk has decided.
    """

    class Scope(models.TextChoices):
        BOTH = "both", _("Midterm and final evaluation")
        MIDTERM = "midterm", _("Midterm evaluation only")
        FINAL = "final", _("Final evaluation only")

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
    scope = models.CharField(_("evaluates"), max_length=8, choices=Scope.choices, default=Scope.BOTH)
    is_whole_call = models.BooleanField(_("all projects of the call"), default=True)
    projects = models.ManyToManyField(
        "projects.Project", verbose_name=_("chosen projects"), blank=True, related_name="commissions"
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), help_text=_("The last day on which it holds"))
    commissioned_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = CommissionQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "pk"]
        verbose_name = _("commission")
        verbose_name_plural = _("commissions")
        constraints = [
            models.CheckConstraint(
                name="commission_ends_after_start",
                condition=Q(since__lte=F("until")),
                violation_error_message=_("It must end after it begins."),
            ),
            models.CheckConstraint(
                name="commission_scope_is_known",
                condition=Q(scope__in=["both", "midterm", "final"]),
                violation_error_message=_("Please choose midterm, final or both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.call}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:commission_detail", args=[self.pk])

    @property
    def is_current(self) -> bool:
        return self.since <= clock.today() <= self.until

    @property
    def purposes(self) -> list[str]:
        """Which evaluations it is charged with."""
        every = [Purpose.MIDTERM, Purpose.FINAL]
        return [one.value for one in every if self.scope in (self.Scope.BOTH, one.value)]


class CommissionTieQuerySet(KeptQuerySet["CommissionTie"]):
    def open(self) -> "CommissionTieQuerySet":
        return self.filter(decision="")

    def barring(self) -> "CommissionTieQuerySet":
        """Not decided on yet, or decided to stand in the way."""
        return self.exclude(decision=CommissionTie.Decision.KEEPS)


class CommissionTie(Kept):
    """Something ties an evaluator organisation itself to a project: 第三方不得评本机构承接或关联的项目.

    As long as nobody has decided, and when it is decided that it stands in the way, the organisation is not charged
    with that project; the others of its commission are not touched.
    """

    class Decision(models.TextChoices):
        LEFT_OUT = "left_out", _("Evaluated by somebody else")
        KEEPS = "keeps", _("No conflict: may evaluate it")

    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="ties")
    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="+"
    )
    reasons = models.JSONField(_("what was found"))
    found_at = models.DateTimeField(_("found at"), default=clock.now)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = CommissionTieQuerySet.as_manager()

    class Meta:
        ordering = ["project", "pk"]
        verbose_name = _("conflict of interest of an evaluator organisation")
        verbose_name_plural = _("conflicts of interest of evaluator organisations")
        constraints = [
            models.UniqueConstraint(fields=["commission", "project"], name="one_tie_a_commission_and_project"),
            models.CheckConstraint(
                name="commission_tie_decision_is_whole",
                condition=Q(decision="", reason="", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(decision__in=["left_out", "keeps"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commission}: {self.project}"

    @property
    def call(self):
        return self.commission.call

    @property
    def keys(self) -> set[str]:
        return {reason["key"] for reason in self.reasons}

    @property
    def found(self) -> str:
        """What was found, in one line, in the reader's language."""
        return gettext("; ").join(Reason(**reason).sentence for reason in self.reasons)
