import secrets
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.models import Attachment
from core.workflow import StateField, Stateful, requires, step
from projects.models.in_delivery import InDelivery
from projects.models.state import State as ProjectState

if TYPE_CHECKING:
    from projects.models.activity_rows import ActivityTarget
    from projects.models.plan import Target

MOST_PEOPLE = 100_000
"""Nobody counts more heads at one activity; a slip of the finger is found here."""
OPEN_BEFORE = timedelta(hours=1)
OPEN_AFTER = timedelta(hours=2)
"""When people can sign in: from an hour before it begins until two hours after its end."""
SHOWN_WHILE = [ProjectState.RUNNING, ProjectState.MIDTERM, ProjectState.RECTIFYING, ProjectState.CLOSING]
"""While its project is in one of these, residents read of an activity."""
REFLECTION = ("reflection", "keeps_theme", "goal_reached", "right_people")


def new_sign_in_key() -> str:
    return secrets.token_hex(4)


class ActivityQuerySet(InDelivery["Activity"]):
    def standing(self) -> "ActivityQuerySet":
        """Handed in and not cancelled: to be held, or held."""
        return self.filter(state__in=STANDING)

    def recorded(self) -> "ActivityQuerySet":
        return self.filter(state=Activity.State.RECORDED)

    def told_to_residents(self) -> "ActivityQuerySet":
        """What everybody may read of: handed in, meant for everybody, of a project that goes on."""
        return self.filter(is_public=True, project__state__in=SHOWN_WHILE).exclude(state=Activity.State.DRAFT)

    def with_signed(self) -> "ActivityQuerySet":
        """How many signed in at each, in the same query."""
        return self.annotate(signed=Count("sign_ins", distinct=True)).order_by("starts_at", "pk")


@requires(_("The goal is written down."), "goal")
def has_goal(activity) -> bool:
    return bool(activity.goal)


@requires(_("The place is fixed."), "place")
def has_place(activity) -> bool:
    return bool(activity.place)


@requires(_("It says when the activity ends."), "ends_at")
def has_end(activity) -> bool:
    return activity.ends_at is not None


@requires(_("There is an emergency plan."), "emergency_plan")
def has_emergency_plan(activity) -> bool:
    return bool(activity.emergency_plan)


@requires(_("The activity has begun."), "starts_at")
def has_begun(activity) -> bool:
    return activity.starts_at <= clock.now()


@requires(_("It says who was served."), "audience")
def has_audience(activity) -> bool:
    return bool(activity.audience)


@requires(_("At least one person came: signed in, or counted by heads."), "head_count")
def has_people(activity) -> bool:
    return activity.attendance > 0


@requires(_("It says who ran it."), "team")
def has_team(activity) -> bool:
    return bool(activity.team)


@requires(_("It says how the activity went."), "outcome")
def has_outcome(activity) -> bool:
    return bool(activity.outcome)


@requires(_("You have looked back, and answered the three questions."), *REFLECTION)
def has_reflection(activity) -> bool:
    return all(getattr(activity, name) for name in REFLECTION)


@requires(_("The sign-in sheet is uploaded, or people signed in on the platform."), "sheets")
def has_sign_in(activity) -> bool:
    return activity.sign_ins.exists() or Attachment.objects.of(activity).filter(kind=Activity.SIGN_IN_SHEET).exists()


@requires(_("There is at least one photo."))
def has_photo(activity) -> bool:
    return activity.photos.exists()


@requires(_("Nobody has signed in, and no volunteer's time is confirmed: what was held is recorded."))
def nobody_came(activity) -> bool:
    return not activity.sign_ins.exists() and not activity.volunteer_times.confirmed().exists()


PLAN_IS_WHOLE = [has_goal, has_place, has_end, has_emergency_plan]
RECORD_IS_WHOLE = [
    *(has_begun, has_end, has_audience, has_people, has_team, has_goal, has_outcome, has_reflection),
    *(has_sign_in, has_photo),
]


class Activity(Stateful):
    """An activity: planned (theme, goal, time, place, division of work, materials, emergency plan), then recorded.

    The plan may leave the place open until it is handed in (seed 6: 举办地点：待定). Changed afterwards it says why.
    The record has the fields of the real form (field guide 2.6).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft plan")
        PLANNED = "planned", _("Plan handed in")
        CHANGED = "changed", _("Plan changed")
        RECORDED = "recorded", _("Held and recorded")
        CANCELLED = "cancelled", _("Cancelled")

    class Judged(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    SIGN_IN_SHEET = "sign_in_sheet"
    TONES = {"draft": "neutral", "planned": "info", "changed": "warn", "recorded": "good", "cancelled": "bad"}

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="activities"
    )
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices, max_length=10)
    theme = models.CharField(_("theme"), max_length=80)
    goal = models.TextField(_("goal of the activity"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    place = models.CharField(
        _("place"), max_length=120, blank=True, help_text=_("May still be open while you plan; fixed when you hand in")
    )
    audience = models.CharField(
        _("people served"), max_length=80, blank=True, help_text=_("For example: elders who live alone")
    )
    expected = models.PositiveIntegerField(
        _("how many are expected"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    programme = models.TextField(_("programme"), max_length=2000, blank=True)
    emergency_plan = models.TextField(_("emergency plan"), max_length=1000, blank=True)
    step_key = models.CharField(_("carries out this step of the plan"), max_length=12, blank=True)
    is_public = models.BooleanField(
        _("Residents read of it in the announcements"), default=True,
        help_text=_("Theme, time, place and for whom. Untick it for a closed group or a home visit."),
    )  # fmt: skip
    sign_in_key = models.CharField(max_length=16, default=new_sign_in_key, editable=False)
    """Part of the sign-in code: a new one makes every earlier code worthless."""

    recorded_at = models.DateTimeField(_("recorded at"), null=True, editable=False)
    recorded_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    cancel_reason = models.CharField(_("why it is cancelled"), max_length=300, blank=True, editable=False)
    head_count = models.PositiveIntegerField(
        _("people who came and did not sign in"), default=0, help_text=_("Counted by heads: visits, not persons")
    )
    team = models.CharField(_("who ran it"), max_length=200, blank=True)
    spent = MoneyField(_("money spent"), null=True, blank=True)
    outcome = models.TextField(
        _("how it went"), max_length=2000, blank=True,
        help_text=_("What was done, how people liked it, what it brought, what you found out, what follows."),
    )  # fmt: skip
    reflection = models.TextField(
        _("looking back"), max_length=2000, blank=True,
        help_text=_("What went well, what did not and why, what you learnt, what you will do better."),
    )  # fmt: skip
    keeps_theme = models.CharField(_("the contents kept to the theme"), max_length=6, choices=Judged, blank=True)
    goal_reached = models.CharField(_("the goal was reached"), max_length=6, choices=Judged, blank=True)
    right_people = models.CharField(
        _("those came for whom it was meant"), max_length=6, choices=Judged, blank=True
    )  # fmt: skip
    news_url = models.URLField(_("link to a news report"), max_length=300, blank=True)
    video_url = models.URLField(_("link to a video"), max_length=300, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["project", "state", "starts_at"], name="activity_of_project_by_time"),
            models.Index(fields=["starts_at"], name="activity_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                name="activity_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")),
                violation_error_message=_("The activity must end after it begins."),
            ),
            models.CheckConstraint(
                name="record_is_whole",
                condition=Q(state="recorded", recorded_at__isnull=False, recorded_by__isnull=False)
                | (~Q(state="recorded") & Q(recorded_at__isnull=True, recorded_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="handed_in_activity_has_its_place", condition=Q(state__in=["draft", "cancelled"]) | ~Q(place="")
            ),
            models.CheckConstraint(
                name="cancelled_activity_says_why",
                condition=(Q(state="cancelled") & ~Q(cancel_reason="")) | (~Q(state="cancelled") & Q(cancel_reason="")),
            ),
            models.CheckConstraint(
                name="head_count_is_possible",
                condition=Q(head_count__lte=MOST_PEOPLE),
                violation_error_message=_("So many people cannot have come."),
            ),
        ]

    def __str__(self) -> str:
        return self.theme

    def get_absolute_url(self) -> str:
        return reverse("projects:activity_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.state]

    @property
    def cost(self) -> Decimal:
        """What the materials are planned to cost, in yuan."""
        return sum((item.amount for item in self.items.all()), Decimal("0.00"))

    @property
    def is_recorded(self) -> bool:
        return self.state == self.State.RECORDED

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_to_come(self) -> bool:
        """Still to be held or recorded."""
        return self.state in (self.State.DRAFT, self.State.PLANNED, self.State.CHANGED)

    @property
    def awaits_record(self) -> bool:
        return self.is_to_come and self.starts_at < clock.now()

    @property
    def attendance(self) -> int:
        """Everybody who was there, each time: who signed in, and who was counted by heads."""
        signed = self.signed if hasattr(self, "signed") else self.sign_ins.count()
        return signed + self.head_count

    @property
    def sign_in_opens(self):
        return self.starts_at - OPEN_BEFORE

    @property
    def sign_in_closes(self):
        return (self.ends_at or self.starts_at + OPEN_AFTER) + OPEN_AFTER

    @property
    def takes_sign_ins(self) -> bool:
        """Whether somebody with the code can sign in now."""
        is_on = self.state in (self.State.PLANNED, self.State.CHANGED) and self.project.state in SHOWN_WHILE
        return is_on and self.sign_in_opens <= clock.now() <= self.sign_in_closes

    @property
    def plan_step(self):
        """The step of the project's plan that it carries out, if that step is still there."""
        return self.project.plan_steps.filter(key=self.step_key).first() if self.step_key else None

    @property
    def aims(self) -> "list[tuple[Target, ActivityTarget]]":
        """The measurable goals that it serves, each with what it brought."""
        links = {link.key: link for link in self.target_links.all()}
        return [(target, links[target.key]) for target in self.project.targets.all() if target.key in links]

    @step(
        state,
        source=State.DRAFT,
        target=State.PLANNED,
        permission="projects.plan_delivery",
        label=_("Hand in the plan"),
        conditions=PLAN_IS_WHOLE,
    )
    def hand_in(self):
        """The plan is whole: the mentor reads it, and residents if it is meant for them."""

    @step(
        state,
        source=[State.PLANNED, State.CHANGED],
        target=State.CHANGED,
        permission="projects.plan_delivery",
        label=_("Change the plan"),
        conditions=PLAN_IS_WHOLE,
        note=True,
        button=False,
    )
    def change(self):
        """Another time, place or programme, with the reason: whoever reads the plan is told."""

    @step(
        state,
        source=[State.PLANNED, State.CHANGED],
        target=State.RECORDED,
        permission="projects.plan_delivery",
        label=_("Record the activity"),
        conditions=RECORD_IS_WHOLE,
        button=False,
    )
    def record(self, *, by):
        """It was held, and everything that the record asks for is there."""
        self.recorded_at, self.recorded_by = clock.now(), by

    @step(
        state,
        source=[State.DRAFT, State.PLANNED, State.CHANGED],
        target=State.CANCELLED,
        permission="projects.plan_delivery",
        label=_("Cancel the activity"),
        conditions=[nobody_came],
        note=True,
        tone="danger",
    )
    def cancel(self, *, cancel_reason):
        """It does not take place; the reason stands where people look for it."""
        self.cancel_reason = cancel_reason


STANDING = [Activity.State.PLANNED, Activity.State.CHANGED, Activity.State.RECORDED]
