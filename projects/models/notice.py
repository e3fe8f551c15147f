import hashlib
import json

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField


class Notice(models.Model):
    """A public notice (公示) of the projects a call is going to fund; anybody may object until it ends."""

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="notices")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    digest = models.CharField("SHA-256", max_length=64, editable=False, blank=True)
    published_at = models.DateTimeField(_("published at"), default=clock.now)
    published_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        constraints = [
            models.CheckConstraint(name="notice_starts_before_end", condition=Q(starts_on__lte=F("ends_on")))
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.starts_on}–{self.ends_on}"

    def get_absolute_url(self) -> str:
        return reverse("projects:notice_detail", args=[self.pk])

    @property
    def is_over(self) -> bool:
        """The last day counts in full, until midnight."""
        return clock.today() > self.ends_on

    def compute_digest(self) -> str:
        """SHA-256 over what the notice said, so that a later change shows."""
        rows = [
            [e.project.number, e.title, e.applicant, str(e.rank), str(e.score), str(e.amount)]
            for e in self.entries.select_related("project")
        ]
        frozen = [self.call.code, self.starts_on.isoformat(), self.ends_on.isoformat(), rows]
        return hashlib.sha256(json.dumps(frozen, ensure_ascii=False).encode()).hexdigest()


class NoticeEntry(models.Model):
    """One line of a notice, frozen as it was published."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="notice_entries")
    track = models.CharField(_("track"), max_length=60)
    title = models.CharField(_("title"), max_length=60)
    applicant = models.CharField(_("applicant"), max_length=120)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    amount = MoneyField(_("amount"))

    class Meta:
        ordering = ["track", models.F("rank").asc(nulls_last=True), "pk"]
        verbose_name = _("line of a notice")
        verbose_name_plural = _("lines of a notice")
        constraints = [models.UniqueConstraint(fields=["notice", "project"], name="once_a_notice")]

    def __str__(self) -> str:
        return self.title
