from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.in_delivery import InDelivery


class WarningQuerySet(InDelivery["WarningLetter"]):
    def open(self) -> "WarningQuerySet":
        return self.filter(outcome="")


class WarningShape(models.Model):
    """What every warning says, to a project here and to a whole organisation in `evaluations`: words, a last day to
    answer, the answer, and how it was closed."""

    class Outcome(models.TextChoices):
        LIFTED = "lifted", _("Lifted")
        TALK = "talk", _("A talk was called")

    words = models.TextField(_("what is wrong and what is to be done"), max_length=1000)
    answer_until = models.DateField(_("to be answered until"))
    issued_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    issued_at = models.DateTimeField(default=clock.now, editable=False)
    answer = models.TextField(_("answer of the group"), max_length=1000, blank=True, editable=False)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True, editable=False)
    closing_note = models.TextField(_("what the funder says to it"), max_length=1000, blank=True, editable=False)
    closed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["-issued_at", "-pk"]

    @property
    def is_overdue(self) -> bool:
        """Unanswered when its last day is over."""
        return not self.answer and not self.outcome and self.answer_until < clock.today()


def wholeness_of_warning(name: str) -> list[models.BaseConstraint]:
    """An answer and a closing have somebody and a time, or nothing."""
    return [
        models.CheckConstraint(
            name=f"{name}_answer_is_whole",
            condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
            | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
        ),
        models.CheckConstraint(
            name=f"{name}_closing_is_whole",
            condition=Q(outcome="", closed_by__isnull=True, closed_at__isnull=True)
            | (~Q(outcome="") & Q(closed_by__isnull=False, closed_at__isnull=False)),
        ),
    ]


class WarningLetter(WarningShape):
    """A warning (预警) of the funder to a group: what is wrong and until when it is to answer; lifted, or talked about.

    The steps are those of the field: 催办 reminder → 预警 warning → 约谈 talk → 暂停 suspension (field guide 1.2, S11).
    """

    class Ground(models.TextChoices):
        LATE = "late", _("Late reports or activities")
        MONEY = "money", _("Use of the money")
        QUALITY = "quality", _("Quality of the work")
        RECORDS = "records", _("Records are missing")
        OTHER = "other", _("Other")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="warnings"
    )
    ground = models.CharField(_("about"), max_length=10, choices=Ground.choices)

    objects = WarningQuerySet.as_manager()

    class Meta(WarningShape.Meta):
        abstract = False
        verbose_name = _("warning")
        verbose_name_plural = _("warnings")
        indexes = [models.Index(fields=["outcome"], name="warning_open")]
        constraints = wholeness_of_warning("warning")

    def __str__(self) -> str:
        return f"{self.project}: {self.get_ground_display()}"

    def get_absolute_url(self) -> str:
        return reverse("projects:warning_detail", args=[self.pk])


class TalkShape(models.Model):
    """What every talk (约谈) is: called for a reason, held at a time and place, written down, confirmed, closed."""

    reason = models.TextField(_("why we have to talk"), max_length=1000)
    planned_at = models.DateTimeField(_("when"))
    place = models.CharField(_("place"), max_length=120)
    called_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    called_at = models.DateTimeField(default=clock.now, editable=False)
    present = models.TextField(_("who was there"), max_length=500, blank=True, help_text=_("One line a person"))
    said = models.TextField(_("what was said"), max_length=2000, blank=True)
    agreed = models.TextField(_("what is to be done"), max_length=1000, blank=True)
    agreed_until = models.DateField(_("until"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(null=True, editable=False)
    remark = models.TextField(_("remark of the group"), max_length=1000, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    outcome = models.TextField(_("what became of it"), max_length=1000, blank=True, editable=False)
    closed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["-planned_at", "-pk"]

    @property
    def is_recorded(self) -> bool:
        return self.recorded_at is not None

    @property
    def day(self) -> date:
        return clock.localdate(self.planned_at)


def wholeness_of_talk(name: str) -> list[models.BaseConstraint]:
    """A record has its author and its words, is confirmed after it was written, and closed by somebody."""
    return [
        models.CheckConstraint(
            name=f"{name}_record_is_whole",
            condition=Q(recorded_by__isnull=True, recorded_at__isnull=True)
            | (Q(recorded_by__isnull=False, recorded_at__isnull=False) & ~Q(present="") & ~Q(said="")),
        ),
        models.CheckConstraint(
            name=f"{name}_is_confirmed_after_its_record",
            condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True, remark="")
            | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, recorded_at__isnull=False),
        ),
        models.CheckConstraint(
            name=f"{name}_closing_is_whole",
            condition=Q(outcome="", closed_by__isnull=True, closed_at__isnull=True)
            | (~Q(outcome="") & Q(closed_by__isnull=False, closed_at__isnull=False, recorded_at__isnull=False)),
        ),
    ]


class Talk(TalkShape):
    """A talk (约谈): the funder calls the group, both write down what was said and what is to be done until when."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="talks"
    )
    warning = models.OneToOneField(
        WarningLetter, on_delete=models.PROTECT, null=True, blank=True, related_name="talk", editable=False
    )

    objects = InDelivery.as_manager()

    class Meta(TalkShape.Meta):
        abstract = False
        verbose_name = _("talk")
        verbose_name_plural = _("talks")
        indexes = [models.Index(fields=["outcome"], name="talk_open")]
        constraints = wholeness_of_talk("talk")

    def __str__(self) -> str:
        return f"{self.project}: {self._meta.verbose_name}"

    def get_absolute_url(self) -> str:
        return reverse("projects:talk_detail", args=[self.pk])
