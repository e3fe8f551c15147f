from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.star import Star
from projects.models.warning import TalkShape, WarningShape, wholeness_of_talk, wholeness_of_warning


class OversightQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """The organisation itself and the funder that looks after it; nobody else."""
        mine = list(user.roles) if user.is_authenticated else []
        return self.filter(Q(organization__in=mine) | Q(funder__in=mine))


class CautionQuerySet(OversightQuerySet):
    def open(self) -> Any:
        return self.filter(outcome="")


class Caution(WarningShape):
    """A warning (预警) to an organisation as a whole, because of its stars, its residents or its conduct over the year.

    A warning about one project is `projects.WarningLetter`. What comes after is a talk (约谈), then perhaps a proposal
    to delist (清退): each step is a person's decision, none follows by itself.
    """

    class Ground(models.TextChoices):
        LAST_TWICE = "last_twice", _("Last in its group two years running")
        BAD_VOICES = "bad_voices", _("Many residents are not satisfied")
        CONDUCT = "conduct", _("Breaches of rules or agreements")
        OTHER = "other", _("Other")

    BY_FIGURES = (Ground.LAST_TWICE, Ground.BAD_VOICES)
    """Grounds that the figures of a year of stars say: nobody chooses them by hand."""

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="cautions"
    )
    funder = models.ForeignKey(
        "people.Organization", verbose_name=_("funder"), on_delete=models.PROTECT, related_name="cautions_given"
    )
    ground = models.CharField(_("about"), max_length=10, choices=Ground.choices)

    objects = CautionQuerySet.as_manager()

    class Meta(WarningShape.Meta):
        abstract = False
        verbose_name = _("warning to an organisation")
        verbose_name_plural = _("warnings to organisations")
        constraints = wholeness_of_warning("caution")

    def __str__(self) -> str:
        return f"{self.organization}: {self.get_ground_display()}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:caution_detail", args=[self.pk])


class CautionTalk(TalkShape):
    """A talk (约谈) with an organisation after a warning: what was said, what was agreed on and until when."""

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="caution_talks"
    )
    funder = models.ForeignKey("people.Organization", on_delete=models.PROTECT, related_name="+", editable=False)
    caution = models.OneToOneField(Caution, on_delete=models.PROTECT, related_name="talk", editable=False)

    objects = OversightQuerySet.as_manager()

    class Meta(TalkShape.Meta):
        abstract = False
        verbose_name = _("talk with an organisation")
        verbose_name_plural = _("talks with organisations")
        constraints = wholeness_of_talk("caution_talk")

    def __str__(self) -> str:
        return f"{self.organization}: {self._meta.verbose_name}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:caution_talk_detail", args=[self.pk])


class CautionProposal(models.Model):
    """What the stars of a year suggest by themselves: that somebody be warned. A clerk warns, or says why not."""

    star = models.ForeignKey(Star, on_delete=models.PROTECT, related_name="proposals")
    ground = models.CharField(_("about"), max_length=10, choices=Caution.Ground.choices)
    facts = models.JSONField(_("facts"), default=dict)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    caution = models.OneToOneField(Caution, on_delete=models.PROTECT, null=True, related_name="proposal")
    left_because = models.CharField(_("why nobody is warned"), max_length=500, blank=True)
    answered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "pk"]
        verbose_name = _("proposal to warn")
        verbose_name_plural = _("proposals to warn")
        constraints = [
            models.UniqueConstraint(fields=["star", "ground"], name="warning_proposed_once"),
            models.CheckConstraint(
                name="proposal_is_answered_in_one_way",
                condition=Q(caution__isnull=True, left_because="", answered_by__isnull=True, answered_at__isnull=True)
                | Q(caution__isnull=False, left_because="", answered_by__isnull=False, answered_at__isnull=False)
                | (Q(caution__isnull=True, answered_by__isnull=False, answered_at__isnull=False) & ~Q(left_because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.star}: {self.get_ground_display()}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:caution_proposal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def funder_id(self) -> int:
        return self.star.year.funder_id

    @property
    def organization_id(self) -> int:
        return self.star.organization_id
