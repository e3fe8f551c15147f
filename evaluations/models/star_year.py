import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workdays import add_workdays, uncertain_years
from core.workflow import StateField, Stateful, requires, step
from evaluations import stars
from people import territory
from people.models import Organization, validate_code
from projects.models import Project
from projects.models.project_queries import ProjectQuerySet


def percent(default: int, words: Any, **options: Any) -> models.PositiveSmallIntegerField:
    """A whole number from 0 to 100."""
    options["validators"] = [MaxValueValidator(100), *options.get("validators", [])]
    return models.PositiveSmallIntegerField(words, default=default, **options)


class StarYearQuerySet(models.QuerySet["StarYear"]):
    def announced(self) -> "StarYearQuerySet":
        """Their rules are public: everybody reads by what the year is counted."""
        return self.exclude(state=StarYear.State.DRAFT)

    def of_funders(self, user: Any, *roles: str) -> "StarYearQuerySet":
        """Of the funders in which the person holds one of these roles (any, when none is named)."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(funder__in=user.organizations_as(*roles) if roles else list(user.roles))

    def visible_to(self, user: Any) -> "StarYearQuerySet":
        """Everybody what is announced; the funder's own people what they are still writing."""
        mine = list(user.roles) if user.is_authenticated else []
        return self.filter(~Q(state=StarYear.State.DRAFT) | Q(funder__in=mine))

    def published(self) -> "StarYearQuerySet":
        return self.filter(state=StarYear.State.PUBLISHED)


@requires(_("The rules are announced before they begin to count: please choose a later first day."))
def begins_later(year: "StarYear") -> bool:
    return year.counts_from >= clock.today()


@requires(_("The four weights add up to 100."))
def weights_are_whole(year: "StarYear") -> bool:
    return sum(year.weights.values()) == stars.HUNDRED


@requires(_("The thresholds fall from 5 stars to 2."))
def thresholds_fall(year: "StarYear") -> bool:
    found = year.thresholds
    return all(higher > lower for higher, lower in pairwise(found))


@requires(_("The year is over."))
def is_over(year: "StarYear") -> bool:
    return clock.today() > year.counts_until


@requires(_("There is an organisation to rate."))
def has_stars(year: "StarYear") -> bool:
    return year.stars.exists()


@requires(_("The notice is over."))
def notice_is_over(year: "StarYear") -> bool:
    return year.notice_until is not None and clock.today() > year.notice_until


@requires(_("Every appeal is ruled on."))
def appeals_are_ruled_on(year: "StarYear") -> bool:
    return not year.appeals.filter(ruled_at__isnull=True).exists()


class StarYear(Stateful):
    """A year in which a funder rates organisations (星级评价), by rules that were announced before it began to count.

    Drafted, announced, calculated when it is over, put to notice with everybody's explanation, confirmed by a second
    person, published. With a region it is the district's: every organisation there, with the projects of all funders.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being drafted")
        ANNOUNCED = "announced", _("Rules announced")
        CALCULATED = "calculated", _("Calculated")
        NOTICE = "notice", _("In notice")
        CONFIRMED = "confirmed", _("Confirmed by a second person")
        PUBLISHED = "published", _("Stars published")

    funder = models.ForeignKey(
        "people.Organization", verbose_name=_("funder"), on_delete=models.PROTECT, related_name="star_years"
    )
    title = models.CharField(_("title"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2010), MaxValueValidator(2100)])
    region = models.CharField(
        _("region code"),
        max_length=12,
        blank=True,
        validators=[validate_code],
        help_text=_("Empty: our own projects. Else all organisations of the region, with the projects of all funders."),
    )
    counts_from = models.DateField(_("counts from"), help_text=_("Not before the day on which the rules are announced"))
    counts_until = models.DateField(_("counts until"))

    weight_finals = percent(40, _("final evaluations, in percent"))
    weight_voices = percent(30, _("residents' voice, in percent"))
    weight_compliance = percent(20, _("compliance, in percent"))
    weight_openness = percent(10, _("openness, in percent"))
    five_from = percent(90, _("5 stars from"))
    four_from = percent(80, _("4 stars from"))
    three_from = percent(70, _("3 stars from"))
    two_from = percent(60, _("2 stars from"))
    least_finals = models.PositiveSmallIntegerField(
        _("final evaluations at least"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    least_voices = models.PositiveSmallIntegerField(
        _("answers of residents at least"), default=30, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    strength = models.PositiveSmallIntegerField(
        _("strength of the shrinkage"),
        default=30,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
        help_text=_("So many answers of the group's mean are added to everybody's own"),
    )
    least_known = percent(60, _("known at least, in percent of the weight"), help_text=_("With less there is no star"))
    most_if_unknown = models.PositiveSmallIntegerField(
        _("stars at most when a part is not known"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )

    points_on_time = percent(35, _("reports on time"))
    points_approved_first = percent(20, _("changes approved beforehand"))
    points_unwarned = percent(20, _("no warnings"))
    points_credit = percent(15, _("no breach and no credit record"))
    points_inspection = percent(10, _("annual inspection"))
    points_reports = percent(30, _("reports accepted"))
    points_photos = percent(30, _("activities with photos for everybody"))
    points_mark = percent(20, _("source of the money marked on site"))
    points_profile = percent(20, _("profile complete"))
    warnings_to_zero = models.PositiveSmallIntegerField(
        _("no points left from so many warnings on"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )

    bad_limit = percent(30, _("a warning is proposed above so many bad answers, in percent"))
    notice_workdays = models.PositiveSmallIntegerField(
        _("workdays of notice"), default=5, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    ruling_workdays = models.PositiveSmallIntegerField(
        _("workdays for the ruling on an appeal"), default=10, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    expires_on = models.DateField(_("stars hold until"), help_text=_("The last day"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=120)
    contact_phone = models.CharField(_("contact phone"), max_length=30)

    state = StateField(_("state"), default=State.DRAFT, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    drafted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, editable=False)
    calculated_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    calculated_at = models.DateTimeField(_("calculated at"), null=True, editable=False)
    means = models.JSONField(_("means of the groups"), default=dict, editable=False)
    """By group: answers and satisfied ones, as they were when the year was calculated."""
    notice_from = models.DateField(_("notice from"), null=True, editable=False)
    notice_until = models.DateField(_("notice until"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    digest = models.CharField("SHA-256", max_length=64, blank=True, editable=False)

    objects = StarYearQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-pk"]
        verbose_name = _("year of stars")
        verbose_name_plural = _("years of stars")
        indexes = [models.Index(fields=["-year", "-id"], name="star_year_by_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["funder", "year", "region"],
                name="one_star_year",
                violation_error_message=_("This year is there already."),
            ),
            models.CheckConstraint(
                name="star_year_has_its_days",
                condition=Q(counts_from__lt=F("counts_until")) & Q(counts_until__lt=F("expires_on")),
                violation_error_message=_("First the year counts, then it ends, then the stars hold for a while."),
            ),
            models.CheckConstraint(
                name="star_year_confirmed_by_a_second_person",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("calculated_by"))),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluations:star_ranking", args=[self.pk])

    @step(
        state,
        source=State.DRAFT,
        target=State.ANNOUNCED,
        permission="evaluations.keep_star_year",
        label=_("Announce the rules"),
        conditions=[begins_later, weights_are_whole, thresholds_fall],
    )
    def announce(self):
        """From now on everybody reads by what the year is counted, and nothing of it changes."""
        self.announced_at = clock.now()

    @step(
        state,
        source=[State.ANNOUNCED, State.CALCULATED],
        target=State.CALCULATED,
        permission="evaluations.calculate_stars",
        label=_("Calculate"),
        conditions=[is_over],
        button=False,
    )
    def calculate(self, *, by, means):
        """The facts are taken from the records as they are now and frozen; again, as long as nobody has read them."""
        self.calculated_by, self.calculated_at, self.means = by, clock.now(), means

    @step(
        state,
        source=State.CALCULATED,
        target=State.NOTICE,
        permission="evaluations.keep_star_year",
        label=_("Begin the notice"),
        conditions=[has_stars],
    )
    def open_notice(self):
        """Every organisation reads its explanation and may appeal."""
        self.notice_from = clock.today()
        self.notice_until = add_workdays(self.notice_from, self.notice_workdays)

    @step(
        state,
        source=State.NOTICE,
        target=State.CALCULATED,
        permission="evaluations.confirm_stars",
        label=_("Send back to be calculated anew"),
        note=True,
        tone="quiet",
    )
    def send_back(self):
        """Something is wrong with the whole: it is calculated anew and put to notice again."""
        self.notice_from = self.notice_until = None

    @step(
        state,
        source=State.NOTICE,
        target=State.CONFIRMED,
        permission="evaluations.confirm_stars",
        label=_("Confirm the stars"),
        conditions=[notice_is_over, appeals_are_ruled_on],
    )
    def confirm(self, *, by):
        """A second person agrees; nothing of it changes any more."""
        self.confirmed_by, self.confirmed_at = by, clock.now()

    @step(
        state,
        source=State.CONFIRMED,
        target=State.PUBLISHED,
        permission="evaluations.keep_star_year",
        label=_("Publish the stars"),
        button=False,
    )
    def publish(self):
        """Everybody reads stars and places."""
        self.published_at = clock.now()

    @property
    def weights(self) -> dict[str, Decimal]:
        return {part: Decimal(getattr(self, f"weight_{part}")) for part in stars.PARTS}

    @property
    def thresholds(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        five, four, three, two = (self.five_from, self.four_from, self.three_from, self.two_from)
        return Decimal(five), Decimal(four), Decimal(three), Decimal(two)

    @property
    def points(self) -> dict[str, Decimal]:
        """Full points of each item."""
        items = [item for part in stars.ITEMS.values() for item in part]
        return {item: Decimal(getattr(self, f"points_{item}")) for item in items}

    @property
    def rules(self) -> stars.Rules:
        """What the calculation asks for."""
        return stars.Rules(
            weights=self.weights,
            thresholds=self.thresholds,
            strength=self.strength,
            least_voices=self.least_voices,
            least_finals=self.least_finals,
            least_known=Decimal(self.least_known),
            most_if_unknown=self.most_if_unknown,
            points=self.points,
        )

    @property
    def known_means(self) -> stars.Means:
        return {group: (n, satisfied) for group, (n, satisfied) in self.means.items()}

    def place_of(self, rows: "Iterable[Any]") -> dict[int, stars.Place]:
        """The places among these stars of the year, by their id."""
        return stars.places((row.pk, row.group, row.score) for row in rows)

    def organizations(self) -> models.QuerySet[Organization]:
        """Who is rated: whoever carried out a funded project in the year."""
        return Organization.objects.filter(pk__in=self.projects().values("applicant"))

    def projects(self) -> ProjectQuerySet:
        """The funded projects that were carried out in the year, or ended in it."""
        found = Project.objects.funded().filter(starts_on__lte=self.counts_until)
        ended = Q(ends_on__gte=self.counts_from) | Q(results__confirmed_at__date__gte=self.counts_from)
        found = found.filter(ended).distinct()
        if self.region:
            return found.filter(territory.inside("applicant__community__region_code", self.region))
        return found.filter(funder=self.funder_id)

    @property
    def is_open(self) -> bool:
        """Its rules can still be changed."""
        return self.state == self.State.DRAFT

    @property
    def is_public(self) -> bool:
        """Everybody reads the stars: for good, or as they are in notice."""
        return self.state in (self.State.NOTICE, self.State.CONFIRMED, self.State.PUBLISHED)

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def takes_appeals(self) -> bool:
        return self.state == self.State.NOTICE and self.notice_until is not None and not notice_is_over(self)

    @property
    def is_expired(self) -> bool:
        return clock.today() > self.expires_on

    @property
    def uncertain_years(self) -> list[int]:
        """Years of the notice whose public holidays are not in the calendar yet."""
        if self.notice_from is None or self.notice_until is None:
            return []
        return uncertain_years(self.notice_from, self.notice_until)

    @property
    def calculate_by(self) -> date:
        """A month after its end somebody is asked why it is not calculated."""
        return add_workdays(self.counts_until, 20)

    @property
    def whole_digest(self) -> str:
        """Over the digests of all its stars: what stands in `digest` when nothing was changed since."""
        found = self.stars.order_by("pk").values_list("digest", flat=True)
        return hashlib.sha256("\n".join(found).encode()).hexdigest()

    @property
    def is_unaltered(self) -> bool:
        return self.digest == self.whole_digest
