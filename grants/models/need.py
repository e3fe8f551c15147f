import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, step


def new_reference() -> str:
    """The code with which whoever reported a need asks about it later; cannot be guessed."""
    return secrets.token_hex(5).upper()


class NeedQuerySet(models.QuerySet["Need"]):
    def open(self) -> "NeedQuerySet":
        """Needs that still ask for an answer: received, accepted or listed."""
        return self.filter(state__in=[Need.State.RECEIVED, Need.State.ACCEPTED, Need.State.LISTED])

    def with_names(self) -> "NeedQuerySet":
        return self.select_related("community", "field", "merged_into")


class Need(Stateful):
    """What a community lacks (需求): reported by residents, found by a survey, or posted by the community.

    Needs belong to no single funder: any funder's clerk can take one up, and any fund may answer it.
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
        _("how we know"), max_length=300, blank=True, help_text=_("For a survey: method, when, how many were asked")
    )
    source = models.CharField(_("who speaks"), max_length=10, choices=Source.choices, default=Source.RESIDENT)
    channel = models.CharField(_("entry channel"), max_length=6, choices=Channel.choices, default=Channel.WEB)
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=30, blank=True)
    entered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, editable=False, related_name="entered_needs"
    )
    sender = models.CharField(max_length=64, blank=True, editable=False)
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
                name="merged_need_says_into_which",
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grants:need_detail", args=[self.reference])

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
