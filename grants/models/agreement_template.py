from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from grants.agreement_text import default_clauses
from grants.models.terms import Terms


class AgreementTemplate(Terms):
    """The clauses of a funder's agreements (协议范本), in numbered editions: each change is a new one, and the old one
    can still be read. A call without a template uses the model text that comes with the platform."""

    class Parties(models.IntegerChoices):
        TWO = 2, _("Two: funder and group")
        THREE = 3, _("Three: funder, group and the community of the place")

    used_by = ("calls",)

    parties = models.PositiveSmallIntegerField(_("parties"), choices=Parties.choices, default=Parties.TWO)

    class Meta(Terms.Meta):
        ordering = ["name"]
        verbose_name = _("agreement template")
        verbose_name_plural = _("agreement templates")

    def get_absolute_url(self) -> str:
        return reverse("grants:agreement_template_edit", args=[self.pk])

    @property
    def edition(self) -> "AgreementEdition | None":
        """The newest edition: what the next agreement is drawn up from."""
        return self.editions.order_by("-ordinal").first()

    @property
    def clauses(self) -> list[dict[str, str]]:
        """The clauses of the newest edition; those of the model text while nothing has been written."""
        edition = self.edition
        return edition.clauses if edition else default_clauses()


class AgreementEdition(models.Model):
    """The clauses of a template as they stood from one change to the next; never changed."""

    template = models.ForeignKey(
        AgreementTemplate, verbose_name=_("template"), on_delete=models.PROTECT, related_name="editions"
    )
    ordinal = models.PositiveSmallIntegerField(_("edition"))
    clauses = models.JSONField(_("clauses"))
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("written at"), default=clock.now, editable=False)

    class Meta:
        ordering = ["template", "ordinal"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [models.UniqueConstraint(fields=["template", "ordinal"], name="agreement_edition_once")]

    def __str__(self) -> str:
        return f"{self.template} {self.ordinal}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("An edition is never changed")
        super().save(*args, **kwargs)
