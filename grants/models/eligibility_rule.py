from functools import cached_property

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.severity import Severity
from people.models import place_name, validate_code

UNITS = {
    "not_abnormal": _("%(n)s years"),
    "not_serious": _("%(n)s years"),
    "no_penalty": _("%(n)s years"),
    "no_breach": _("%(n)s years"),
    "rated": _("%(n)sA"),
    "established": _("%(n)s months"),
    "proposals": _("%(n)s in all"),
    "not_funded_twice": _("%(n)s in all"),
    "certified": _("%(n)s people"),
    "trained_people": _("%(n)s people"),
}
"""How the figure of a condition reads."""


class EligibilityRule(models.Model):
    """One condition that an applicant must meet in a call, with the basis on which it is asked.

    What each kind means is in `grants.eligibility`; `value` is its figure: years, a level, a number of proposals.
    """

    class Kind(models.TextChoices):
        NOT_ABNORMAL = "not_abnormal", _("Not on the list of abnormal operation")
        NOT_SERIOUS = "not_serious", _("Not on the list of seriously dishonest organisations")
        NO_PENALTY = "no_penalty", _("No administrative penalty")
        NO_BREACH = "no_breach", _("No breach of an earlier agreement")
        NOT_DELISTED = "not_delisted", _("Not delisted")
        INSPECTED = "inspected", _("Annual inspection passed")
        RATED = "rated", _("Rating of at least")
        ESTABLISHED = "established", _("Established for at least")
        IN_REGION = "in_region", _("Takes place in the region")
        HOSTED = "hosted", _("A filed group has a host")
        PROPOSALS = "proposals", _("Proposals in this call at most")
        NOT_FUNDED_TWICE = "not_funded_twice", _("Other funded projects under way at most")
        TRAINED = "trained", _("Somebody took part in a workshop of this call")
        TRAINED_PEOPLE = "trained_people", _("People with a certificate of training at least")
        CERTIFIED = "certified", _("Certified social workers at least")

    call = models.ForeignKey(
        "grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="eligibility_rules"
    )
    kind = models.CharField(_("condition"), max_length=20, choices=Kind.choices)
    value = models.PositiveIntegerField(
        _("figure"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(99)],
        help_text=_("Years, months, level or number"),
    )
    region = models.CharField(
        _("region code"),
        max_length=12,
        blank=True,
        validators=[validate_code],
        help_text=_("Only for the place: the first 6 digits for a district, 9 for a street, all 12 for a community"),
    )
    severity = models.CharField(_("if it is not met"), max_length=5, choices=Severity.choices, default=Severity.BLOCK)
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("condition for applicants")
        verbose_name_plural = _("conditions for applicants")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "kind"],
                name="eligibility_rule_once",
                violation_error_message=_("This condition stands in the call already."),
            )
        ]

    def __str__(self) -> str:
        figure = self.figure
        return f"{self.get_kind_display()} ({figure})" if figure else str(self.get_kind_display())

    @property
    def figure(self) -> str:
        """What it asks for in a word: 1 year, 3A, 朝阳区 110105; empty when the kind says it all."""
        if self.kind == self.Kind.IN_REGION:
            return self.place
        return str(UNITS[self.kind]) % {"n": self.value} if self.value is not None and self.kind in UNITS else ""

    @cached_property
    def place(self) -> str:
        """The region with its name and code."""
        return f"{place_name(self.region)} {self.region}".strip() if self.region else ""
