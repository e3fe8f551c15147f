from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.money import plain
from grants.models.terms import Terms, TermsQuerySet
from people.models import Kind, Organization, Role

HUNDRED = Decimal(100)


class Nature(models.TextChoices):
    """S4: services and self-governance are different things and are judged by different indicators."""

    SERVICE = "service", _("Service")
    SELF_GOVERNANCE = "governance", _("Self-governance")


class FactKind(models.TextChoices):
    """What the records of a project already know, so that nobody has to type it (`evaluations.evidence_facts`)."""

    PERSONS = "persons", _("People served, of those promised (%)")
    VISITS = "visits", _("Visits, of those planned (%)")
    ACTIVITIES = "activities", _("Activities held, of those planned (%)")
    TARGETS = "targets", _("Measurable goals reached (%)")
    EXECUTION = "execution", _("Recognised spending, of the grant (%)")
    SPENT_OF_PAID = "spent_of_paid", _("Recognised spending, of what was paid out (%)")
    RECOGNISED = "recognised", _("Recognised, of the payments decided on (%)")
    LATE_DAYS = "late_days", _("Monthly reports late (days in all)")
    UNAPPROVED = "unapproved", _("Payments outside the approved plan (number)")
    VOLUNTEERS = "volunteers", _("Volunteers with confirmed time (persons)")
    VOLUNTEER_HOURS = "volunteer_hours", _("Confirmed volunteer hours")
    SATISFACTION = "satisfaction", _("Satisfied residents (%)")


class RubricQuerySet(TermsQuerySet):
    def usable_by(self, funders: Any) -> "RubricQuerySet":
        """What calls of these funders may choose: the shared ones and their own, none of an evaluator's."""
        return super().usable_by(funders).filter(evaluator__isnull=True)

    def visible_to(self, user: Any) -> "RubricQuerySet":
        """For clerks the shared ones, those of their house and what evaluators propose; for evaluators the shared ones
        and all of their own house."""
        usable = Q(pk__in=super().visible_to(user))
        if Organization.objects.funders_of(user, Role.STAFF).exists():
            usable |= Q(evaluator__isnull=False, proposed_at__isnull=False)
        mine = list(user.organizations_as(Role.EVALUATOR)) if user.is_authenticated else []
        return self.filter(usable | Q(evaluator__in=mine))


class Rubric(Terms):
    """A score sheet, and the framework of an evaluation: criteria whose full points sum to 100 for either nature of
    project, beside them bonus, deduction and veto lines, and from how many points on which grade is given.

    It has editions: one that is published, or that a published call names, is never changed; a new one is made from it.
    An evaluator organisation may have templates of its own; a funder takes over what is proposed as a copy of its own.
    """

    used_by = ("reviewed_calls", "midterm_calls", "final_calls")

    evaluator = models.ForeignKey(
        "people.Organization",
        verbose_name=_("evaluator"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        limit_choices_to={"kind": Kind.EVALUATOR},
        related_name="own_frameworks",
    )
    edition = models.PositiveSmallIntegerField(_("edition"), default=1, editable=False)
    made_from = models.ForeignKey(
        "self", verbose_name=_("made from"), on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    pass_mark = models.DecimalField(
        _("pass mark"), max_digits=5, decimal_places=2, default=Decimal(60), help_text=_("Out of 100; for evaluations")
    )
    good_from = models.DecimalField(
        pgettext_lazy("grade", "good from"), max_digits=5, decimal_places=2, default=Decimal(80)
    )
    excellent_from = models.DecimalField(
        pgettext_lazy("grade", "excellent from"), max_digits=5, decimal_places=2, default=Decimal(90)
    )
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    proposed_at = models.DateTimeField(_("proposed to funders at"), null=True, editable=False)

    objects = RubricQuerySet.as_manager()

    class Meta:
        ordering = ["name", "edition"]
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        constraints = [
            models.UniqueConstraint(
                fields=["funder", "name", "edition"],
                name="rubric_edition_once_a_funder",
                violation_error_message=_("This name is taken already."),
            ),
            models.UniqueConstraint(
                fields=["evaluator", "name", "edition"],
                name="rubric_edition_once_an_evaluator",
                violation_error_message=_("This name is taken already."),
            ),
            models.UniqueConstraint(
                fields=["name", "edition"],
                name="shared_rubric_edition_once",
                condition=Q(funder__isnull=True, evaluator__isnull=True),
                violation_error_message=_("This name is taken already."),
            ),
            models.CheckConstraint(name="rubric_has_one_owner", condition=Q(funder=None) | Q(evaluator=None)),
            models.CheckConstraint(
                name="grades_in_order",
                condition=Q(
                    pass_mark__gt=0,
                    pass_mark__lte=F("good_from"),
                    good_from__lte=F("excellent_from"),
                    excellent_from__lte=100,
                ),
                violation_error_message=_("The pass mark, good and excellent follow each other, at most up to 100."),
            ),
        ]

    def __str__(self) -> str:
        words = {"name": self.name, "n": self.edition}
        return gettext("%(name)s (edition %(n)s)") % words if self.edition > 1 else self.name

    def get_absolute_url(self) -> str:
        return reverse("grants:framework_detail", args=[self.pk])

    @property
    def owner(self) -> Any:
        """The funder or evaluator whose it is; None: shared by all."""
        return self.funder or self.evaluator

    @property
    def is_shared(self) -> bool:
        return self.funder_id is None and self.evaluator_id is None

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_announced(self) -> bool:
        """This edition is fixed: published by itself, or named by a published call."""
        return self.is_published or super().is_announced

    def lines_for(self, nature: str) -> "list[Criterion]":
        """The lines that a project of this nature is judged by, in the order of the sheet."""
        return [line for line in self.criteria.all() if line.nature in ("", nature)]

    def total_for(self, nature: str) -> Decimal:
        """The sum of the full points for this nature; a call cannot be published unless it is 100."""
        return sum((line.weight for line in self.lines_for(nature) if line.is_scored), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.total_for(Nature.SERVICE)

    @property
    def totals(self) -> list[tuple[str, Decimal]]:
        """Nature and sum, one only where both are judged alike."""
        if self.is_alike:
            return [("", self.total)]
        return [(str(nature.label), self.total_for(nature)) for nature in Nature]

    @property
    def is_alike(self) -> bool:
        """Both natures are judged by the same lines."""
        return not any(line.nature for line in self.criteria.all())

    @property
    def is_plain(self) -> bool:
        """Nothing but full points, the same for every project, given by hand: what experts rank proposals by."""
        return all(line.is_scored and not line.nature and not line.fact for line in self.criteria.all())


class Criterion(models.Model):
    """One line of a score sheet: what is judged, and its full points (weight).

    A bonus is added to them, a deduction taken from them, each up to its own points; what is marked on a veto line and
    confirmed by a second person fails the project whatever it has. Where the records know the figure (`fact`), `bands`
    or the points a unit propose the points.
    """

    class Kind(models.TextChoices):
        POINTS = "points", _("Full points")
        BONUS = "bonus", _("Bonus")
        DEDUCTION = "deduction", _("Deduction")
        VETO = "veto", _("Veto")

    rubric = models.ForeignKey(Rubric, verbose_name=_("rubric"), on_delete=models.CASCADE, related_name="criteria")
    dimension = models.CharField(
        _("dimension"), max_length=40, blank=True, help_text=_("First level: several criteria are grouped in one")
    )
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind of line"), max_length=10, choices=Kind.choices, default=Kind.POINTS)
    weight = models.DecimalField(
        _("full points"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Bonus and deduction: at most so many; veto: 0"),
    )
    nature = models.CharField(
        _("for projects of"), max_length=10, choices=Nature.choices, blank=True, help_text=_("Empty: both natures")
    )
    guidance = models.CharField(_("what to look at"), max_length=300, blank=True)
    fact = models.CharField(
        _("figure from the records"), max_length=20, choices=FactKind.choices, blank=True,
        help_text=_("Proposes the points; another figure needs a reason"),
    )  # fmt: skip
    bands = models.JSONField(_("figure → points"), default=list, blank=True)
    """From which figure on how many points: [["100", "6"], ["80", "4"]]; below all of them there are none."""
    per_unit = models.DecimalField(
        _("points a unit"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(HUNDRED)],
        help_text=_("For each day, time or person; instead of bands"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.CheckConstraint(
                name="criterion_weight_in_range",
                condition=Q(weight__gt=0, weight__lte=100) & ~Q(kind="veto") | Q(weight=0, kind="veto"),
                violation_error_message=_("Full points lie above 0 and are at most 100."),
            ),
            models.CheckConstraint(
                name="veto_is_marked_by_hand",
                condition=~Q(kind="veto") | Q(fact=""),
                violation_error_message=_("A veto is marked by a person, never by a figure."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_scored(self) -> bool:
        """Its points are part of the hundred."""
        return self.kind == self.Kind.POINTS

    @property
    def is_bonus(self) -> bool:
        return self.kind == self.Kind.BONUS

    @property
    def is_deduction(self) -> bool:
        return self.kind == self.Kind.DEDUCTION

    @property
    def is_veto(self) -> bool:
        return self.kind == self.Kind.VETO

    @property
    def limit(self) -> str:
        """Its points, and for which projects, in one line of a list."""
        most = "" if self.is_veto else plain(self.weight) if self.is_scored else f"≤ {plain(self.weight)}"
        kind = "" if self.is_scored else self.get_kind_display()
        return " · ".join(str(word) for word in (most, kind, self.get_nature_display()) if word)

    @property
    def band_words(self) -> str:
        """The bands as people read them: ≥ 100: 6; ≥ 80: 4."""
        colon, between = gettext(": "), gettext("; ")
        return between.join(f"≥ {figure}{colon}{points}" for figure, points in self.bands)


class Level(models.Model):
    """An anchor of a criterion: which share of the points means what, so that two judges mean the same."""

    criterion = models.ForeignKey(
        Criterion, verbose_name=_("criterion"), on_delete=models.CASCADE, related_name="levels"
    )
    name = models.CharField(_("level"), max_length=20)
    lowest = models.PositiveSmallIntegerField(_("lowest percentage"))
    highest = models.PositiveSmallIntegerField(_("highest percentage"))
    descriptor = models.CharField(_("descriptor"), max_length=200)

    class Meta:
        ordering = ["-highest"]
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        constraints = [
            models.CheckConstraint(
                name="level_range_in_order",
                condition=Q(lowest__lte=models.F("highest"), highest__lte=100),
                violation_error_message=_("A level reaches from its lower to its higher percentage, at most to 100."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.lowest}–{self.highest}%"

    @property
    def range(self) -> str:
        """From how many points on it begins, e.g. "≥ 18": it ends where the next higher one begins, without a gap."""
        return f"≥ {plain(self.criterion.weight * self.lowest / HUNDRED)}"
