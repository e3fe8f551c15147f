from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from people.models import GIVERS
from projects.models.pledge import OPEN_TO_GIVERS


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def standing(self) -> "MeetingQuerySet":
        return self.filter(cancelled_at__isnull=True)


class Meeting(models.Model):
    """A day on which givers and projects talk for eight minutes each (社洽会).

    A funder or support organisation holds it. Both sign up until a day, givers say whom they wish to meet; then the
    organiser has the schedule made.
    """

    organizer = models.ForeignKey(
        "people.Organization", verbose_name=_("organiser"), on_delete=models.PROTECT, related_name="meetings"
    )
    title = models.CharField(_("title"), max_length=80)
    about = models.TextField(_("what it is about"), max_length=500, blank=True)
    place = models.CharField(_("place"), max_length=120)
    starts_at = models.DateTimeField(_("the first talk begins at"))
    closes_on = models.DateField(_("sign up until"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes a talk"), default=8, validators=[MinValueValidator(3), MaxValueValidator(60)]
    )
    pause = models.PositiveSmallIntegerField(
        _("minutes to change the table"), default=2, validators=[MaxValueValidator(30)]
    )
    rounds = models.PositiveSmallIntegerField(
        _("rounds"), default=6, validators=[MinValueValidator(1), MaxValueValidator(40)]
    )
    tables = models.PositiveSmallIntegerField(
        _("tables"), default=8, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    contact = models.CharField(_("contact"), max_length=120)
    created_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    planned_at = models.DateTimeField(_("schedule made at"), null=True, editable=False)
    planned_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancel_reason = models.CharField(_("why it is cancelled"), max_length=200, blank=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("speed meeting")
        verbose_name_plural = _("speed meetings")
        indexes = [models.Index(fields=["-starts_at", "-id"], name="meeting_by_time")]
        constraints = [
            models.CheckConstraint(
                name="meeting_has_rounds_and_tables",
                condition=Q(minutes__gte=3, rounds__gte=1, tables__gte=1),
                violation_error_message=_("A meeting has at least one round, one table, and talks of three minutes."),
            ),
            models.CheckConstraint(
                name="meeting_schedule_made_by_somebody",
                condition=Q(planned_at__isnull=True, planned_by__isnull=True)
                | Q(planned_at__isnull=False, planned_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("projects:meeting_detail", args=[self.pk])

    def clean(self) -> None:
        if self.starts_at and self.closes_on and self.closes_on > clock.localdate(self.starts_at):
            raise ValidationError({"closes_on": _("Nobody can sign up after the meeting.")})

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()

    @property
    def is_planned(self) -> bool:
        return self.planned_at is not None

    @property
    def takes_guests(self) -> bool:
        """Signing up is open: until its day, and not once the schedule is made."""
        return not (self.is_cancelled or self.is_planned or self.has_begun) and clock.today() <= self.closes_on

    def begins(self, round_number: int) -> datetime:
        """When a round begins; they count from 0."""
        return self.starts_at + timedelta(minutes=(self.minutes + self.pause) * round_number)

    @property
    def ends_at(self) -> datetime:
        return self.begins(self.rounds - 1) + timedelta(minutes=self.minutes)


class MeetingGuest(models.Model):
    """A giver that comes to a meeting, with whom it wishes to meet, the dearest first."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="guests")
    giver = models.ForeignKey(
        "people.Organization", verbose_name=_("giver"), on_delete=models.PROTECT, related_name="+",
        limit_choices_to={"kind__in": GIVERS},
    )  # fmt: skip
    person = models.CharField(_("who comes"), max_length=60)
    signed_up_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    signed_up_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["signed_up_at", "pk"]
        verbose_name = _("guest of a speed meeting")
        verbose_name_plural = _("guests of speed meetings")
        constraints = [models.UniqueConstraint(fields=["meeting", "giver"], name="giver_comes_once")]

    def __str__(self) -> str:
        return str(self.giver)


class MeetingEntry(models.Model):
    """A project that is presented at a meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="meeting_entries"
    )
    person = models.CharField(_("who comes"), max_length=60)
    seeks = models.CharField(_("what you look for"), max_length=120, help_text=_("For example: a room, 20 easels"))
    signed_up_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    signed_up_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["signed_up_at", "pk"]
        verbose_name = _("entry for a speed meeting")
        verbose_name_plural = _("entries for speed meetings")
        constraints = [models.UniqueConstraint(fields=["meeting", "project"], name="project_comes_once")]

    def __str__(self) -> str:
        return str(self.project)

    @property
    def takes_gifts(self) -> bool:
        """The project has not come to its end since."""
        return self.project.state in OPEN_TO_GIVERS


class MeetingWish(models.Model):
    """A project that a giver wishes to meet; rank 1 is the dearest."""

    guest = models.ForeignKey(MeetingGuest, on_delete=models.CASCADE, related_name="wishes")
    entry = models.ForeignKey(MeetingEntry, on_delete=models.CASCADE, related_name="wishes")
    rank = models.PositiveSmallIntegerField(_("rank of the wish"))

    class Meta:
        ordering = ["rank", "pk"]
        verbose_name = _("wish of a giver")
        verbose_name_plural = _("wishes of givers")
        constraints = [
            models.UniqueConstraint(fields=["guest", "entry"], name="wish_said_once"),
            models.UniqueConstraint(fields=["guest", "rank"], name="one_wish_a_rank"),
        ]


class MeetingTalk(models.Model):
    """One giver and one project at one table in one round, as the schedule says; at most once each pair."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="talks")
    guest = models.ForeignKey(MeetingGuest, on_delete=models.CASCADE, related_name="talks")
    entry = models.ForeignKey(MeetingEntry, on_delete=models.CASCADE, related_name="talks")
    round = models.PositiveSmallIntegerField(_("round"))
    table = models.PositiveSmallIntegerField(_("table number"))
    rank = models.PositiveSmallIntegerField(_("rank of the wish"), null=True)

    class Meta:
        ordering = ["round", "table"]
        verbose_name = _("talk of a speed meeting")
        verbose_name_plural = _("talks of a speed meeting")
        constraints = [
            models.UniqueConstraint(fields=["guest", "entry"], name="talk_once_a_pair"),
            models.UniqueConstraint(fields=["guest", "round"], name="guest_in_one_place"),
            models.UniqueConstraint(fields=["entry", "round"], name="entry_in_one_place"),
            models.UniqueConstraint(fields=["meeting", "round", "table"], name="one_talk_a_table"),
        ]

    def __str__(self) -> str:
        return f"{self.guest} – {self.entry}"

    @property
    def begins(self) -> datetime:
        return self.meeting.begins(self.round)


class IntentLetterQuerySet(models.QuerySet["IntentLetter"]):
    def visible_to(self, user: Any) -> "IntentLetterQuerySet":
        """The giver, the group, and whoever holds the meeting."""
        mine = list(user.roles) if user.is_authenticated else []
        giver, group = Q(talk__guest__giver__in=mine), Q(talk__entry__project__applicant__in=mine)
        return self.filter(giver | group | Q(talk__meeting__organizer__in=mine))


class IntentLetter(models.Model):
    """A letter of intent (意向书) after a talk: what a giver thinks of giving. It binds nobody until it is pledged."""

    talk = models.OneToOneField(MeetingTalk, on_delete=models.PROTECT, related_name="letter")
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    what = models.CharField(_("what you think of giving"), max_length=200)
    value = MoneyField(_("about how much it is worth (yuan)"), null=True, blank=True)
    until = models.DateField(_("we decide until"))
    written_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    written_at = models.DateTimeField(default=clock.now, editable=False)

    objects = IntentLetterQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        verbose_name = _("letter of intent")
        verbose_name_plural = _("letters of intent")
        constraints = [
            models.CheckConstraint(
                name="intent_is_worth_something",
                condition=Q(value__isnull=True) | Q(value__gt=0),
                violation_error_message=_("Please enter more than 0 yuan."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("projects:intent_detail", args=[self.pk])

    @property
    def giver(self) -> Any:
        return self.talk.guest.giver

    @property
    def project(self) -> Any:
        return self.talk.entry.project

    @property
    def is_pledged(self) -> bool:
        return hasattr(self, "pledge")
