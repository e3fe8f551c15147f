import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.masking import mask_text
from core.money import yuan
from core.sealing import Witness
from core.workdays import add_workdays, uncertain_years
from projects.models.state import State

LOST = (State.NOT_SELECTED, State.WITHDRAWN, State.FORFEITED)
"""Where a project is that stood in a notice and will not be funded."""
UNSETTLED = (State.IN_REVIEW, State.SHORTLISTED, State.WAITLISTED)
"""Where one is whose line in an earlier notice no longer holds: it is judged again, or waits for its new notice."""


class NoticeQuerySet(models.QuerySet["Notice"]):
    def running(self) -> "NoticeQuerySet":
        """Still open for objections."""
        return self.alias(last=Coalesce("extended_until", "ends_on")).filter(last__gte=clock.today())

    def witnesses(self) -> list[Witness]:
        """What they have published of the log: `verify_events` holds it against this."""
        kept = self.filter(log_number__gt=0).order_by("pk").values_list("number", "log_number", "log_hash")
        return [Witness(*row) for row in kept]


class Notice(models.Model):
    """A public notice (公示) of the projects a call is going to fund; anybody may object until it ends.

    What the public reads is kept word for word in `frozen` with its digest, so that a later change shows; who speaks,
    on which basis and whom to call is kept as it was that day, and so is where the log's chain stood.
    """

    class Kind(models.TextChoices):
        """What its title says it is."""

        FIRST = "first", pgettext_lazy("public notice", "Projects to be funded")
        CORRECTION = "correction", pgettext_lazy("public notice", "Correction")
        MOVED_UP = "moved_up", pgettext_lazy("public notice", "Projects that moved up")
        BOTH = "both", pgettext_lazy("public notice", "Correction and projects that moved up")

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FIRST, editable=False)
    number = models.CharField(_("number"), max_length=20, default="", blank=True, editable=False)
    call_title = models.CharField(_("title of the call"), max_length=120, default="", blank=True, editable=False)
    funder_name = models.CharField(_("funder"), max_length=120, default="", blank=True, editable=False)
    legal_basis = models.CharField(_("legal basis"), max_length=200, default="", blank=True, editable=False)
    contact = models.CharField(_("contact"), max_length=120, default="", blank=True, editable=False)
    contact_phone = models.CharField(_("contact phone"), max_length=30, default="", blank=True, editable=False)
    contact_email = models.EmailField(_("e-mail for objections"), default="", blank=True, editable=False)
    supervision_phone = models.CharField(
        _("phone of the supervision"), max_length=30, default="", blank=True, editable=False
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    workdays = models.PositiveSmallIntegerField(_("workdays"), default=5)
    counts_first_day = models.BooleanField(_("the first day counts"), default=True)
    extended_until = models.DateField(_("extended until"), null=True, blank=True, editable=False)
    log_number = models.BigIntegerField(_("events sealed by then"), default=0, editable=False)
    log_hash = models.CharField(_("root of the log by then"), max_length=64, default="", blank=True, editable=False)
    frozen = models.TextField(_("text as published"), editable=False, blank=True)
    digest = models.CharField("SHA-256", max_length=64, editable=False, blank=True)
    published_at = models.DateTimeField(_("published at"), default=clock.now)
    published_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        indexes = [models.Index(fields=["-starts_on", "-id"], name="notice_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="notice_number_once", condition=~Q(number="")),
            models.CheckConstraint(name="notice_starts_before_end", condition=Q(starts_on__lte=F("ends_on"))),
            models.CheckConstraint(
                name="notice_is_only_extended",
                condition=Q(extended_until__isnull=True) | Q(extended_until__gt=F("ends_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.call_title}"

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

    @property
    def reconsidered(self):
        """The objection by which the results that it published are judged or calculated again, if there is one."""
        return self.objections.filter(project=None, ruling="reconsider").first()

    @property
    def why_reconsidered(self) -> str:
        """Why, with whoever objected masked."""
        found = self.reconsidered
        return mask_text(found.reason, [found.name]) if found else ""

    @property
    def tracks_with_gaps(self) -> set[str]:
        """The names of the tracks in whose list a place is passed over: its project is neither here nor in an earlier
        notice of the call. A notice whose results were judged again counts no longer, nor a line that is corrected."""
        reconsidered = Q(notice__objections__project=None, notice__objections__ruling="reconsider")
        reconsidered &= Q(notice__objections__ruled_at__lte=self.published_at)
        mine = list(self.entries.all())
        earlier = NoticeEntry.objects.filter(notice__call=self.call_id, notice__lt=self.pk)
        earlier = earlier.exclude(project__in=[entry.project_id for entry in mine])
        earlier = earlier.exclude(pk__in=NoticeEntry.objects.filter(reconsidered).values("pk"))
        latest = {entry.project_id: entry for entry in [*earlier.order_by("pk"), *mine]}
        ranked = [entry for entry in latest.values() if entry.rank]
        found = set()
        for track in {entry.track for entry in mine}:
            until = max(entry.rank or 0 for entry in mine if entry.track == track)
            places = [entry.rank for entry in ranked if entry.track == track and (entry.rank or 0) <= until]
            if _has_gap(Counter(places)):
                found.add(track)
        return found

    def statement(self) -> str:
        """What the notice says, as the text whose SHA-256 is the digest. It names no person."""
        said = {
            "number": self.number,
            "kind": self.kind,
            "funder": self.funder_name,
            "call": self.call.code,
            "title": self.call_title,
            "legal_basis": self.legal_basis,
            "contact": self.contact,
            "contact_phone": self.contact_phone,
            "contact_email": self.contact_email,
            "supervision_phone": self.supervision_phone,
            "from": self.starts_on.isoformat(),
            "until": self.ends_on.isoformat(),
            "workdays": self.workdays,
            "first_day_counts": self.counts_first_day,
            "projects": [entry.statement() for entry in self.entries.select_related("project", "corrects__notice")],
        }
        if self.log_number:
            said["log"] = {"events": self.log_number, "root": self.log_hash}
        return json.dumps(said, ensure_ascii=False, indent=1)

    @property
    def is_unaltered(self) -> bool:
        """Whether the digest, the text as published and the lines as they are now all agree."""
        return self.digest == digest_of(self.frozen) and self.frozen == self.statement()


def digest_of(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, as `sha256sum` gives it for the downloaded text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _has_gap(places: Mapping[int, int]) -> bool:
    """Whether a place is missing before the last one; by place, how many share it (1, 2, 2, 4 is whole)."""
    following = 1
    for place in sorted(places):
        if place > following:
            return True
        following = place + places[place]
    return False


class NoticeEntryQuerySet(models.QuerySet["NoticeEntry"]):
    def as_shown(self) -> "NoticeEntryQuerySet":
        """With what has become of each line since it was published."""
        related = ("notice", "project", "corrects__notice", "replaced_by__notice")
        return self.select_related(*related).prefetch_related("project__objections")


class NoticeEntry(models.Model):
    """One line of a notice, frozen as it was published; one that `corrects` an earlier line takes its place."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="notice_entries")
    track = models.CharField(_("track"), max_length=60)
    title = models.CharField(_("title"), max_length=60)
    applicant = models.CharField(_("applicant"), max_length=120)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    bonus = models.DecimalField(
        _("bonus"), max_digits=5, decimal_places=2, default=0, help_text=_("What of the score is no expert's")
    )
    amount = MoneyField(_("amount"))
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )

    objects = NoticeEntryQuerySet.as_manager()

    class Meta:
        ordering = ["track", models.F("rank").asc(nulls_last=True), "pk"]
        verbose_name = _("line of a notice")
        verbose_name_plural = _("lines of a notice")
        constraints = [models.UniqueConstraint(fields=["notice", "project"], name="once_a_notice")]

    def __str__(self) -> str:
        return self.title

    @property
    def base(self) -> Decimal | None:
        """The experts' score."""
        return None if self.score is None else self.score - self.bonus

    @property
    def replacement(self) -> "NoticeEntry | None":
        """The line of a later notice that corrects this one."""
        return getattr(self, "replaced_by", None)

    @property
    def upheld(self):
        """The objection by which its project lost the place, if it did."""
        if self.project.state != State.NOT_SELECTED:
            return None
        return next((one for one in self.project.objections.all() if one.ruling == one.Ruling.UPHELD), None)

    @property
    def has_lost_its_place(self) -> bool:
        """Nothing is going to be awarded on this line any more, for whatever reason."""
        return self.project.state in LOST

    @property
    def stands(self) -> bool:
        """Still what is going to be funded: neither corrected, by a later line or by one that must follow, nor lost,
        nor judged again."""
        return self.replacement is None and self.project.state not in (*LOST, *UNSETTLED)

    @property
    def is_being_corrected(self) -> bool:
        """What it says is corrected already, and the notice that says how is still to be published."""
        return self.replacement is None and self.project.state == State.SHORTLISTED

    @property
    def public_reason(self) -> str:
        """Why the objection was upheld, with whoever is named or can be found by it masked."""
        if self.upheld is None:
            return ""
        return mask_text(self.upheld.reason, (self.upheld.name, self.project.leader))

    @property
    def corrections(self) -> list[tuple[str, str, str]]:
        """What it says otherwise than the line it corrects: (what, before, after)."""
        if self.corrects is None:
            return []
        found = []
        for name in ("title", "applicant", "rank", "score", "bonus", "amount"):
            before, after = getattr(self.corrects, name), getattr(self, name)
            if before != after:
                said = _in_yuan if name == "amount" else _or_dash
                found.append((str(self._meta.get_field(name).verbose_name), said(before), said(after)))
        return found

    def statement(self) -> dict[str, str | None]:
        """The line as the notice's text has it."""
        said = {
            "number": self.project.number,
            "track": self.track,
            "title": self.title,
            "applicant": self.applicant,
            "rank": "" if self.rank is None else str(self.rank),
            "score": "" if self.score is None else str(self.score),
            "amount": str(self.amount),
        }
        if self.bonus:
            said |= {"experts_score": str(self.base), "bonus": str(self.bonus)}
        if self.corrects is not None:
            said["corrects_the_notice_with_digest"] = self.corrects.notice.digest
        return said


def _in_yuan(value: Decimal) -> str:
    return gettext("%(value)s yuan") % {"value": yuan(value)}


def _or_dash(value: object) -> str:
    return "—" if value is None else str(value)
