from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, requires, step
from evaluations.models.assignment import Purpose
from evaluations.models.pitch_day import PitchDay
from projects.blinding import veiled_title


@requires(_("The session is not running."))
def is_running(slot: "Slot") -> bool:
    return slot.day.state == PitchDay.State.RUNNING


@requires(_("The session has not begun, or is called off."))
def has_begun(slot: "Slot") -> bool:
    """A score that was taken back is revealed again also after the session."""
    return slot.day.state in (PitchDay.State.RUNNING, PitchDay.State.CLOSED)


@requires(_("The session is over or called off."))
def is_not_over(slot: "Slot") -> bool:
    return slot.day.state in (PitchDay.State.DRAWN, PitchDay.State.RUNNING)


@requires(_("Another project is still on."))
def nobody_else_is_on(slot: "Slot") -> bool:
    return not any(other.is_on and other.pk != slot.pk for other in slot.day.slots.all())


@requires(_("It is not its turn; the order can be changed with a reason."))
def it_is_its_turn(slot: "Slot") -> bool:
    return slot.day.waiting[:1] == [slot]


@requires(_("The project is no longer in review."))
def is_in_review(slot: "Slot") -> bool:
    return slot.project.state == "in_review"


class Slot(Stateful):
    """One project on a pitch day: its place in the running order, and how far it has come."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PRESENTING = "presenting", _("Presenting")
        ANSWERING = "answering", _("Time for questions")
        SCORING = "scoring", _("Scoring")
        LOCKED = "locked", _("Scores locked")
        REVEALED = "revealed", _("Score revealed")
        ABSENT = "absent", _("Absent (abstained)")

    ON = (State.PRESENTING, State.ANSWERING, State.SCORING)
    """On the stage: one at a time."""

    day = models.ForeignKey(PitchDay, verbose_name=_("pitch day"), on_delete=models.PROTECT, related_name="slots")
    project = models.OneToOneField(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="pitch_slot"
    )
    position = models.PositiveSmallIntegerField(_("place in the order"), null=True, editable=False)
    state = StateField(_("state"), default=State.WAITING, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(default=clock.now, editable=False)
    called_at = models.DateTimeField(_("called up at"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, help_text=_("Why it counts as absent"))
    score = models.DecimalField(
        _("score revealed"), max_digits=5, decimal_places=2, null=True, help_text=_("As the screen showed it")
    )
    taken_back_at = models.DateTimeField(
        _("score taken back at"), null=True, editable=False, help_text=_("Until it is revealed again")
    )

    class Meta:
        ordering = ["day", F("position").asc(nulls_last=True), "pk"]
        verbose_name = _("slot of a pitch day")
        verbose_name_plural = _("slots of a pitch day")
        constraints = [
            models.UniqueConstraint(fields=["day", "position"], name="one_project_a_place"),
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(state__in=["presenting", "answering", "scoring"]),
                name="one_project_at_a_time",
            ),
            models.CheckConstraint(
                name="slot_on_stage_was_called_up",
                condition=Q(state__in=["waiting", "absent"]) | Q(called_at__isnull=False, position__isnull=False),
            ),
            models.CheckConstraint(
                name="absence_has_a_reason",
                condition=(Q(state="absent") & ~Q(reason="")) | (~Q(state="absent") & Q(reason="")),
            ),
            models.CheckConstraint(
                name="only_a_revealed_slot_has_a_score",
                condition=Q(state="revealed", score__isnull=False) | (~Q(state="revealed") & Q(score__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position or '–'} {self.project}"

    # -- its life ------------------------------------------------------------------------------

    @step(
        state,
        source=State.WAITING,
        target=State.PRESENTING,
        permission="evaluations.conduct",
        label=_("Call up"),
        conditions=[is_running, nobody_else_is_on, it_is_its_turn, is_in_review],
    )
    def call_up(self):
        """The group begins to present, and its time runs."""
        self.called_at = clock.now()

    @step(
        state,
        source=State.PRESENTING,
        target=State.ANSWERING,
        permission="evaluations.conduct",
        label=_("Question time"),
    )
    def ask_questions(self):
        """The judges ask."""

    @step(
        state,
        source=State.ANSWERING,
        target=State.SCORING,
        permission="evaluations.conduct",
        label=_("Open the scoring"),
        conditions=[is_in_review],
    )
    def open_scoring(self):
        """The score sheet appears on the judges' devices."""

    @step(
        state,
        source=State.SCORING,
        target=State.LOCKED,
        permission="evaluations.conduct",
        label=_("Lock the scores"),
    )
    def lock(self):
        """Nothing more is handed in; what is not handed in does not count."""

    @step(
        state,
        source=State.LOCKED,
        target=State.REVEALED,
        permission="evaluations.conduct",
        label=_("Reveal the score"),
        conditions=[has_begun],
    )
    def reveal(self, *, score):
        """The screen shows the score."""
        self.score, self.taken_back_at = score, None

    @step(
        state,
        source=State.REVEALED,
        target=State.LOCKED,
        permission="evaluations.take_back_score",
        label=_("Take the score back"),
        note=True,
        button=False,
    )
    def take_back(self):
        """A sheet that it rests on is opened again or counts no longer; the log keeps the score that was shown."""
        self.score, self.taken_back_at = None, clock.now()

    @step(
        state,
        source=State.LOCKED,
        target=State.SCORING,
        permission="evaluations.conduct",
        label=_("Open the scoring again"),
        conditions=[is_running, nobody_else_is_on, is_in_review],
        note=True,
        tone="quiet",
    )
    def reopen(self):
        """A device failed, a sheet was forgotten: said why, before anything was revealed."""

    @step(
        state,
        source=[State.WAITING, State.PRESENTING, State.ANSWERING],
        target=State.ABSENT,
        permission="evaluations.conduct",
        label=_("Absent"),
        conditions=[is_not_over],
        note=True,
        tone="quiet",
    )
    def be_absent(self, *, reason):
        """Nobody came, or somebody who may not present in its place: the group has abstained."""
        self.reason = reason

    @step(
        state,
        source=State.ABSENT,
        target=State.WAITING,
        permission="evaluations.conduct",
        label=_("Take back into the order"),
        conditions=[is_not_over, is_in_review],
        note=True,
        tone="quiet",
    )
    def readmit(self):
        """It was marked as absent by mistake, or with leave."""
        self.reason, self.called_at = "", None

    # -- facts ---------------------------------------------------------------------------------

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_on(self) -> bool:
        return self.state in self.ON

    @property
    def is_scoring(self) -> bool:
        return self.state == self.State.SCORING

    @property
    def is_absent(self) -> bool:
        return self.state == self.State.ABSENT

    @property
    def scores_are_locked(self) -> bool:
        return self.state in (self.State.LOCKED, self.State.REVEALED)

    @property
    def shown_title(self) -> str:
        """The project's title as judges and public read it: without names while the call is judged blind."""
        return veiled_title(self.project) if self.day.call.is_blind else self.project.title

    @property
    def is_being_corrected(self) -> bool:
        """Its score was shown and is taken back."""
        return self.state == self.State.LOCKED and self.taken_back_at is not None

    @property
    def expected_at(self) -> datetime | None:
        return self.day.expected_at(self.position) if self.position else None

    @property
    def until(self) -> datetime | None:
        """When the time of the present phase is up; the clerk decides when it ends."""
        minutes = {
            self.State.PRESENTING: self.day.minutes_to_pitch,
            self.State.ANSWERING: self.day.minutes_to_answer,
            self.State.SCORING: self.day.minutes_to_score,
        }.get(self.State(self.state))
        return self.state_since + timedelta(minutes=minutes) if minutes else None

    @property
    def seconds_left(self) -> int | None:
        """Of the present phase, by the server's clock; below zero when the time is up."""
        return round((self.until - clock.now()).total_seconds()) if self.until else None

    @property
    def panel(self) -> list:
        """Everybody who was asked to judge the project, also who has stepped down or is absent."""
        asked = self.project.assignments.filter(purpose=Purpose.REVIEW)
        return list(asked.select_related("person", "sheet").order_by("person__name", "pk"))
