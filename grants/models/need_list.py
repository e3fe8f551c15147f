from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workdays import uncertain_years


class NeedListQuerySet(models.QuerySet["NeedList"]):
    def in_force(self) -> "NeedListQuerySet":
        """Its needs can be answered: the day has not come, and nobody has withdrawn it."""
        return self.filter(answer_until__gte=clock.today(), withdrawn_at__isnull=True)

    def to_correct(self) -> "NeedListQuerySet":
        """Withdrawn, and no corrected one has taken its place."""
        return self.filter(withdrawn_at__isnull=False, replaced_by__isnull=True)


class NeedList(models.Model):
    """A numbered list of needs that a funder publishes (项目指引表), with a notice period for remarks.

    Its entries are frozen copies: what groups have read does not change under their hands. A mistake is mended by
    withdrawing the list, with the reason, and publishing another that names the one it replaces; both stay readable.
    """

    funder = models.ForeignKey(
        "people.Organization", verbose_name=_("funder"), on_delete=models.PROTECT, related_name="need_lists"
    )
    title = models.CharField(_("title"), max_length=120)
    number = models.CharField(_("number"), max_length=20, unique=True)
    notice_from = models.DateField(_("notice from"))
    notice_until = models.DateField(_("notice until"))
    notice_workdays = models.PositiveSmallIntegerField(_("workdays of notice"), default=5)
    counts_first_day = models.BooleanField(_("the first day counts"), default=True)
    answer_until = models.DateField(
        _("can be answered until"), help_text=_("Proposals may refer to its needs until this day")
    )
    contact = models.CharField(_("contact"), max_length=120)
    contact_phone = models.CharField(_("contact phone"), max_length=30)
    published_at = models.DateTimeField(_("published at"), default=clock.now, editable=False)
    published_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    withdrawn_because = models.TextField(_("why it was withdrawn"), max_length=500, blank=True, editable=False)
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces the withdrawn list"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
    )

    objects = NeedListQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("list of needs")
        verbose_name_plural = _("lists of needs")
        indexes = [models.Index(fields=["-published_at", "-id"], name="need_list_by_time")]
        constraints = [
            models.CheckConstraint(
                name="need_list_notice_in_order",
                condition=Q(notice_from__lte=F("notice_until")) & Q(notice_until__lte=F("answer_until")),
            ),
            models.CheckConstraint(
                name="need_list_withdrawal_is_whole",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grants:need_list_detail", args=[self.pk])

    @property
    def is_in_notice(self) -> bool:
        """Remarks are still taken."""
        return not self.is_withdrawn and self.notice_from <= clock.today() <= self.notice_until

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def replacement(self) -> "NeedList | None":
        """The corrected list that was published in its place."""
        return getattr(self, "replaced_by", None)

    @property
    def uncertain_years(self) -> list[int]:
        """Years of the notice whose public holidays are not in the calendar yet."""
        return uncertain_years(self.notice_from, self.notice_until)


class NeedListEntry(models.Model):
    """One numbered line of a published list."""

    list = models.ForeignKey(NeedList, verbose_name=_("list"), on_delete=models.PROTECT, related_name="entries")
    need = models.ForeignKey("grants.Need", verbose_name=_("need"), on_delete=models.PROTECT, related_name="entries")
    stands = models.BooleanField(_("in a list that is not withdrawn"), default=True, editable=False)
    ordinal = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("the need in one line"), max_length=60)
    text = models.TextField(_("what is lacking"), max_length=500)
    community = models.ForeignKey("people.Community", verbose_name=_("community"), on_delete=models.PROTECT)
    field = models.ForeignKey(
        "grants.ServiceField", verbose_name=_("service field"), on_delete=models.PROTECT, null=True
    )
    people = models.PositiveIntegerField(_("how many people"), null=True)

    class Meta:
        ordering = ["list", "ordinal"]
        verbose_name = _("listed need")
        verbose_name_plural = _("listed needs")
        constraints = [
            models.UniqueConstraint(fields=["list", "ordinal"], name="need_number_once"),
            models.UniqueConstraint(fields=["need"], name="need_listed_once", condition=Q(stands=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return f"{self.list.get_absolute_url()}#{self.number}"

    @property
    def number(self) -> str:
        """As it is printed and quoted in proposals, e.g. XQ2026-1-03."""
        return f"{self.list.number}-{self.ordinal:02d}"
