from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Draw(models.Model):
    """Lots that were drawn (抽签): what lay in the pot, the seed, and what came out. Written once, never changed.

    Anybody can repeat it: the order is that of the SHA-256 digests of the seed and each number (`evaluations.lots`).
    A choice of experts (`evaluations.assignment`) is only proposed; a person takes it or throws it away, and it stays.
    """

    class Kind(models.TextChoices):
        TIE = "tie", _("Between equal scores")
        ORDER = "order", _("Running order")
        GROUPS = "groups", _("Groups")
        PANEL = "panel", _("Choice of experts")

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="draws")
    kind = models.CharField(_("drawn for"), max_length=8, choices=Kind.choices)
    seed = models.CharField(_("seed"), max_length=64)
    items = models.JSONField(_("in the pot"))
    outcome = models.JSONField(_("drawn"), help_text=_("In this order; for groups a list of lists"))
    drawn_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(_("drawn at"), default=clock.now)
    taken = models.BooleanField(_("taken"), null=True, editable=False, help_text=_("Empty: not yet decided"))
    settled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, editable=False)

    class Meta:
        ordering = ["-drawn_at", "-pk"]
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=Q(kind="tie"), name="one_lot_between_equal_scores"),
            models.CheckConstraint(
                name="draw_settled_as_a_whole",
                condition=Q(taken__isnull=True, settled_by__isnull=True, settled_at__isnull=True)
                | Q(taken__isnull=False, settled_by__isnull=False, settled_at__isnull=False, kind="panel"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.drawn_at:%Y-%m-%d}"

    def save(self, *args, **kwargs) -> None:
        if self.pk:
            raise ValidationError(_("A draw is not changed; draw again."))
        super().save(*args, **kwargs)

    def settle(self, *, taken: bool, by) -> None:
        """Write down what became of it, past `save`, which lets nothing of what was drawn be changed."""
        said = {"taken": taken, "settled_by": by, "settled_at": clock.now()}
        Draw.objects.filter(pk=self.pk, taken=None).update(**said)
        self.refresh_from_db()
