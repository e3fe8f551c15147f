import secrets
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, step
from evaluations.models.questionnaire import Audience
from evaluations.models.voice_code import LETTERS
from evaluations.questions import SATISFIED_FROM, steps
from projects.models.in_delivery import InDelivery

WITHDRAW_WITHIN = timedelta(minutes=10)
"""How long somebody can take back what they said from the same phone (field guide 3.12 and 6.12)."""
MOST_WORDS = 200
"""One line, and a little more."""


def new_number() -> str:
    """What somebody is shown after answering, and can name when calling: says nothing about who it was."""
    return "".join(secrets.choice(LETTERS) for _each in range(8))


class Face(models.TextChoices):
    """The three faces of the first page."""

    GOOD = "good", _("Satisfied")
    FAIR = "fair", _("So-so")
    BAD = "bad", _("Not satisfied")


LEVEL_OF = {Face.GOOD: 4, Face.FAIR: 3, Face.BAD: 2}
"""A face says the direction and not the strength: 满意, 一般, 不满意. 非常 is only what somebody chooses among five."""


class Channel(models.TextChoices):
    """How an answer came: by the people themselves, or written down by somebody."""

    WEB = "web", _("By themselves, on the phone")
    PHONE = "phone", _("Asked by phone")
    DOOR = "door", _("Asked at the door or on the spot")
    PAPER = "paper", _("Paper questionnaire, entered by the group")


APART = (Channel.PAPER,)
"""What the group itself has entered is shown, and stands apart from every figure on which others rely."""


class VoiceQuerySet(InDelivery["Voice"]):
    def standing(self) -> "VoiceQuerySet":
        """Not taken back by whoever said it."""
        return self.filter(withdrawn_at__isnull=True)

    def valid(self) -> "VoiceQuerySet":
        """What counts: neither taken back, nor left out by a person with a reason."""
        return self.standing().filter(excluded_at__isnull=True)

    def independent(self) -> "VoiceQuerySet":
        return self.exclude(channel__in=APART)

    def to_look_at(self) -> "VoiceQuerySet":
        """Flagged, and nobody has looked at it since."""
        unseen = Q(looked_at__isnull=True) | Q(looked_at__lt=models.F("flagged_at"))
        return self.standing().filter(unseen, flagged_at__isnull=False)

    def to_moderate(self) -> "VoiceQuerySet":
        return self.standing().filter(state=Voice.State.WAITING)

    def shown(self) -> "VoiceQuerySet":
        """What everybody may read."""
        return self.standing().filter(state=Voice.State.SHOWN)

    def of_phone(self, device: str) -> "VoiceQuerySet":
        """What one phone has said today, or so late yesterday that it can still take it back."""
        since = clock.now() - WITHDRAW_WITHIN
        fresh = Q(day=clock.today()) | Q(said_at__gt=since)
        return self.standing().filter(fresh, device=device) if device else self.none()

    def traceable(self, before: Any) -> "VoiceQuerySet":
        """Said before that moment, and still with the fingerprint of a phone or connection."""
        return self.filter(said_at__lt=before).exclude(device="", sender="")


class Voice(Stateful):
    """What one person says of a project or an activity: a face, perhaps eight more answers, perhaps a line of text.

    Nobody's name is asked for. What is kept of the phone and the connection are keyed fingerprints for this project
    alone; they go after a month. The words have a life of their own (`state`): nobody reads them in public before a
    person has; the answer counts from the beginning, whatever becomes of its words.
    """

    class State(models.TextChoices):
        SILENT = "silent", _("No words")
        INSIDE = "inside", _("Not meant for the public")
        WAITING = "waiting", _("Waits to be looked at")
        SHOWN = "shown", _("Shown in public")
        HIDDEN = "hidden", _("Not shown")

    class Why(models.TextChoices):
        """Why words are not shown: the kinds, said with words of the moderator's own."""

        INSULT = "insult", _("Insults or threatens somebody")
        PERSONAL = "personal", _("Tells private things of somebody")
        ADVERT = "advert", _("Advertising")
        OFF_TOPIC = "off_topic", _("Has nothing to do with the project")
        CHARGE = "charge", _("Accuses somebody of an offence: looked into as a report")
        REPEATED = "repeated", _("Says the same as another one")

    TONES = {"silent": "neutral", "inside": "neutral", "waiting": "wait", "shown": "good", "hidden": "bad"}

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="voices"
    )
    activity = models.ForeignKey(
        "projects.Activity", verbose_name=_("activity"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="voices",
    )  # fmt: skip
    code = models.ForeignKey(
        "evaluations.VoiceCode", on_delete=models.PROTECT, null=True, related_name="voices", editable=False
    )
    questionnaire = models.ForeignKey(
        "evaluations.Questionnaire", verbose_name=_("questionnaire"), on_delete=models.PROTECT, related_name="voices"
    )
    audience = models.CharField(_("who is asked"), max_length=10, choices=Audience.choices)
    number = models.CharField(_("number of the answer"), max_length=12, unique=True, default=new_number, editable=False)
    channel = models.CharField(_("how it came"), max_length=5, choices=Channel.choices, default=Channel.WEB)
    entered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    entered_name = models.CharField(_("who writes it down"), max_length=40, blank=True)
    face = models.CharField(_("how satisfied"), max_length=4, choices=Face.choices, blank=True)
    level = models.PositiveSmallIntegerField(_("step of five"), null=True)
    """1 to 5: the face, or the answer to the question about the whole, once somebody has given one. None when it was
    taken back."""
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    said_at = models.DateTimeField(_("said at"), default=clock.now, editable=False)
    day = models.DateField(default=clock.today, editable=False)
    device = models.CharField(_("mark of the device"), max_length=64, blank=True, editable=False)
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, editable=False)

    text = models.CharField(_("words of the resident"), max_length=MOST_WORDS, blank=True)
    state = StateField(_("state"), default=State.SILENT, choices=State.choices, max_length=10)
    shown_text = models.CharField(_("as everybody reads it"), max_length=MOST_WORDS + 50, blank=True, editable=False)
    hidden_for = models.CharField(_("why not shown"), max_length=10, choices=Why.choices, blank=True, editable=False)
    moderated_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    moderated_at = models.DateTimeField(_("moderated at"), null=True, editable=False)
    reply = models.CharField(_("answer of the group"), max_length=300, blank=True)
    replied_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    replied_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    flags = models.JSONField(_("what looks odd"), default=list, blank=True, editable=False)
    flagged_at = models.DateTimeField(_("flagged at"), null=True, editable=False)
    looked_at = models.DateTimeField(_("looked at"), null=True, editable=False)
    looked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    excluded_at = models.DateTimeField(_("left out at"), null=True, editable=False)
    excluded_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    exclusion = models.CharField(_("why it is left out"), max_length=300, blank=True, editable=False)

    objects = VoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at", "-pk"]
        verbose_name = _("resident's voice")
        verbose_name_plural = _("residents' voices")
        indexes = [
            models.Index(fields=["project", "audience", "day"], name="voice_of_project_by_day"),
            models.Index(fields=["sender", "said_at"], name="voice_by_sender"),
            models.Index(fields=["state"], name="voice_by_state"),
            models.Index(fields=["flagged_at"], name="voice_flagged", condition=Q(flagged_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "device", "day"],
                name="one_voice_a_phone_and_day",
                condition=~Q(device="") & Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="voice_has_a_level",
                condition=Q(level__gte=1, level__lte=5, level__isnull=False) | Q(withdrawn_at__isnull=False),
            ),
            models.CheckConstraint(
                name="written_down_by_somebody",
                condition=Q(channel="web", entered_by__isnull=True, entered_name="")
                | Q(channel="paper", entered_by__isnull=False)
                | (Q(channel__in=["phone", "door"]) & (Q(entered_by__isnull=False) | ~Q(entered_name=""))),
            ),
            models.CheckConstraint(
                name="withdrawn_voice_is_empty",
                condition=Q(withdrawn_at__isnull=True)
                | Q(text="", shown_text="", device="", face="", level__isnull=True, state="silent"),
            ),
            models.CheckConstraint(
                name="voice_left_out_by_somebody_with_a_reason",
                condition=Q(excluded_at__isnull=True, excluded_by__isnull=True, exclusion="")
                | (Q(excluded_at__isnull=False, excluded_by__isnull=False) & ~Q(exclusion="")),
            ),
            models.CheckConstraint(
                name="shown_words_were_looked_at",
                condition=~Q(state="shown") | (Q(moderated_by__isnull=False) & ~Q(shown_text="")),
            ),
            models.CheckConstraint(
                name="hidden_words_say_why",
                condition=(Q(state="hidden") & ~Q(hidden_for="")) | (~Q(state="hidden") & Q(hidden_for="")),
            ),
            models.CheckConstraint(
                name="reply_is_whole",
                condition=Q(reply="", replied_by__isnull=True, replied_at__isnull=True)
                | (~Q(reply="") & Q(replied_by__isnull=False, replied_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("evaluations:voice_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.state]

    @property
    def is_satisfied(self) -> bool:
        return (self.level or 0) >= SATISFIED_FROM

    @property
    def mood(self) -> Face:
        """The face of the level, also of an answer that was given in five steps."""
        return Face.GOOD if self.is_satisfied else Face.FAIR if self.level == LEVEL_OF[Face.FAIR] else Face.BAD

    @property
    def level_words(self) -> str:
        """The level as one of five steps."""
        return dict(steps("satisfied")).get(self.level, "")

    @property
    def withdraw_until(self):
        return self.said_at + WITHDRAW_WITHIN

    @property
    def can_be_withdrawn(self) -> bool:
        return self.withdrawn_at is None and clock.now() < self.withdraw_until

    @property
    def can_say_more(self) -> bool:
        """The longer form, once, on the day itself."""
        return self.withdrawn_at is None and not self.answers and self.day >= clock.today() - timedelta(days=1)

    @property
    def about(self) -> str:
        return self.activity.theme if self.activity else self.project.title

    @property
    def who_entered(self) -> str:
        return str(self.entered_by or self.entered_name)

    @property
    def was_looked_at(self) -> bool:
        return bool(self.flagged_at and self.looked_at and self.looked_at >= self.flagged_at)

    @property
    def question_answers(self) -> list[tuple[str, str]]:
        """What was asked, as it was worded then, and what was answered."""
        return [
            (item["text"], dict(steps(item.get("scale", "")))[self.answers[item["key"]]])
            for item in self.questionnaire.items
            if item["key"] in self.answers
        ]

    @step(
        state,
        source=[State.WAITING, State.HIDDEN],
        target=State.SHOWN,
        permission="evaluations.moderate_voice",
        label=_("Show it in public"),
        button=False,
    )
    def show(self, *, by, shown_text):
        """A person has read it and nothing stands against it; personal data in it is masked."""
        self.moderated_by, self.moderated_at = by, clock.now()
        self.shown_text, self.hidden_for = shown_text, ""

    @step(
        state,
        source=[State.WAITING, State.SHOWN],
        target=State.HIDDEN,
        permission="evaluations.moderate_voice",
        label=_("Do not show it"),
        note=True,
        button=False,
        tone="danger",
    )
    def hide(self, *, by, hidden_for):
        """Not shown, for a reason of a kind and in words; the answer counts all the same, and nothing is deleted."""
        self.moderated_by, self.moderated_at = by, clock.now()
        self.shown_text, self.hidden_for = "", hidden_for

    @step(
        state,
        source=list(State),
        target=State.SILENT,
        permission="evaluations.take_back_voice",
        label=_("Taken back"),
        button=False,
    )
    def take_back(self):
        """Whoever said it no longer says it: face, answers and words go, that there was one stays."""
        self.withdrawn_at = clock.now()
        self.text = self.shown_text = self.hidden_for = self.device = self.reply = self.face = ""
        self.level = None
        self.replied_by, self.replied_at, self.answers = None, None, {}
