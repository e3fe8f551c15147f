from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Interest(models.Model):
    """What ties a person to an organisation without belonging to it, as the person declared it.

    Once declared it counts for every later call as well; it ends, and is never deleted.
    """

    class Kind(models.TextChoices):
        WORK = "work", _("An office or a job there")
        FAMILY = "family", _("A close relative works there")
        MONEY = "money", _("Money or business with it")
        ADVICE = "advice", _("Advised or trained it")
        DISPUTE = "dispute", _("A dispute with it")
        OTHER = "other", _("Another tie")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="interests"
    )
    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="interests"
    )
    kind = models.CharField(_("what ties you"), max_length=10, choices=Kind.choices)
    words = models.CharField(_("in your words"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("declared at"), default=clock.now, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        ordering = ["declared_at", "pk"]
        verbose_name = _("declared interest")
        verbose_name_plural = _("declared interests")
        constraints = [
            models.UniqueConstraint(fields=["person", "organization", "kind"], name="interest_declared_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.organization} ({self.get_kind_display()})"

    def delete(self, *args, **kwargs):
        raise TypeError("A declared interest ends, and is never deleted")
