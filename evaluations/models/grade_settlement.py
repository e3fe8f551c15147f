from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class GradeSettlement(models.Model):
    """How many projects of a call could be excellent, settled once when all its final evaluations are done.

    Until then every grade "excellent" of a call with a limit is provisional.
    """

    call = models.OneToOneField(
        "grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="grade_settlement"
    )
    share = models.PositiveSmallIntegerField(_("share at most (%)"))
    counted = models.PositiveSmallIntegerField(_("projects with a final result"))
    places = models.PositiveSmallIntegerField(_("excellent at most"))
    lowered = models.PositiveSmallIntegerField(_("lowered"))
    settled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("settlement of grades")
        verbose_name_plural = _("settlements of grades")
        constraints = [
            models.CheckConstraint(
                name="settled_share_in_range",
                condition=Q(share__gte=1, share__lte=100, places__lte=models.F("counted")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.call}: {self.places}/{self.counted}"
