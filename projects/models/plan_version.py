from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock

ZERO = Decimal("0.00")


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def agreed_first(self) -> "PlanVersionQuerySet":
        """As judged and as finished before the agreement: what the group promised before anything changed."""
        return self.filter(kind__in=PlanVersion.AGREED_FIRST)

    def asked_for(self) -> "PlanVersionQuerySet":
        """Those that somebody decided on: what small shifts are measured by, so that many small ones never add up."""
        return self.exclude(kind=PlanVersion.Kind.FILED)


class PlanVersion(models.Model):
    """The plan as it stands from one day on, frozen: as it was judged, as it was finished before the agreement, and
    after each change. The newest is the one by which the project runs; the others stay to be read.

    `content` is the text that people read (`projects.snapshots`), `figures` the same in numbers for who calculates.
    """

    class Kind(models.TextChoices):
        JUDGED = "judged", _("As judged and awarded")
        FINISHED = "finished", _("Finished before the agreement")
        CHANGED = "changed", _("Change approved")
        FILED = "filed", _("Small shift, filed")

    AGREED_FIRST = (Kind.JUDGED, Kind.FINISHED)

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="plan_versions"
    )
    ordinal = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("how it came about"), max_length=10, choices=Kind.choices)
    content = models.JSONField(_("content"))
    figures = models.JSONField(_("figures"), encoder=DjangoJSONEncoder)
    why = models.TextField(_("why"), blank=True)
    change = models.OneToOneField(
        "projects.ChangeRequest", on_delete=models.PROTECT, null=True, editable=False, related_name="version"
    )
    written_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    approved_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(_("approved at"), default=clock.now, editable=False)
    valid_from = models.DateField(_("valid from"), default=clock.today, editable=False)

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        ordering = ["project", "ordinal"]
        verbose_name = _("version of the plan")
        verbose_name_plural = _("versions of the plan")
        constraints = [
            models.UniqueConstraint(fields=["project", "ordinal"], name="plan_version_once"),
            models.CheckConstraint(
                name="only_small_shifts_need_nobody", condition=Q(kind="filed") | Q(approved_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} #{self.ordinal}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A version of the plan is never changed")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("projects:plan_version", args=[self.project_id, self.ordinal])

    @property
    def lines(self) -> list[Mapping[str, Any]]:
        """The budget lines: key, category, item, source, rank, and amount as Decimal yuan, less what was cut."""
        return [line | {"amount": Decimal(line["amount"])} for line in self.figures["lines"]]

    def by_category(self, source: str = "grant") -> dict[str, Decimal]:
        """Yuan in each budget category, of the lines paid from one source."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            if line["source"] == source:
                sums[line["category"]] = sums.get(line["category"], ZERO) + line["amount"]
        return sums

    @property
    def other_money(self) -> Decimal:
        """Own money, donations and contributions in kind, in yuan."""
        return sum((line["amount"] for line in self.lines if line["source"] != "grant"), ZERO)
