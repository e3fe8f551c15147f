from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceField(models.Model):
    """A field of service (为老, 助残, 青少年 …); each project is in exactly one."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("service field")
        verbose_name_plural = _("service fields")

    def __str__(self) -> str:
        return self.name
