from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class FileCheck(models.Model):
    """Somebody without an account had a file checked. Kept for a day, to count how many one sender sends; of the file
    nothing is kept."""

    sender = models.CharField(_("fingerprint of the sender"), max_length=64)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["sender", "at"], name="file_checks_of_sender")]
        verbose_name = _("check of a file")
        verbose_name_plural = _("checks of files")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
