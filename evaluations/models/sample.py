from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from evaluations.models.evaluation import Evaluation
from evaluations.models.kept import Kept
from evaluations.models.part import PartOfReport


class Sample(Kept):
    """Records of a project that were drawn to be looked at one by one (抽查), so that nobody chose the convenient ones.

    The frame (what lay in the pot, at that moment), the seed and the size are written once: anybody can draw again
    (`evaluations.samples`) and gets the same list. A second draw needs a reason, and the first one stays.
    """

    class Kind(models.TextChoices):
        VOUCHERS = "vouchers", _("Vouchers")
        PEOPLE = "people", _("People of the roster, by phone")
        PARTICIPANTS = "came", _("People who came to an activity, by phone")
        HELD = "held", _("Activities that were held")
        AHEAD = "ahead", _("Activities to come, on site")

    BY_PHONE = (Kind.PEOPLE, Kind.PARTICIPANTS)

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="samples")
    kind = models.CharField(_("drawn from"), max_length=8, choices=Kind.choices)
    ordinal = models.PositiveSmallIntegerField(_("draw"), default=1, editable=False)
    reason = models.CharField(_("why again"), max_length=300, blank=True)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    size = models.PositiveSmallIntegerField(_("how many"))
    threshold = MoneyField(_("all from this amount on"), null=True, blank=True)
    seed = models.CharField(_("seed"), max_length=64, editable=False)
    frame: Any = models.JSONField(_("in the pot"), editable=False)
    """Each with key, label, day and amount, as text; of people only their internal number."""
    drawn_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    drawn_at = models.DateTimeField(_("drawn at"), default=clock.now, editable=False)

    objects = PartOfReport.as_manager()

    class Meta:
        ordering = ["kind", "ordinal"]
        verbose_name = _("random sample")
        verbose_name_plural = _("random samples")
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "kind", "ordinal"], name="sample_drawn_once"),
            models.CheckConstraint(
                name="second_sample_has_a_reason", condition=Q(ordinal=1) | (Q(ordinal__gt=1) & ~Q(reason=""))
            ),
            models.CheckConstraint(name="sample_has_a_size", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ordinal}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("A draw is not changed; draw again."))
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("evaluations:sample_detail", args=[self.pk])

    @property
    def project(self):
        return self.evaluation.project

    @property
    def is_by_phone(self) -> bool:
        return self.kind in self.BY_PHONE


class SampleItem(Kept):
    """One record that was drawn, and what came of looking at it. Of a person it knows the internal number only."""

    class Result(models.TextChoices):
        OK = "ok", _("In order")
        NOT_OK = "not_ok", _("Not in order")
        NOT_FOUND = "missing", _("Not found")
        NOT_REACHED = "no_call", _("Not reached")
        REFUSED = "refused", _("Does not want to answer")

    WRONG = (Result.NOT_OK, Result.NOT_FOUND)
    SAY_NOTHING = (Result.NOT_REACHED, Result.REFUSED)

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField(_("place"))
    key = models.CharField(max_length=36)
    label = models.CharField(_("record"), max_length=200)
    day = models.DateField(_("day"), null=True)
    amount = MoneyField(_("amount"), null=True)
    is_certain = models.BooleanField(_("taken for its amount, not drawn"), default=False)
    caller = models.ForeignKey(
        "people.User", verbose_name=_("phoned by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    result = models.CharField(_("result"), max_length=8, choices=Result.choices, blank=True)
    words = models.CharField(_("what was found"), max_length=500, blank=True)
    in_question = MoneyField(_("amount in question"), null=True, blank=True)
    answers: Any = models.JSONField(_("answers"), default=dict)
    script = models.PositiveSmallIntegerField(_("version of the questions"), null=True, editable=False)
    looked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(_("looked at"), null=True)

    class Meta:
        ordering = ["sample", "position"]
        verbose_name = _("drawn record")
        verbose_name_plural = _("drawn records")
        constraints = [
            models.UniqueConstraint(fields=["sample", "position"], name="sample_place_once"),
            models.UniqueConstraint(fields=["sample", "key"], name="sample_record_once"),
            models.CheckConstraint(
                name="sample_result_is_whole",
                condition=Q(result="", looked_by__isnull=True, looked_at__isnull=True)
                | (~Q(result="") & Q(looked_by__isnull=False, looked_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="amount_in_question_is_sound", condition=Q(in_question__isnull=True) | Q(in_question__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("evaluations:sample_item", args=[self.pk])

    @property
    def evaluation(self) -> Evaluation:
        return self.sample.evaluation

    @property
    def project(self):
        return self.sample.evaluation.project

    @property
    def is_silent(self) -> bool:
        """Whoever was to be asked said nothing either way: this is no finding."""
        return self.result in self.SAY_NOTHING

    @property
    def is_known(self) -> bool:
        return bool(self.result) and not self.is_silent

    @property
    def is_wrong(self) -> bool:
        return self.result in self.WRONG
