from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from projects.models.in_delivery import InDelivery


class AdviceQuerySet(InDelivery[Any]):
    def unanswered(self) -> "AdviceQuerySet":
        return self.filter(answered_at__isnull=True)

    def undone(self) -> "AdviceQuerySet":
        """What was agreed on and is still to be done."""
        return self.filter(done_at__isnull=True).exclude(follow_up="")


class Advice(models.Model):
    """What a session and a site visit have in common: something is agreed on, and the group says that it has read it.

    Advice is no order: the group may answer that it sees it differently, and the funder reads both.
    """

    follow_up = models.CharField(_("to be done next"), max_length=300, blank=True)
    follow_up_due_on = models.DateField(_("to be done until"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    done_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    done_note = models.CharField(_("how it was done"), max_length=300, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answer = models.TextField(_("the group's answer"), max_length=1000, blank=True, editable=False)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_done_is_whole",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(follow_up="")),
            ),
            models.CheckConstraint(
                name="%(class)s_answer_is_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_due_day_has_a_task",
                condition=Q(follow_up_due_on__isnull=True) | ~Q(follow_up=""),
                violation_error_message=_("Say what is to be done until then."),
            ),
        ]

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def is_overdue(self) -> bool:
        return not self.is_done and self.follow_up_due_on is not None and self.follow_up_due_on < clock.today()


class MentoringNote(Advice):
    """One session of coaching (辅导单): what about, how long, what was advised, what follows (S3: 单独指导).

    A session with several groups at once is one line for each project, held `together`: for a mentor its hours count
    once, for every project in full.
    """

    class Topic(models.TextChoices):
        FINANCE = "finance", _("Financial management")
        PROJECT = "project", _("Project management")
        RULES = "rules", _("Rules and organisation")
        PROFESSION = "profession", _("Social work methods")
        OTHER = "other", _("Other")

    class Form(models.TextChoices):
        VISIT = "visit", _("On site")
        PHONE = "phone", pgettext_lazy("a call", "By phone")
        ONLINE = "online", _("Online")
        GROUP = "group", _("Several groups together")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="mentoring_notes"
    )
    mentor = models.ForeignKey("people.User", verbose_name=_("mentor"), on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=20, blank=True, editable=False)
    held_on = models.DateField(_("day"), default=clock.today)
    topic = models.CharField(_("topic"), max_length=12, choices=Topic.choices)
    form = models.CharField(_("form"), max_length=8, choices=Form.choices, default=Form.VISIT)
    together = models.UUIDField(null=True, editable=False)
    hours = models.DecimalField(
        _("hours"),
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(24))],
    )
    advice = models.TextField(_("findings and advice"), max_length=2000)
    written_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(Advice.Meta):
        ordering = ["-held_on", "-pk"]
        verbose_name = _("mentoring note")
        verbose_name_plural = _("mentoring notes")
        indexes = [
            models.Index(fields=["-held_on", "-id"], name="session_by_day"),
            models.Index(fields=["together"], name="session_together", condition=Q(together__isnull=False)),
            models.Index(fields=["mentor", "held_on"], name="session_by_mentor_day"),
        ]
        constraints = [
            *Advice.Meta.constraints,
            models.UniqueConstraint(fields=["number"], name="session_number_once", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_topic_display()}"

    def get_absolute_url(self) -> str:
        return reverse("projects:session_detail", args=[self.pk])

    @property
    def author(self):
        """Whose advice it is."""
        return self.mentor
