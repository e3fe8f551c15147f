from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock


class NeedListQuerySet(models.QuerySet["NeedList"]):
    def in_force(self) -> "NeedListQuerySet":
        return self.filter(answer_until__gte=clock.today())


class NeedList(models.Model):
    """A numbered list of needs that a funder publishes (项目指引表), with a notice period for remarks.

    Its entries are frozen copies: what groups have read does not change under their hands.
    """

    funder = models.ForeignKey(
        "people.Organization", verbose_name=_("funder"), on_delete=models.PROTECT, related_name="need_lists"
    )
    title = models.CharField(_("title"), max_length=120)
    number = models.CharField(_("number"), max_length=20, unique=True)
    notice_from = models.DateField(_("notice from"))
    notice_until = models.DateField(_("notice until"))
    answer_until = models.DateField(
        _("can be answered until"), help_text=_("Proposals may refer to its needs until this day")
    )
    contact = models.CharField(_("contact"), max_length=120)
    contact_phone = models.CharField(_("contact phone"), max_length=30)
    published_at = models.DateTimeField(_("published at"), default=clock.now, editable=False)
    published_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = NeedListQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("list of needs")
        verbose_name_plural = _("lists of needs")
        constraints = [
            models.CheckConstraint(
                name="need_list_notice_in_order",
                condition=Q(notice_from__lte=F("notice_until")) & Q(notice_until__lte=F("answer_until")),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grants:need_list_detail", args=[self.pk])

    @property
    def is_in_notice(self) -> bool:
        """Remarks are still taken."""
        return self.notice_from <= clock.today() <= self.notice_until


class NeedListEntry(models.Model):
    """One numbered line of a published list."""

    list = models.ForeignKey(NeedList, verbose_name=_("list"), on_delete=models.PROTECT, related_name="entries")
    need = models.OneToOneField("grants.Need", verbose_name=_("need"), on_delete=models.PROTECT, related_name="entry")
    ordinal = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("the need in one line"), max_length=60)
    text = models.TextField(_("what is lacking"), max_length=500)
    community = models.ForeignKey("people.Community", verbose_name=_("community"), on_delete=models.PROTECT)
    field = models.ForeignKey(
        "grants.ServiceField", verbose_name=_("service field"), on_delete=models.PROTECT, null=True
    )
    people = models.PositiveIntegerField(_("how many people"), null=True)

    class Meta:
        ordering = ["ordinal"]
        verbose_name = _("listed need")
        verbose_name_plural = _("listed needs")
        constraints = [models.UniqueConstraint(fields=["list", "ordinal"], name="need_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """As it is printed and quoted in proposals, e.g. XQ2026-1-03."""
        return f"{self.list.number}-{self.ordinal:02d}"
