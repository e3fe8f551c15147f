import secrets
from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, requires, step
from evaluations.models.assignment import Assignment, Purpose


def new_token() -> str:
    return secrets.token_urlsafe(24)


@requires(_("No project is on the list yet."))
def has_projects(day: "PitchDay") -> bool:
    return bool(day.slots.all())


@requires(_("It begins on its day, not before."))
def its_day_has_come(day: "PitchDay") -> bool:
    return clock.today() >= day.held_on


@requires(_("Somebody is still waiting or being scored."))
def everybody_has_been_heard(day: "PitchDay") -> bool:
    return not any(slot.is_waiting or slot.is_on for slot in day.slots.all())


class PitchDayQuerySet(models.QuerySet["PitchDay"]):
    def judged_by(self, user) -> "PitchDayQuerySet":
        """Days on which the person was asked to judge a project; stepping down does not shut the door."""
        if not user.is_authenticated:
            return self.none()
        asked = Assignment.objects.filter(purpose=Purpose.REVIEW, person=user, project__pitch_slot__day=OuterRef("pk"))
        return self.filter(Exists(asked))

    def visible_to(self, user) -> "PitchDayQuerySet":
        """The people of the funder; judges have a page of their own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(call__funder__in=list(user.roles))

    def with_progress(self) -> "PitchDayQuerySet":
        """With how many sheets are in and how many judges were stood down: what changes without the session moving."""
        review = Q(slots__project__assignments__purpose=Purpose.REVIEW)
        sheet_in = review & Q(slots__project__assignments__sheet__submitted_at__isnull=False)
        stood_down = review & Q(slots__project__assignments__recused_at__isnull=False)
        return self.annotate(
            sheets_in=Count("slots__project__assignments", filter=sheet_in),
            stood_down=Count("slots__project__assignments", filter=stood_down),
        )

    def upcoming(self) -> "PitchDayQuerySet":
        return self.filter(state__in=[PitchDay.State.PLANNED, PitchDay.State.DRAWN, PitchDay.State.RUNNING])


class PitchDay(Stateful):
    """One session at which groups present their projects to the judges (路演): a date, a place, a running order.

    The order is drawn by lot and the draw is kept. `revision` grows with everything that the pages which follow
    the session must show, so that one number tells them whether there is something new.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Session planned")
        DRAWN = "drawn", _("Order drawn")
        RUNNING = "running", _("Session running")
        CLOSED = "closed", _("Session over")
        CALLED_OFF = "called_off", _("Called off")

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="pitch_days")
    name = models.CharField(_("session"), max_length=60, help_text=_("For example: morning, registered groups"))
    state = StateField(_("state"), default=State.PLANNED, choices=State.choices, max_length=10)
    held_on = models.DateField(_("held on"))
    starts_at = models.TimeField(_("starts at"))
    place = models.CharField(_("place"), max_length=120)
    minutes_to_pitch = models.PositiveSmallIntegerField(
        _("minutes to present"), default=6, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    minutes_to_answer = models.PositiveSmallIntegerField(
        _("minutes for questions"), default=6, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    minutes_to_score = models.PositiveSmallIntegerField(
        _("minutes to score"), default=3, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    draw = models.OneToOneField(
        "evaluations.Draw", verbose_name=_("draw"), on_delete=models.PROTECT, null=True, editable=False
    )
    screen_token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    planned_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = PitchDayQuerySet.as_manager()

    class Meta:
        ordering = ["held_on", "starts_at", "pk"]
        verbose_name = _("pitch day")
        verbose_name_plural = _("pitch days")
        constraints = [
            models.CheckConstraint(
                name="pitch_day_runs_in_a_drawn_order",
                condition=Q(state__in=["planned", "called_off"]) | Q(draw__isnull=False),
            ),
            models.CheckConstraint(
                name="pitch_day_gives_time",
                condition=Q(minutes_to_pitch__gte=1, minutes_to_answer__gte=1, minutes_to_score__gte=1),
                violation_error_message=_("Give at least one minute each to present, to answer and to score."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:pitch_detail", args=[self.pk])

    # -- its life ------------------------------------------------------------------------------

    @step(
        state,
        source=State.PLANNED,
        target=State.DRAWN,
        permission="evaluations.hold_pitch",
        label=_("Draw the running order"),
        conditions=[has_projects],
    )
    def draw_order(self, *, lots):
        """Lots decide who presents when."""
        self.draw = lots

    @step(
        state,
        source=State.DRAWN,
        target=State.RUNNING,
        permission="evaluations.hold_pitch",
        label=_("Begin"),
        conditions=[its_day_has_come],
    )
    def begin(self):
        """The judges are there; the first project can be called up."""

    @step(
        state,
        source=State.RUNNING,
        target=State.CLOSED,
        permission="evaluations.hold_pitch",
        label=_("Close the session"),
        conditions=[everybody_has_been_heard],
    )
    def close(self):
        """Every project has been heard or was absent."""

    @step(
        state,
        source=[State.PLANNED, State.DRAWN],
        target=State.CALLED_OFF,
        permission="evaluations.hold_pitch",
        label=_("Call off"),
        note=True,
        tone="danger",
    )
    def call_off(self):
        """It does not take place; its projects can be heard on another day, or judged without."""

    # -- what is going on ----------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Its date, place and times can still be changed."""
        return self.state in (self.State.PLANNED, self.State.DRAWN, self.State.RUNNING)

    @property
    def begins(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.held_on, self.starts_at))

    @property
    def minutes_each(self) -> int:
        return self.minutes_to_pitch + self.minutes_to_answer + self.minutes_to_score

    @property
    def order(self) -> list:
        """Its slots in the running order, the project of each read once; python-side, so that pages ask only once."""
        return sorted(self.slots.all(), key=lambda slot: (slot.position or 0, slot.pk))

    @property
    def current(self):
        """The slot that is on; between two of them the one that was on last; None before the first."""
        called = [slot for slot in self.order if slot.called_at and not slot.is_absent]
        on = [slot for slot in called if slot.is_on]
        return (on or sorted(called, key=lambda slot: slot.called_at)[-1:] or [None])[0]

    @property
    def waiting(self) -> list:
        """Who is still to be called up."""
        return [slot for slot in self.order if slot.is_waiting]

    def expected_at(self, position: int) -> datetime:
        """When the project at this place will be called up, if everybody keeps to the time."""
        return self.begins + timedelta(minutes=(position - 1) * self.minutes_each)

    def bump(self) -> None:
        """Something has happened that the pages which follow must show."""
        type(self).objects.filter(pk=self.pk).update(revision=F("revision") + 1)
