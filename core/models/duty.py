from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.Model):
    """Something that the site does once a day by itself, and the day on which it was last done."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    done_on = models.DateField(_("done on"), null=True)

    class Meta:
        verbose_name = _("daily duty")
        verbose_name_plural = _("daily duties")

    def __str__(self) -> str:
        return f"{self.name}: {self.done_on}"
