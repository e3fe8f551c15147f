import hashlib
import json
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.money import yuan
from core.workdays import add_workdays, uncertain_years


class NoticeQuerySet(models.QuerySet["Notice"]):
    def running(self) -> "NoticeQuerySet":
        """Still open for objections."""
        return self.alias(last=Coalesce("extended_until", "ends_on")).filter(last__gte=clock.today())


class Notice(models.Model):
    """A public notice (公示) of the projects a call is going to fund; anybody may object until it ends.

    What the public reads is kept word for word in `frozen` with its digest, so that a later change shows.
    """

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="notices")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    workdays = models.PositiveSmallIntegerField(_("workdays"), default=5)
    counts_first_day = models.BooleanField(_("the first day counts"), default=True)
    extended_until = models.DateField(_("extended until"), null=True, blank=True, editable=False)
    frozen = models.TextField(_("text as published"), editable=False, blank=True)
    digest = models.CharField("SHA-256", max_length=64, editable=False, blank=True)
    published_at = models.DateTimeField(_("published at"), default=clock.now)
    published_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        constraints = [
            models.CheckConstraint(name="notice_starts_before_end", condition=Q(starts_on__lte=F("ends_on"))),
            models.CheckConstraint(
                name="notice_is_only_extended",
                condition=Q(extended_until__isnull=True) | Q(extended_until__gt=F("ends_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.starts_on}–{self.ends_on}"

    def get_absolute_url(self) -> str:
        return reverse("projects:notice_detail", args=[self.pk])

    @property
    def last_day(self) -> date:
        return self.extended_until or self.ends_on

    @property
    def is_over(self) -> bool:
        """The last day counts in full, until midnight."""
        return clock.today() > self.last_day

    @property
    def due_end(self) -> date:
        """When it ends by the calendar as it is known now; differs from `ends_on` if the calendar came out since."""
        return add_workdays(self.starts_on, self.workdays, count_first_day=self.counts_first_day)

    @property
    def uncertain_years(self) -> list[int]:
        """Years of the period whose public holidays are not in the calendar yet: the end may still move."""
        return uncertain_years(self.starts_on, self.last_day)

    def statement(self) -> str:
        """What the notice says, as the text whose SHA-256 is the digest. It names no person."""
        said = {
            "call": self.call.code,
            "from": self.starts_on.isoformat(),
            "until": self.ends_on.isoformat(),
            "workdays": self.workdays,
            "first_day_counts": self.counts_first_day,
            "projects": [entry.statement() for entry in self.entries.select_related("project", "corrects__notice")],
        }
        return json.dumps(said, ensure_ascii=False, indent=1)

    @property
    def is_unaltered(self) -> bool:
        """Whether the digest, the text as published and the lines as they are now all agree."""
        return self.digest == digest_of(self.frozen) and self.frozen == self.statement()


def digest_of(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, as `sha256sum` gives it for the downloaded text."""
    return hashlib.sha256(text.encode()).hexdigest()


class NoticeEntry(models.Model):
    """One line of a notice, frozen as it was published; one that `corrects` an earlier line takes its place."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="notice_entries")
    track = models.CharField(_("track"), max_length=60)
    title = models.CharField(_("title"), max_length=60)
    applicant = models.CharField(_("applicant"), max_length=120)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    amount = MoneyField(_("amount"))
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )

    class Meta:
        ordering = ["track", models.F("rank").asc(nulls_last=True), "pk"]
        verbose_name = _("line of a notice")
        verbose_name_plural = _("lines of a notice")
        constraints = [models.UniqueConstraint(fields=["notice", "project"], name="once_a_notice")]

    def __str__(self) -> str:
        return self.title

    @property
    def replacement(self) -> "NoticeEntry | None":
        """The line of a later notice that corrects this one."""
        return getattr(self, "replaced_by", None)

    @property
    def corrections(self) -> list[tuple[str, str, str]]:
        """What it says otherwise than the line it corrects: (what, before, after)."""
        if self.corrects is None:
            return []
        found = []
        for name in ("title", "applicant", "rank", "score", "amount"):
            before, after = getattr(self.corrects, name), getattr(self, name)
            if before != after:
                said = yuan if name == "amount" else str
                found.append((str(self._meta.get_field(name).verbose_name), said(before), said(after)))
        return found

    def statement(self) -> dict[str, str | None]:
        """The line as the notice's text has it."""
        said = {
            "number": self.project.number,
            "track": self.track,
            "title": self.title,
            "applicant": self.applicant,
            "rank": str(self.rank),
            "score": str(self.score),
            "amount": str(self.amount),
        }
        if self.corrects is not None:
            said["corrects_the_notice_with_digest"] = self.corrects.notice.digest
        return said
