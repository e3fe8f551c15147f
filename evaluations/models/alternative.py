from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField

MOST_MONEY = Decimal("9999999999.99")
"""Yuan. Sums up to there stay exact in what calculates the best set."""


class AlternativeQuerySet(models.QuerySet["Alternative"]):
    def by_vote(self) -> "AlternativeQuerySet":
        """What a residents' vote that was held here has chosen."""
        return self.filter(objective=Alternative.Objective.VOTE)


class Alternative(models.Model):
    """One way of choosing under the money of a call, calculated and kept for comparison; it decides nothing.

    `inputs` and `result` are what was calculated with and what came out, so that a later change of the standings shows.
    """

    class Objective(models.TextChoices):
        RANK = "rank", _("By the published order, until one does not fit")
        RANK_SKIP = "rank_skip", _("By the published order, passing over what does not fit")
        SCORE = "score", _("The greatest sum of scores")
        MERIT_AMOUNT = "merit_amount", _("The greatest sum of score × amount")
        EQUAL_SHARES = "equal_shares", _("The residents' votes, by the Method of Equal Shares")
        VOTE = "vote", _("The result of the residents' vote, as it was announced and counted")

    call = models.ForeignKey(
        "grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="alternatives"
    )
    name = models.CharField(_("name of this way"), max_length=40)
    objective = models.CharField(
        _("what is best"), max_length=12, choices=Objective.choices, default=Objective.MERIT_AMOUNT
    )
    budget = MoneyField(_("money"), validators=[MaxValueValidator(MOST_MONEY)])
    floor = models.DecimalField(
        _("nothing is funded below"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(200))],
        help_text=_("A score; empty: no such limit"),
    )
    quotas = models.JSONField(_("quotas"), default=list, blank=True)
    inputs = models.JSONField(default=dict, editable=False)
    result = models.JSONField(default=dict, editable=False)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    objects = AlternativeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("way of choosing")
        verbose_name_plural = _("ways of choosing")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "name"],
                name="alternative_named_once",
                violation_error_message=_("This name is taken already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_by_vote(self) -> bool:
        return self.objective in (self.Objective.EQUAL_SHARES, self.Objective.VOTE)

    @property
    def chosen(self) -> set[int]:
        """The ids of the chosen projects."""
        return set(self.result.get("chosen", ()))

    @property
    def spent(self) -> Decimal:
        return Decimal(self.result.get("spent", "0.00"))

    @property
    def left(self) -> Decimal:
        return self.budget - self.spent

    @property
    def reasons(self) -> dict[int, str]:
        """By project id, why it is chosen or not."""
        return {int(pk): text for pk, text in self.result.get("reasons", {}).items()}
