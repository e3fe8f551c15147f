from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Seal(models.Model):
    """One link of the chain that makes the log tamper-evident: which event, what it said, and all that came before.

    Written by `core.sealing` alone, one after the other; never changed, except that a salt gives way to the commitment
    when the value it belongs to is erased.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    event = models.OneToOneField("core.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="seal")
    label_key = models.CharField(_("salt of the words"), max_length=64)
    note_key = models.CharField(_("salt of the note"), max_length=64, blank=True)
    data_key = models.CharField(_("salt of the details"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        ordering = ["number"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:16]}"


class DailyRoot(models.Model):
    """Where the chain stood when a day began: published, so that whoever keeps it can tell later whether the log was
    rewritten or cut off."""

    day = models.DateField(_("day"), primary_key=True)
    number = models.BigIntegerField(_("events sealed"))
    hash = models.CharField(_("root"), max_length=64)
    taken_at = models.DateTimeField(_("taken at"), default=clock.now)

    class Meta:
        ordering = ["-day"]
        verbose_name = _("daily root")
        verbose_name_plural = _("daily roots")

    def __str__(self) -> str:
        return f"{self.day} {self.number} {self.hash[:16]}"
