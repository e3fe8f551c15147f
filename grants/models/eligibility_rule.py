from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.severity import Severity


class EligibilityRule(models.Model):
    """One condition that an applicant must meet in a call, with the basis on which it is asked.

    What each kind means is in `grants.eligibility`; `value` is its figure: years, a level, a number of proposals.
    """

    class Kind(models.TextChoices):
        NOT_ABNORMAL = "not_abnormal", _("Not on the list of abnormal operation (years)")
        NOT_SERIOUS = "not_serious", _("Not on the list of seriously dishonest organisations (years)")
        NO_PENALTY = "no_penalty", _("No administrative penalty (years)")
        INSPECTED = "inspected", _("Annual inspection passed")
        RATED = "rated", _("Rating of at least (1A to 5A)")
        ESTABLISHED = "established", _("Established for at least (months)")
        IN_REGION = "in_region", _("Works in the region (code)")
        HOSTED = "hosted", _("A filed group has a host")
        PROPOSALS = "proposals", _("At most so many proposals in this call")
        NOT_FUNDED_TWICE = "not_funded_twice", _("No other funded project under way (number allowed)")
        TRAINED = "trained", _("Somebody took part in a workshop of this call")
        CERTIFIED = "certified", _("Certified social workers (number)")

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
        _("region code"), max_length=12, blank=True, help_text=_("The first digits: 6 for a district, 9 for a street")
    )
    severity = models.CharField(_("if it is not met"), max_length=5, choices=Severity.choices, default=Severity.BLOCK)
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("condition for applicants")
        verbose_name_plural = _("conditions for applicants")
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="eligibility_rule_once")]

    def __str__(self) -> str:
        figure = self.region or ("" if self.value is None else str(self.value))
        return f"{self.get_kind_display()}: {figure}" if figure else str(self.get_kind_display())
