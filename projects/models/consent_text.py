from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.consent_words import KEPT_MONTHS, WORDS


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def in_force(self, funder: Any, purpose: str) -> "ConsentText":
        """The funder's newest text for this purpose, else the newest of all; the first one is ours."""
        mine = self.filter(Q(funder=funder) | Q(funder=None), purpose=purpose)
        found = mine.order_by(models.F("funder").asc(nulls_last=True), "-version").first()
        if found is None:
            first = {"text": WORDS[purpose], "keep_months": KEPT_MONTHS[purpose]}
            found, _made = self.get_or_create(funder=None, purpose=purpose, version=1, defaults=first)
        return found


class ConsentText(models.Model):
    """What people are told before they agree, in one version: never changed, only followed by the next.

    Which version somebody agreed to, and when, is kept with them (personal information law, articles 14 and 17).
    """

    class Purpose(models.TextChoices):
        ROSTER = "roster", _("Roster of the people served")
        SIGN_IN = "sign_in", _("Sign-in at an activity")
        CALL = "call", _("Being asked by an evaluator on the phone")

    funder = models.ForeignKey(
        "people.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    purpose = models.CharField(_("for what"), max_length=10, choices=Purpose.choices)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    text = models.TextField(_("text"), max_length=2000)
    keep_months = models.PositiveSmallIntegerField(
        _("kept so many months after the project's end"), default=12,
        validators=[MinValueValidator(0), MaxValueValidator(120)],
        help_text=_("Then names and phones are removed by themselves; figures stay."),
    )  # fmt: skip
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(_("in force since"), default=clock.now, editable=False)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "-version"]
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.UniqueConstraint("funder", "purpose", "version", name="consent_version_once"),
            models.UniqueConstraint(
                "purpose", "version", name="shared_consent_version_once", condition=Q(funder__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        said = {"purpose": self.get_purpose_display(), "n": self.version}
        return gettext("%(purpose)s: consent, version %(n)s") % said

    def get_absolute_url(self) -> str:
        return reverse("projects:consent_detail", args=[self.pk])
