from django.db import models
from django.utils.translation import gettext_lazy as _


class SelfEntered(models.Model):
    """What an organisation says of itself, until a funder's clerk has seen the paper (单位自填，待核)."""

    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        "people.User",
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_confirmed_by_somebody",
                condition=models.Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            )
        ]

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None
