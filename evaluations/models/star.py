import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.star_year import StarYear
from evaluations.stars import NO_FINALS, PARTS, TOO_LITTLE, Rated
from people.models import Kind, Organization


class StarQuerySet(models.QuerySet["Star"]):
    def public(self) -> "StarQuerySet":
        """What everybody may read: in notice, confirmed or published."""
        public = (StarYear.State.NOTICE, StarYear.State.CONFIRMED, StarYear.State.PUBLISHED)
        return self.filter(year__state__in=public)

    def visible_to(self, user: Any) -> "StarQuerySet":
        """Everybody once it is in notice; the funder's people as soon as it is calculated."""
        mine = list(user.roles) if user.is_authenticated else []
        return self.filter(Q(pk__in=self.model.objects.public().values("pk")) | Q(year__funder__in=mine))

    def standing(self) -> "StarQuerySet":
        """Published stars that hold today, newest first."""
        return self.filter(
            year__state=StarYear.State.PUBLISHED, year__expires_on__gte=clock.today(), stars__isnull=False
        ).order_by("-year__year", "-pk")

    def rated(self) -> "StarQuerySet":
        return self.filter(score__isnull=False)


class Star(models.Model):
    """What a year says of one organisation: the facts as they were, the parts, the score, the stars; or why none.

    `facts` is what the records knew, with every line's figure and where it is read; `corrections` are the items that a
    ruling on an appeal has set otherwise. The score follows from both, by `evaluations.stars`.
    """

    class WhyNot(models.TextChoices):
        NO_FINALS = NO_FINALS, _("not enough final evaluations")
        TOO_LITTLE = TOO_LITTLE, _("too little is known")

    year = models.ForeignKey(StarYear, verbose_name=_("year"), on_delete=models.CASCADE, related_name="stars")
    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="stars"
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    status = models.CharField(_("legal status"), max_length=12, choices=Organization.Status.choices)
    district = models.CharField(_("district"), max_length=80, blank=True)
    street = models.CharField(_("street or town"), max_length=80, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    corrections = models.JSONField(_("corrections"), default=list)
    finals = models.DecimalField(_("final evaluations"), max_digits=5, decimal_places=2, null=True)
    voices = models.DecimalField(_("residents' voice"), max_digits=5, decimal_places=2, null=True)
    compliance = models.DecimalField(_("compliance"), max_digits=5, decimal_places=2, null=True)
    openness = models.DecimalField(_("openness"), max_digits=5, decimal_places=2, null=True)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    stars = models.PositiveSmallIntegerField(_("stars"), null=True)
    is_capped = models.BooleanField(_("fewer stars, because a part is not known"), default=False)
    why_not = models.CharField(_("why there is no star"), max_length=12, choices=WhyNot.choices, blank=True)
    digest = models.CharField("SHA-256", max_length=64)
    acknowledged_at = models.DateTimeField(_("read by the organisation at"), null=True, editable=False)
    acknowledged_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = StarQuerySet.as_manager()

    class Meta:
        ordering = ["year", "status", "kind", models.F("score").desc(nulls_last=True), "name"]
        verbose_name = _("stars of an organisation")
        verbose_name_plural = _("stars of organisations")
        constraints = [
            models.UniqueConstraint(fields=["year", "organization"], name="rated_once_a_year"),
            models.CheckConstraint(
                name="stars_with_a_score_or_a_reason",
                condition=Q(score__isnull=False, stars__gte=1, stars__lte=5, why_not="")
                | (Q(score__isnull=True, stars__isnull=True) & ~Q(why_not="")),
            ),
            models.CheckConstraint(
                name="star_read_by_somebody",
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year.year}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:star_detail", args=[self.pk])

    @property
    def group(self) -> str:
        """Who is compared with whom: the registered and the filed apart, by kind."""
        return f"{self.status}:{self.kind}"

    @property
    def funder_id(self) -> int:
        return self.year.funder_id

    def take(self, rated: Rated) -> None:
        """Write down what was calculated, with its digest; storing it is left to the verb."""
        for part in rated.parts:
            setattr(self, part.key, part.value)
        self.score, self.stars, self.why_not = rated.score, rated.stars, rated.why_not
        self.is_capped = rated.is_capped
        self.digest = self.true_digest

    def statement(self) -> str:
        """All that was said of the organisation, as the text whose SHA-256 is the digest."""
        said = {
            "funder": self.year.funder_id,
            "year": self.year.year,
            "organization": self.organization_id,
            "name": self.name,
            "group": self.group,
            "facts": self.facts,
            "corrections": self.corrections,
            "parts": {part: _text(getattr(self, part)) for part in PARTS},
            "score": _text(self.score),
            "stars": self.stars,
            "why_not": self.why_not,
        }
        return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True)

    @property
    def true_digest(self) -> str:
        return hashlib.sha256(self.statement().encode()).hexdigest()

    @property
    def is_unaltered(self) -> bool:
        return self.digest == self.true_digest

    @property
    def voice_counts(self) -> tuple[int, int, int]:
        """Answers, satisfied ones, bad ones."""
        said = self.facts.get("voices", {})
        return said.get("n", 0), said.get("satisfied", 0), said.get("bad", 0)

    @property
    def full(self) -> range:
        """As many as there are stars, for a template that draws them."""
        return range(self.stars or 0)

    @property
    def empty(self) -> range:
        return range(5 - (self.stars or 0))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


class StarAppealQuerySet(models.QuerySet["StarAppeal"]):
    def open(self) -> "StarAppealQuerySet":
        return self.filter(ruled_at__isnull=True)

    def visible_to(self, user: Any) -> "StarAppealQuerySet":
        """The organisation that appealed and the funder: an appeal is not for everybody."""
        mine = list(user.roles) if user.is_authenticated else []
        return self.filter(Q(star__organization__in=mine) | Q(star__year__funder__in=mine))


class StarAppeal(models.Model):
    """An organisation sees its explanation otherwise (申诉): ruled on, with reasons, by another than who calculated."""

    class Ruling(models.TextChoices):
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    star = models.ForeignKey(Star, verbose_name=_("stars"), on_delete=models.PROTECT, related_name="appeals")
    year = models.ForeignKey(StarYear, on_delete=models.CASCADE, related_name="appeals", editable=False)
    text = models.TextField(_("what is wrong, and what shows it"), max_length=2000)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("made at"), default=clock.now, editable=False)
    due_on = models.DateField(_("to be ruled on until"), editable=False)
    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling.choices, blank=True, editable=False)
    reason = models.TextField(_("reasons"), max_length=2000, blank=True, editable=False)
    ruled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    ruled_at = models.DateTimeField(_("ruled on at"), null=True, editable=False)
    before = models.JSONField(_("before the ruling"), default=dict, editable=False)
    """Score and stars as they were, where the ruling has changed them."""

    objects = StarAppealQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("appeal against stars")
        verbose_name_plural = _("appeals against stars")
        constraints = [
            models.UniqueConstraint(fields=["star"], name="one_open_appeal", condition=Q(ruled_at=None)),
            models.CheckConstraint(
                name="star_appeal_ruling_is_whole",
                condition=Q(ruling="", ruled_by__isnull=True, ruled_at__isnull=True, reason="")
                | (~Q(ruling="") & ~Q(reason="") & Q(ruled_by__isnull=False, ruled_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.star}: {self._meta.verbose_name}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:star_appeal_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.ruled_at is None

    @property
    def funder_id(self) -> int:
        return self.year.funder_id
