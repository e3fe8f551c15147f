import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.workdays import add_workdays
from core.workflow import StateField, Stateful, requires, step
from projects.models.project import Project

OPINION_WORKDAYS, DECISION_WORKDAYS = 5, 10
"""How long a mentor has for an opinion and the funder for a decision; then others are told (`config.reminders`)."""


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def visible_to(self, user: Any) -> "ChangeRequestQuerySet":
        """Whoever sees the work of the project; a draft is the group's own business."""
        mine = list(user.roles) if user.is_authenticated else []
        written = ~Q(state=ChangeRequest.State.DRAFT) | Q(project__applicant__in=mine) | Q(project__host__in=mine)
        return self.filter(written, project__in=Project.objects.delivery_visible_to(user))

    def files_visible_to(self, user: Any) -> "ChangeRequestQuerySet":
        """What proves a new account is for the group, its host and the funder: a mentor needs no account number."""
        mine = list(user.roles) if user.is_authenticated else []
        near = Q(project__applicant__in=mine) | Q(project__host__in=mine) | Q(project__funder__in=mine)
        return self.visible_to(user).filter(near | ~Q(kind=ChangeRequest.Kind.ACCOUNT))

    def open(self) -> "ChangeRequestQuerySet":
        return self.filter(state__in=ChangeRequest.OPEN)

    def with_names(self) -> "ChangeRequestQuerySet":
        related = ("call__funder", "call__fund", "track", "applicant", "host", "community", "field")
        return self.select_related(*(f"project__{name}" for name in related), "base", "made_by")


@requires(_("The finance office has looked at the new account."))
def account_is_looked_at(change) -> bool:
    return change.kind != ChangeRequest.Kind.ACCOUNT or change.finance_at is not None


@requires(_("The mentor's time for an opinion is over."))
def opinion_is_overdue(change) -> bool:
    return change.due_on is not None and clock.today() > change.due_on


class ChangeRequest(Stateful):
    """A group wishes to change something of its plan: the mentor gives an opinion, the funder decides.

    `wish` holds what it should be, and nothing of the project changes before the decision. Finishing the plan between
    award and agreement (优化) is the first of them: everybody's plan goes through it, and the clerk confirms it.
    """

    class Kind(models.TextChoices):
        OPTIMISATION = "finish", _("Finish the plan before the agreement")
        BUDGET = "budget", _("Budget")
        EXTENSION = "extension", _("Extension")
        PERSONS = "persons", _("Leader and team")
        PLACE = "place", _("Place and time")
        TARGETS = "targets", _("People served and targets")
        ACCOUNT = "account", pgettext_lazy("kind of change", "Account")
        TERMINATION = "termination", _("Early end")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being written")
        WITH_MENTOR = "mentor", _("With the mentor")
        WITH_FUNDER = "funder", _("With the funder")
        RETURNED = "returned", _("Returned to the group")
        APPROVED = "approved", pgettext_lazy("change of a plan", "Approved")
        REJECTED = "rejected", _("Rejected")
        FILED = "filed", _("Filed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (State.DRAFT, State.WITH_MENTOR, State.WITH_FUNDER, State.RETURNED)
    WRITABLE = (State.DRAFT, State.RETURNED)

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="change_requests"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    due_on = models.DateField(_("due on"), null=True, blank=True, editable=False)
    reason = models.TextField(_("why"), max_length=1000, blank=True)
    wish = models.JSONField(_("wish"), default=dict, encoder=DjangoJSONEncoder, editable=False)
    base = models.ForeignKey(
        "projects.PlanVersion", on_delete=models.PROTECT, related_name="+", editable=False,
        help_text=_("The plan that was in force when it was written"),
    )  # fmt: skip
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(_("begun at"), default=clock.now, editable=False)
    handed_in_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, editable=False)
    supports = models.BooleanField(_("the mentor supports it"), null=True, editable=False)
    opinion = models.TextField(_("opinion of the mentor"), max_length=1000, blank=True, editable=False)
    advised_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    advised_at = models.DateTimeField(_("opinion given at"), null=True, editable=False)
    finance_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    finance_at = models.DateTimeField(_("looked at by finance at"), null=True, editable=False)
    finance_note = models.CharField(_("what finance has checked"), max_length=300, blank=True, editable=False)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decision_note = models.TextField(_("words of the decision"), blank=True, editable=False)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        indexes = [models.Index(fields=["state"], name="change_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"],
                name="one_open_change_of_a_kind",
                condition=Q(state__in=["draft", "mentor", "funder", "returned"]),
            ),
            models.CheckConstraint(
                name="change_opinion_is_whole",
                condition=Q(advised_at__isnull=True, advised_by__isnull=True, supports__isnull=True)
                | Q(advised_at__isnull=False, advised_by__isnull=False, supports__isnull=False),
            ),
            models.CheckConstraint(
                name="change_decision_is_whole",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="change_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("handed_in_by")),
            ),
            models.CheckConstraint(
                name="account_approved_after_finance",
                condition=~Q(kind="account", state="approved") | Q(finance_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} – {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("projects:change_detail", args=[self.pk])

    @property
    def is_optimisation(self) -> bool:
        return self.kind == self.Kind.OPTIMISATION

    @property
    def is_about_hosts_account(self) -> bool:
        """Of a hosted group: the account is its host's, which receives the money."""
        return self.kind == self.Kind.ACCOUNT and self.project.host is not None

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_writable(self) -> bool:
        return self.state in self.WRITABLE

    @property
    def edition(self) -> str:
        """Names what the request says now, and how far it is: whoever presses a button says by it what they read."""
        said = [self.reason, self.wish, self.handed_in_at]
        text = json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
        return f"{self.state}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        good, bad = (self.State.APPROVED, self.State.FILED), (self.State.REJECTED,)
        if self.state in good or self.state in bad:
            return "good" if self.state in good else "bad"
        return "wait" if self.state in self.OPEN else "neutral"

    # -- its life, in the order of time ----------------------------------------------------------

    @step(
        state,
        source=[State.DRAFT, State.RETURNED],
        target=State.WITH_MENTOR,
        permission="projects.hand_in_change",
        label=_("Hand in"),
    )
    def hand_in(self, *, by):
        """The group hands it in; what was said of an earlier wish says nothing of this one."""
        self.handed_in_by, self.handed_in_at = by, clock.now()
        self.due_on = add_workdays(clock.today(), OPINION_WORKDAYS)
        self.supports = self.advised_by = self.advised_at = self.finance_by = self.finance_at = None
        self.opinion = self.finance_note = ""

    @step(
        state,
        source=[State.DRAFT, State.RETURNED],
        target=State.FILED,
        permission="projects.hand_in_change",
        label=_("File the shift"),
        button=False,
    )
    def file(self, *, by):
        """A shift so small that it is told and not asked."""
        self.handed_in_by, self.handed_in_at, self.due_on = by, clock.now(), None

    @step(
        state,
        source=State.WITH_MENTOR,
        target=State.WITH_FUNDER,
        permission="projects.advise_on_change",
        label=_("Give an opinion"),
    )
    def advise(self, *, by, supports, opinion):
        """The mentor says what to think of it, and decides nothing."""
        self.supports, self.opinion, self.advised_by, self.advised_at = supports, opinion, by, clock.now()
        self.due_on = add_workdays(clock.today(), DECISION_WORKDAYS)

    @step(
        state,
        source=State.WITH_MENTOR,
        target=State.WITH_FUNDER,
        permission="projects.return_change",
        label=_("Go on without an opinion"),
        conditions=[opinion_is_overdue],
        note=True,
        tone="quiet",
    )
    def go_on(self):
        """The mentor has let the time pass; the funder does not wait longer."""
        self.due_on = add_workdays(clock.today(), DECISION_WORKDAYS)

    @step(
        state,
        source=State.WITH_MENTOR,
        target=State.WITH_FUNDER,
        permission="projects.follow_by_itself",
        label=_("Without a mentor"),
        button=False,
    )
    def pass_on(self):
        """Nobody coaches the project: it goes straight to the funder."""
        self.due_on = add_workdays(clock.today(), DECISION_WORKDAYS)

    @step(
        state,
        source=State.WITH_FUNDER,
        target=State.APPROVED,
        permission="projects.decide_change",
        label=_("Approve"),
        conditions=[account_is_looked_at],
    )
    def approve(self, *, by, decision_note):
        """From today the project runs by it."""
        self.decided_by, self.decided_at, self.decision_note, self.due_on = by, clock.now(), decision_note, None

    @step(
        state,
        source=[State.WITH_MENTOR, State.WITH_FUNDER],
        target=State.RETURNED,
        permission="projects.return_change",
        label=_("Return to the group"),
        note=True,
        tone="quiet",
    )
    def return_to_group(self, *, decision_note):
        """Something is missing or unclear: the group mends it and hands it in again."""
        self.decision_note = decision_note
        self.due_on = add_workdays(clock.today(), OPINION_WORKDAYS)

    @step(
        state,
        source=State.WITH_FUNDER,
        target=State.REJECTED,
        permission="projects.reject_change",
        label=_("Reject"),
        note=True,
        tone="danger",
    )
    def reject(self, *, by, decision_note):
        """The plan stays as it is; the group reads why."""
        self.decided_by, self.decided_at, self.decision_note, self.due_on = by, clock.now(), decision_note, None

    @step(
        state,
        source=[State.DRAFT, State.WITH_MENTOR, State.WITH_FUNDER, State.RETURNED],
        target=State.WITHDRAWN,
        permission="projects.withdraw_change",
        label=pgettext_lazy("change of a plan", "Withdraw"),
        tone="quiet",
    )
    def withdraw(self):
        """The group does not wish it any more."""
        self.due_on = None

    @step(
        state,
        source=[State.DRAFT, State.WITH_MENTOR, State.WITH_FUNDER, State.RETURNED],
        target=State.WITHDRAWN,
        permission="projects.follow_by_itself",
        label=_("Without an object"),
        button=False,
    )
    def lapse(self):
        """The project has ended or was given up: there is nothing left to change."""
        self.due_on = None
