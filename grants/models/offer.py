from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from people import territory
from people.models import Kind

THINGS = ("rubric", "plan", "edition", "call")
"""What can be offered; exactly one of these is named."""


class OfferQuerySet(models.QuerySet["Offer"]):
    def standing(self) -> "OfferQuerySet":
        """The newest version of each, unless it was withdrawn."""
        return self.filter(withdrawn_at__isnull=True, replaced_by__isnull=True)

    def reaching(self, region: str) -> "OfferQuerySet":
        """From the bureaus in whose region this one lies."""
        return self.filter(bureau__region__in=territory.above(region)).exclude(bureau__region=region)

    def with_things(self) -> "OfferQuerySet":
        return self.select_related("bureau", "rubric", "plan", "edition__template", "call")


class Offer(models.Model):
    """What a bureau offers to all bureaus of its region, as it stands: a score sheet or framework, a tranche plan, the
    text of an agreement, a call. They take it over as a copy of their own; a newer version replaces it.

    Nobody is changed by it: a copy stays what it is until its bureau takes over the newer version.
    """

    bureau = models.ForeignKey(
        "people.Organization",
        verbose_name=_("offered by"),
        on_delete=models.PROTECT,
        limit_choices_to={"kind": Kind.FUNDER},
        related_name="offers",
    )
    title = models.CharField(_("title"), max_length=120)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    note = models.CharField(_("what is new, or for whom it is"), max_length=300, blank=True)
    rubric = models.ForeignKey("grants.Rubric", on_delete=models.PROTECT, null=True, related_name="offers")
    plan = models.ForeignKey("grants.TranchePlan", on_delete=models.PROTECT, null=True, related_name="offers")
    edition = models.ForeignKey("grants.AgreementEdition", on_delete=models.PROTECT, null=True, related_name="offers")
    call = models.ForeignKey("grants.Call", on_delete=models.PROTECT, null=True, related_name="offers")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    offered_at = models.DateTimeField(_("offered at"), default=clock.now)
    offered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["title", "-version"]
        verbose_name = _("offered template")
        verbose_name_plural = _("offered templates")
        constraints = [
            models.UniqueConstraint(fields=["bureau", "title", "version"], name="offer_version_once"),
            models.CheckConstraint(
                name="offer_is_one_thing",
                condition=Q(rubric__isnull=False, plan__isnull=True, edition__isnull=True, call__isnull=True)
                | Q(rubric__isnull=True, plan__isnull=False, edition__isnull=True, call__isnull=True)
                | Q(rubric__isnull=True, plan__isnull=True, edition__isnull=False, call__isnull=True)
                | Q(rubric__isnull=True, plan__isnull=True, edition__isnull=True, call__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} V{self.version}"

    @property
    def thing(self) -> Any:
        return self.rubric or self.plan or self.edition or self.call

    @property
    def legal_basis(self) -> str:
        """What it rests on; a call says so in its own page."""
        terms = self.edition.template if self.edition else self.rubric or self.plan
        return terms.legal_basis if terms else ""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        names = {
            "rubric": _("Score sheet or framework"),
            "plan": _("Tranche plan"),
            "edition": _("Text of an agreement"),
            "call": _("Call"),
        }
        return str(next(names[name] for name in THINGS if getattr(self, f"{name}_id")))


class Adoption(models.Model):
    """A bureau has taken over an offer as a copy of its own: where the copy comes from, and in which version."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="adoptions")
    bureau = models.ForeignKey("people.Organization", on_delete=models.PROTECT, related_name="adoptions")
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    copy = GenericForeignKey()
    adopted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(_("taken over at"), default=clock.now)

    class Meta:
        ordering = ["-adopted_at", "-pk"]
        verbose_name = _("template taken over")
        verbose_name_plural = _("templates taken over")
        constraints = [models.UniqueConstraint(fields=["offer", "bureau"], name="offer_adopted_once")]
        indexes = [models.Index(fields=["content_type", "object_id"], name="adoption_of_copy")]

    def __str__(self) -> str:
        return f"{self.bureau}: {self.offer}"
