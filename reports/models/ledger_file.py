from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.made_file import MadeFile, MadeFileQuerySet


class LedgerFile(MadeFile):
    """A ledger (台账) with so many rows that it is written in the background: which, and what was asked."""

    FOLDER = "ledgers"

    ledger = models.CharField(_("ledger"), max_length=30)
    query = models.TextField(_("filter"), blank=True, help_text=_("As it stands in the address of the page"))
    rows = models.PositiveIntegerField(_("rows"), default=0)

    objects = MadeFileQuerySet.as_manager()

    class Meta(MadeFile.Meta):
        verbose_name = _("ledger to be fetched")
        verbose_name_plural = _("ledgers to be fetched")

    def __str__(self) -> str:
        return self.filename or self.ledger
