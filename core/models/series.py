from django.db import models
from django.utils.translation import gettext_lazy as _


class Series(models.Model):
    """A running number, one row a key (for example a funder's agreements of one year); see `core.numbering`."""

    key = models.CharField(_("key"), max_length=100, unique=True)
    last = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        ordering = ["key"]
        verbose_name = _("number series")
        verbose_name_plural = _("number series")

    def __str__(self) -> str:
        return f"№ {self.last}"
