from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.workflow import StateField, Stateful, step
from projects.models.notice import digest_of


class Decision(Stateful):
    """What a funder's meeting decided on a call (拟立项决定): proposed by one person, approved by a second.

    Until it is announced the projects stay in review, so nobody outside can read it anywhere (embargo).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        PROPOSED = "proposed", _("Waiting for approval")
        APPROVED = "approved", _("Approved, not yet announced")
        ANNOUNCED = "announced", _("Announced")

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="decisions")
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices, max_length=10)
    held_on = models.DateField(_("meeting held on"), default=clock.today)
    place = models.CharField(_("place"), max_length=120, blank=True)
    chair = models.CharField(_("chaired by"), max_length=60, blank=True)
    present = models.TextField(_("present"), max_length=1000, blank=True, help_text=_("Name and office, one a line"))
    attending = models.TextField(
        _("also attending"), max_length=500, blank=True, help_text=_("Without a vote: name and office, one a line")
    )
    absent = models.TextField(_("absent"), max_length=500, blank=True, help_text=_("With the reason, one a line"))
    minutes = models.TextField(_("minutes"), max_length=5000, blank=True, help_text=_("What was discussed and decided"))
    note = models.TextField(
        _("reason for the groups that are not selected"), max_length=1000, blank=True, help_text=_("They will read it")
    )
    embargo_until = models.DateField(
        _("not announced before"), null=True, blank=True, help_text=_("Empty: as soon as it is approved")
    )
    prepared_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    proposed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    proposed_at = models.DateTimeField(_("proposed at"), null=True, editable=False)
    approved_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(fields=["call"], name="one_decision_at_a_time", condition=~Q(state="announced")),
            models.CheckConstraint(
                name="decision_approved_by_a_second_person",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="decision_announced_once_approved",
                condition=Q(announced_at__isnull=True) | Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.held_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:decision_detail", args=[self.pk])

    @step(
        state,
        source=State.DRAFT,
        target=State.PROPOSED,
        permission="evaluations.decide",
        label=_("Propose for approval"),
        button=False,
    )
    def propose(self, *, by):
        """The list is complete; a second person is asked."""
        self.proposed_by, self.proposed_at = by, clock.now()

    @step(
        state,
        source=State.PROPOSED,
        target=State.DRAFT,
        permission="evaluations.approve_decision",
        label=_("Send back"),
        note=True,
        tone="quiet",
    )
    def send_back(self):
        """The approver wants something else decided, and says what."""
        self.proposed_by = self.proposed_at = None

    @step(
        state,
        source=State.PROPOSED,
        target=State.APPROVED,
        permission="evaluations.approve_decision",
        label=_("Approve the decision"),
        button=False,
    )
    def approve(self, *, by):
        """The second person agrees; scores and places are frozen."""
        self.approved_by, self.approved_at = by, clock.now()

    @step(
        state,
        source=State.APPROVED,
        target=State.DRAFT,
        permission="evaluations.approve_decision",
        label=_("Take the approval back"),
        note=True,
        tone="quiet",
    )
    def take_back(self):
        """Something came up before it was announced: nobody outside has read it."""
        self.proposed_by = self.proposed_at = self.approved_by = self.approved_at = None

    @step(
        state,
        source=State.APPROVED,
        target=State.ANNOUNCED,
        permission="evaluations.decide",
        label=_("Announce"),
        button=False,
    )
    def announce(self):
        """The public notice begins; from now on everybody may read it."""
        self.announced_at = clock.now()

    @property
    def is_open(self) -> bool:
        """Can still be changed."""
        return self.state == self.State.DRAFT

    @property
    def is_due(self) -> bool:
        """The day from which on it may be announced has come."""
        return self.embargo_until is None or self.embargo_until <= clock.today()

    @property
    def total(self) -> Decimal:
        """Yuan proposed for the shortlisted projects."""
        chosen = self.lines.filter(outcome=DecisionLine.Outcome.SHORTLIST)
        return chosen.aggregate(sum=models.Sum("amount"))["sum"] or Decimal("0.00")

    @property
    def digest(self) -> str:
        """Of what is decided and minuted, and which projects are still there: whoever acts on it has read just that."""
        facts = ("project", "project__state", "outcome", "amount", "reason", "rank", "score")
        minuted = (self.held_on, self.place, self.chair, self.present, self.attending, self.absent)
        return digest_of(repr([*self.lines.values_list(*facts), minuted, self.minutes, self.note, self.embargo_until]))


class DecisionLine(models.Model):
    """What a decision says about one project, with the score and place it had."""

    class Outcome(models.TextChoices):
        SHORTLIST = "shortlist", _("Shortlisted")
        WAITLIST = "waitlist", _("Waitlisted")
        DECLINE = "decline", _("Not selected")

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="lines")
    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="decision_lines"
    )
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome.choices, blank=True)
    amount = MoneyField(_("amount"), null=True, blank=True)
    reason = models.CharField(
        _("reason"), max_length=500, blank=True, help_text=_("For a cut, or for leaving the published order")
    )
    rank = models.PositiveSmallIntegerField(_("rank in its track"), null=True)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True)
    bonus = models.DecimalField(
        _("bonus"), max_digits=5, decimal_places=2, default=0, help_text=_("What of the score is no expert's")
    )

    class Meta:
        ordering = ["project__track", models.F("rank").asc(nulls_last=True), "pk"]
        verbose_name = _("line of a decision")
        verbose_name_plural = _("lines of a decision")
        constraints = [
            models.UniqueConstraint(fields=["decision", "project"], name="decided_once"),
            models.CheckConstraint(
                name="only_shortlisted_have_an_amount", condition=Q(outcome="shortlist") | Q(amount__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.get_outcome_display()}"

    @property
    def base(self) -> Decimal | None:
        """The experts' score."""
        return None if self.score is None else self.score - self.bonus

    @property
    def is_absent(self) -> bool:
        """Nobody came to present it: it has abstained, so that it has neither score nor place."""
        slot = getattr(self.project, "pitch_slot", None)
        return slot is not None and slot.is_absent
