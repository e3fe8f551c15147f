import re
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import plain
from grants.models.severity import Severity


class BudgetCategory(models.TextChoices):
    """What money is spent on (field guide 2.2, after real budget forms)."""

    PUBLICITY = "publicity", _("Publicity")
    MATERIALS = "materials", _("Materials")
    TRAINING = "training", _("Training and experts")
    VENUE = "venue", _("Venue")
    TRANSPORT = "transport", _("Transport")
    MEALS = "meals", _("Meals")
    PRINTING = "printing", _("Printing")
    INSURANCE = "insurance", _("Insurance")
    STAFF = "staff", _("Staff allowances")
    VOLUNTEERS = "volunteers", _("Volunteer allowances")
    ADMINISTRATION = "administration", _("Administration")
    TAX = "tax", _("Tax")


class Rank(models.TextChoices):
    """The professional title (职称) on which the highest lecture fee depends (财行〔2016〕540号, field guide 2.2)."""

    ASSOCIATE = "associate", _("Associate senior (associate professor or equal)")
    FULL = "full", _("Full senior (professor or equal)")
    RENOWNED = "renowned", _("Academician or nationally known expert")


NO_RANK = "none"


class BudgetRule(models.Model):
    """One limit on the budgets of a call: what it looks at, what it measures, and up to which value.

    `category`, `words` and `rank` narrow it down (all empty: the whole budget); a line matches `words` when its item
    contains one of them (its basis too, where `in_basis` says so) and none of `unless`. How each metric is measured
    is in `projects.budget_rules`.
    """

    class Metric(models.TextChoices):
        SHARE_OF_GRANT = "share_of_grant", _("Share of the grant (%)")
        SHARE_OF_TOTAL = "share_of_total", _("Share of the total budget (%)")
        AMOUNT = "amount", _("Sum (yuan)")
        UNIT_PRICE = "unit_price", _("Unit price of a line (yuan)")
        PER_PERSON = "per_person", _("Sum for each person served (yuan)")
        FORBIDDEN = "forbidden", _("Not allowed at all")

    class Per(models.TextChoices):
        """What a unit price is counted by, when not by the unit of the line."""

        LESSON = "lesson", _("Lesson (half a day is 4, a day 8)")

    call = models.ForeignKey(
        "grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="budget_rules"
    )
    metric = models.CharField(_("what is limited"), max_length=15, choices=Metric.choices)
    category = models.CharField(_("category"), max_length=15, choices=BudgetCategory.choices, blank=True)
    words = models.CharField(
        _("only lines with one of these words"),
        max_length=200,
        blank=True,
        help_text=_("Separated by spaces or commas; looked for in the item"),
    )
    unless = models.CharField(
        _("but not lines with one of these words"),
        max_length=200,
        blank=True,
        help_text=_("So that honest lines pass: “mobile phone” unless “course”, “rent” …"),
    )
    in_basis = models.BooleanField(
        _("look in the basis of the price too"),
        default=False,
        help_text=_("Only for words that cannot stand there innocently"),
    )
    rank = models.CharField(
        _("only lecturers with this title"),
        max_length=10,
        choices=[(NO_RANK, _("None of these titles")), *Rank.choices],
        blank=True,
    )
    value = models.DecimalField(
        _("at most"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    per = models.CharField(
        _("counted by"), max_length=10, choices=Per.choices, blank=True, help_text=_("Empty: by the unit of the line")
    )
    severity = models.CharField(_("if it is exceeded"), max_length=5, choices=Severity.choices, default=Severity.BLOCK)
    message = models.CharField(
        _("what the applicant reads"), max_length=200, blank=True, help_text=_("Empty: a sentence made from the rule")
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("budget rule")
        verbose_name_plural = _("budget rules")
        constraints = [
            models.CheckConstraint(
                name="budget_rule_has_its_value",
                condition=Q(metric="forbidden", value__isnull=True)
                | (~Q(metric="forbidden") & Q(value__isnull=False, value__gte=0)),
                violation_error_message=_("A limit needs its figure; what is not allowed at all has none."),
            ),
            models.CheckConstraint(
                name="budget_rule_per_of_unit_price",
                condition=Q(per="") | Q(metric="unit_price"),
                violation_error_message=_("Only a unit price is counted by the lesson."),
            ),
        ]

    def __str__(self) -> str:
        asked = self.metric == self.Metric.FORBIDDEN and self.severity == Severity.WARN
        what = _("Only with an explanation") if asked else self.get_metric_display()
        return " ".join(part for part in (str(what), self.scope) if part)

    @property
    def scope(self) -> str:
        """The lines it looks at, in words."""
        parts = [self.get_category_display() if self.category else "", self.words]
        parts.append(self.get_rank_display() if self.rank else "")
        said = " · ".join(str(part) for part in parts if part)
        return _("%(lines)s (except: %(words)s)") % {"lines": said, "words": self.unless} if self.unless else said

    @property
    def limit(self) -> str:
        """The figure as it is read behind the name: ≤ 10; empty for what is not allowed at all."""
        if self.value is None:
            return ""
        return f"≤ {plain(self.value)}" + (f" · {self.get_per_display()}" if self.per else "")

    @property
    def word_list(self) -> list[str]:
        return split(self.words)

    @property
    def unless_list(self) -> list[str]:
        return split(self.unless)


def split(words: str) -> list[str]:
    """Words as a clerk types them, apart by spaces or commas of either width."""
    return [word for word in re.split(r"[\s,，、;；]+", words) if word]
