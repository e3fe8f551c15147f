from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from people import territory


class CreditRecordQuerySet(models.QuerySet["CreditRecord"]):
    def counting_for(self, bureau) -> "CreditRecordQuerySet":
        """What a call of this bureau looks at: the public registers, and what it or a bureau above it has decided."""
        return self.filter(
            Q(kind__in=CreditRecord.PUBLIC)
            | Q(bureau__isnull=True)
            | Q(bureau=bureau.pk)
            | Q(bureau__region__in=territory.above(bureau.region))
        )

    def shown_to(self, user) -> "CreditRecordQuerySet":
        """The public registers for every bureau that deals with the organisation; a bureau's own, for that bureau."""
        shown = Q(kind__in=CreditRecord.PUBLIC) | Q(bureau__isnull=True)
        return self.filter(shown | Q(bureau__in=list(user.bureaus)))


class CreditRecord(models.Model):
    """An entry against an organisation: in the public credit registers, entered by a funder's clerk, or a breach of an
    agreement on this platform (违约) or a delisting (清退), entered by what an approver decided.

    Kept after it is lifted: a call looks back one year for 异常名录, two for 严重违法失信, three for penalties and for
    breaches.
    """

    class Kind(models.TextChoices):
        ABNORMAL = "abnormal", _("List of abnormal operation")
        SERIOUS = "serious", _("List of seriously dishonest organisations")
        PENALTY = "penalty", _("Administrative penalty")
        BREACH = "breach", _("Breach of an agreement with a funder")
        DELISTED = "delisted", _("Delisted by a funder")

    PUBLIC = (Kind.ABNORMAL, Kind.SERIOUS, Kind.PENALTY)
    """What stands in public registers is the same for every bureau; a breach and a delisting are one bureau's."""

    ENTERED_BY_HAND = (Kind.ABNORMAL, Kind.SERIOUS, Kind.PENALTY, Kind.BREACH)
    """A delisting is decided elsewhere, after the organisation was heard; `lifted_on` is then the day of its end."""

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="credit_records"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    entered_on = models.DateField(_("entered on"))
    lifted_on = models.DateField(_("lifted on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, help_text=_("Where it can be read, with the number"))
    recorded_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    bureau = models.ForeignKey(
        "people.Organization",
        verbose_name=_("entered for"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="entered_credit_records",
    )

    objects = CreditRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-entered_on", "-pk"]
        verbose_name = _("credit record")
        verbose_name_plural = _("credit records")
        constraints = [
            models.CheckConstraint(
                name="credit_record_lifted_after_entry",
                condition=Q(lifted_on__isnull=True) | Q(lifted_on__gte=F("entered_on")),
                violation_error_message=_("It cannot be lifted before it was entered."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.entered_on}"

    @property
    def is_standing(self) -> bool:
        """Not lifted yet."""
        return self.lifted_on is None or self.lifted_on > clock.today()
