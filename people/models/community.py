from django.db import models
from django.utils.translation import gettext_lazy as _

from core.identifiers import validate_region_code


class Community(models.Model):
    """A residents' or villagers' committee and the people who live there, by its 12-digit region code."""

    region_code = models.CharField(_("region code"), max_length=12, unique=True, validators=[validate_region_code])
    name = models.CharField(_("name"), max_length=80)
    street = models.CharField(_("street or town"), max_length=80)
    district = models.CharField(_("district"), max_length=80)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("office phone"), max_length=30, blank=True)
    email = models.EmailField(
        _("office e-mail"), blank=True, help_text=_("Receives the monthly reports of its projects")
    )

    class Meta:
        ordering = ["region_code"]
        verbose_name = _("community")
        verbose_name_plural = _("communities")

    def __str__(self) -> str:
        return f"{self.street}{self.name}"
