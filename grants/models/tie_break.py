from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TieBreak(models.Model):
    """What decides between equal scores of a call, in this order; in the end always a recorded lot.

    A call without any is decided by the criteria in the order of the rubric, then by the lower request.
    """

    class Kind(models.TextChoices):
        CRITERION = "criterion", _("More points in a criterion")
        LOWER_REQUEST = "request", _("The lower request")
        OWN_SHARE = "own_share", _("The larger own share")
        LOWER_SPREAD = "spread", _("The experts closer together")

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="tie_breaks")
    position = models.PositiveSmallIntegerField(_("place in the order"), default=1)
    kind = models.CharField(_("decided by"), max_length=10, choices=Kind.choices)
    criterion = models.ForeignKey(
        "grants.Criterion",
        verbose_name=_("criterion"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Of the review rubric"),
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("order between equal scores")
        verbose_name_plural = _("order between equal scores")
        constraints = [
            models.CheckConstraint(
                name="tie_break_names_its_criterion",
                condition=Q(kind="criterion", criterion__isnull=False) | (~Q(kind="criterion") & Q(criterion=None)),
                violation_error_message=_("Name the criterion, and only there."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.criterion}" if self.criterion else str(self.get_kind_display())
