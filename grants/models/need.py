import secrets

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, requires, step
from people.models import ground_of


def new_reference() -> str:
    """The code with which whoever reported a need asks about it later; cannot be guessed."""
    return secrets.token_hex(5).upper()


class NeedQuerySet(models.QuerySet["Need"]):
    def open(self) -> "NeedQuerySet":
        """Needs that still ask for an answer: received, accepted or listed."""
        return self.filter(state__in=[Need.State.RECEIVED, Need.State.ACCEPTED, Need.State.LISTED])

    def visible_to(self, user) -> "NeedQuerySet":
        """On the desk, with its files and who reported it: the people of the bureau that is responsible for its place,
        and whoever entered it."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(entered_by=user) | on_ground_of(user))

    def on_desk_of(self, user, *roles: str) -> "NeedQuerySet":
        """Those for which a bureau of this person is responsible."""
        return self.filter(on_ground_of(user, *roles)) if user.is_authenticated else self.none()

    def with_names(self) -> "NeedQuerySet":
        return self.select_related("community", "field", "merged_into")


def on_ground_of(user, *roles: str) -> Q:
    """In a community for which a bureau of this person (in one of these roles) is the nearest."""
    return ground_of("community__region_code", user.bureaus_as(*roles) if roles else user.bureaus)


@requires(_("It has been published in a list since, together with the other report."))
def still_apart(need: "Need") -> bool:
    """The need that speaks for both has not been published since they were merged."""
    into = need.merged_into
    return into is None or into.state != Need.State.LISTED or into.state_since < need.state_since


class Need(Stateful):
    """What a community lacks (需求): reported by residents, found by a survey, or posted by the community.

    It belongs to its place: the clerks of the nearest bureau take it up, and any fund may answer it.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("To be sorted out")
        ACCEPTED = "accepted", _("Accepted")
        LISTED = "listed", _("In a published list")
        MERGED = "merged", _("Merged into another need")
        DECLINED = "declined", _("Declined")

    class Source(models.TextChoices):
        """Who speaks."""

        COMMUNITY = "community", _("Residents' committee")
        SURVEY = "survey", _("A social worker's survey")
        RESIDENT = "resident", _("A resident")

    class Channel(models.TextChoices):
        """How it reached us (S1: 四端)."""

        WEB = "web", _("Web page")
        PHONE = "phone", _("Telephone")
        VISIT = "visit", _("Visit at the door")
        PROXY = "proxy", _("Filled in for somebody")

    reference = models.CharField(_("receipt code"), max_length=10, unique=True, default=new_reference, editable=False)
    title = models.CharField(_("the need in one line"), max_length=60)
    text = models.TextField(_("what is lacking"), max_length=500)
    community = models.ForeignKey(
        "people.Community", verbose_name=_("community"), on_delete=models.PROTECT, related_name="needs"
    )
    field = models.ForeignKey(
        "grants.ServiceField",
        verbose_name=_("service field"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="needs",
    )
    people = models.PositiveIntegerField(_("how many people"), null=True, blank=True)
    evidence = models.TextField(
        _("how we know"), max_length=300, blank=True, help_text=_("For a survey: what it found, in figures")
    )
    method = models.CharField(
        _("method of the survey"), max_length=60, blank=True, help_text=_("Questionnaire, visits, talks, …")
    )
    sample = models.PositiveIntegerField(_("how many were asked"), null=True, blank=True)
    surveyed_from = models.DateField(_("survey began on"), null=True, blank=True)
    surveyed_until = models.DateField(_("survey ended on"), null=True, blank=True)
    source = models.CharField(_("who speaks"), max_length=10, choices=Source.choices, default=Source.RESIDENT)
    channel = models.CharField(_("entry channel"), max_length=6, choices=Channel.choices, default=Channel.WEB)
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=30, blank=True)
    entered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, editable=False, related_name="entered_needs"
    )
    vouched_by = models.ForeignKey(
        "people.User",
        verbose_name=_("known to be the committee's, by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, blank=True, editable=False)
    received_at = models.DateTimeField(_("received at"), default=clock.now, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="merged",
    )
    state = StateField(_("state"), default=State.RECEIVED, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        indexes = [
            models.Index(fields=["state", "community"], name="need_by_state"),
            models.Index(fields=["sender", "received_at"], name="need_by_sender"),
        ]
        constraints = [
            models.CheckConstraint(
                name="survey_begins_before_it_ends",
                condition=Q(surveyed_from__isnull=True)
                | Q(surveyed_until__isnull=True)
                | Q(surveyed_from__lte=F("surveyed_until")),
                violation_error_message=_("The survey must end on or after the day it began."),
            ),
            models.CheckConstraint(
                name="merged_need_says_into_which",
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grants:need_detail", args=[self.reference])

    @property
    def speaker(self) -> str:
        """Who speaks, and whether we know it: anybody may write that they write for the committee."""
        if self.source == Need.Source.COMMUNITY and self.vouched_by_id is None:
            return str(_("Residents' committee, not confirmed"))
        return str(self.get_source_display())

    @property
    def entry(self):
        """Its line in the list that is not withdrawn, if it is in one."""
        return self.entries.filter(stands=True).select_related("list").first()

    @step(
        state, source=State.RECEIVED, target=State.ACCEPTED, permission="grants.handle_need", label=_("Accept the need")
    )
    def accept(self):
        """It is understood, in our area, and not answered already."""

    @step(
        state,
        source=[State.RECEIVED, State.ACCEPTED],
        target=State.MERGED,
        permission="grants.handle_need",
        label=_("Merge"),
        button=False,
    )
    def merge(self, *, into):
        """The same need as another one, which speaks for both from now on."""
        self.merged_into = into

    @step(
        state,
        source=State.MERGED,
        target=State.RECEIVED,
        permission="grants.handle_need",
        label=_("Take apart again"),
        conditions=[still_apart],
        button=False,
    )
    def unmerge(self):
        """It was not the same after all; it is sorted out anew."""
        self.merged_into = None

    @step(
        state,
        source=[State.RECEIVED, State.ACCEPTED],
        target=State.DECLINED,
        permission="grants.handle_need",
        label=_("Decline"),
        note=True,
        tone="danger",
    )
    def decline(self):
        """Not a need that grants can answer; whoever reported it reads why."""

    @step(
        state,
        source=State.ACCEPTED,
        target=State.LISTED,
        permission="grants.handle_need",
        label=_("Put in a list"),
        button=False,
    )
    def list_publicly(self):
        """Published with a number in a list that groups answer with proposals."""

    @step(
        state,
        source=State.LISTED,
        target=State.ACCEPTED,
        permission="grants.handle_need",
        label=_("Its list was withdrawn"),
        button=False,
    )
    def unlist(self):
        """Waits for the corrected list."""
