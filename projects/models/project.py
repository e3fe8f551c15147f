from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from grants.models import LedgerEntry, Nature
from grants.movements import Account
from projects.models.life import ProjectLife
from projects.models.project_queries import ProjectQuerySet
from projects.models.state import ENDED, FUNDED, STANDINGS, Standing, State

ZERO = Decimal("0.00")


class Project(ProjectLife):
    """One project, from the first draft to the archive: the proposal, its money, and where it is in its life."""

    State = State

    Nature = Nature

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="projects")
    funder = models.ForeignKey(
        "people.Organization",
        verbose_name=_("funder"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
    )
    """That of its call, which never changes it: here too, so that what a funder was handed in stands in one index."""
    track = models.ForeignKey(
        "grants.Track", verbose_name=_("track"), on_delete=models.PROTECT, related_name="projects"
    )
    applicant = models.ForeignKey(
        "people.Organization", verbose_name=_("applicant"), on_delete=models.PROTECT, related_name="projects"
    )
    host = models.ForeignKey(
        "people.Organization",
        verbose_name=_("host organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted_projects",
        help_text=_("Signs and receives the money for a filed group"),
    )
    number = models.CharField(_("number"), max_length=40, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=60)
    nature = models.CharField(
        _("nature"), max_length=10, choices=Nature.choices, default=Nature.SERVICE, help_text=_("Judged differently")
    )
    answers = models.ForeignKey(
        "grants.NeedListEntry",
        verbose_name=_("answers the need"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        help_text=_("A need from a published list"),
    )
    field = models.ForeignKey(
        "grants.ServiceField", verbose_name=_("service field"), on_delete=models.PROTECT, null=True, blank=True
    )
    community = models.ForeignKey(
        "people.Community",
        verbose_name=_("community"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        help_text=_("Where the project takes place"),
    )
    other_communities = models.ManyToManyField(
        "people.Community", verbose_name=_("also takes place in"), blank=True, related_name="+"
    )
    supervisor = models.CharField(
        _("supervised by"), max_length=80, blank=True, help_text=_("The street or community office that looks after it")
    )
    wanted_by = models.CharField(
        _("wanted by"), max_length=80, blank=True, help_text=_("Who asked for the service, if not a listed need")
    )
    leader = models.CharField(_("project leader"), max_length=60, blank=True)
    leader_phone = models.CharField(_("leader's phone"), max_length=30, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    beneficiaries = models.PositiveIntegerField(
        _("people served directly"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
    )
    indirect_beneficiaries = models.PositiveIntegerField(
        _("people served indirectly"), null=True, blank=True, validators=[MaxValueValidator(10_000_000)]
    )
    audience = models.TextField(_("who is served"), max_length=100, blank=True)
    summary = models.TextField(_("summary"), max_length=200, blank=True)
    features = models.TextField(_("what is special"), max_length=200, blank=True)
    needs = models.TextField(_("the need"), max_length=500, blank=True)
    goals = models.TextField(_("goals"), max_length=500, blank=True)
    method = models.TextField(_("plan"), max_length=1000, blank=True)
    risks = models.TextField(_("risks and how they are prevented"), max_length=500, blank=True)
    emergency_plan = models.TextField(_("emergency plan"), max_length=500, blank=True)
    evaluation = models.TextField(_("results and how they are measured"), max_length=500, blank=True)
    experience = models.TextField(_("experience with such projects"), max_length=200, blank=True)
    sustainability = models.TextField(_("how it goes on afterwards"), max_length=500, blank=True)

    amount_requested = MoneyField(_("amount requested"), null=True, blank=True)
    amount_proposed = MoneyField(_("amount proposed"), null=True, blank=True, editable=False)
    amount_awarded = MoneyField(_("amount awarded"), null=True, blank=True, editable=False)
    # Paid less reversed, as in the ledger: it stands here too so that the database itself refuses more than the award.
    amount_paid = MoneyField(_("amount paid"), default=Decimal("0.00"), editable=False)

    midterm_passed_on = models.DateField(_("midterm passed on"), null=True, blank=True, editable=False)
    final_passed_on = models.DateField(_("final evaluation passed on"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        "people.User",
        verbose_name=_("approved by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    budget_checked_at = models.DateTimeField(_("financial pre-check finished at"), null=True, editable=False)
    budget_checked_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    compared_at = models.DateTimeField(_("compared with other proposals at"), null=True, editable=False)
    routed_from = models.ForeignKey(
        "self",
        verbose_name=_("offered before as"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="routed_to",
    )
    created_by = models.ForeignKey(
        "people.User", verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    saved_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    saved_from = models.CharField(max_length=32, blank=True, editable=False)
    """The browser tab that saved last (`core.workflow.continues`)."""

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-state_since", "-pk"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        indexes = [
            models.Index(fields=["call", "state"], name="project_by_call_state"),
            models.Index(  # and what says whose it is, so that others' are passed by without being read
                fields=["state_since", "id", "call", "applicant", "host", "submitted_at"], name="project_by_time"
            ),
            models.Index(
                fields=["funder", "state_since", "id"],
                name="project_of_funder_by_time",
                condition=Q(submitted_at__isnull=False),
            ),
            models.Index(fields=["funder", "state", "state_since", "id"], name="project_of_funder_by_state"),
            models.Index(fields=["state", "state_since", "id"], name="project_by_state"),
            models.Index(fields=["due_on"], name="project_by_due_day"),
            models.Index(fields=["host"], name="project_by_host", condition=Q(host__isnull=False)),
            models.Index(fields=["number"], name="project_by_number"),
        ]
        constraints = [
            models.UniqueConstraint("number", name="project_number_once", condition=~Q(number="")),
            models.CheckConstraint(name="project_state_is_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="project_starts_before_end",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
                violation_error_message=_("The project must end after it starts."),
            ),
            models.CheckConstraint(
                name="project_amounts_in_order",
                condition=Q(amount_awarded__isnull=True) | Q(amount_awarded__lte=F("amount_requested")),
            ),
            models.CheckConstraint(
                name="never_paid_more_than_awarded",
                condition=Q(amount_paid=0) | Q(amount_paid__gt=0, amount_paid__lte=F("amount_awarded")),
            ),
            models.CheckConstraint(
                name="budget_check_is_whole",
                condition=Q(budget_checked_at__isnull=True, budget_checked_by__isnull=True)
                | Q(budget_checked_at__isnull=False, budget_checked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_is_whole",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True, amount_awarded__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, amount_awarded__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.funder_id = self.call.funder_id
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("projects:project_detail", args=[self.pk])

    # -- facts ---------------------------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        """Stage, holder, next step and colour of the present state."""
        return STANDINGS[self.state]

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_funded(self) -> bool:
        return self.state in FUNDED

    @property
    def is_editable(self) -> bool:
        """The text of the proposal may change only while the applicant has it."""
        return self.state in (State.DRAFT, State.RETURNED)

    @property
    def is_too_late_to_correct(self) -> bool:
        """The last day to submit again is over; the clerk can give more time."""
        return self.state == State.RETURNED and self.due_on is not None and clock.today() > self.due_on

    @property
    def payee(self):
        """The organisation that signs and receives the money."""
        return self.host or self.applicant

    @property
    def places(self) -> set[int]:
        """The communities in which it takes place, by id."""
        others = self.other_communities.all()
        return {*(place.pk for place in others), *([self.community_id] if self.community_id else [])}

    @property
    def opinions(self) -> list[Any]:
        """What each community in which it takes place says of it now: the newest answer of each that counts."""
        newest: dict[int, Any] = {}
        for answer in self.recommendations.that_count().filter(community__in=self.places).select_related("community"):
            newest.setdefault(answer.community_id, answer)
        return list(newest.values())

    @property
    def total_budget(self) -> Decimal:
        """All lines, whoever pays, in yuan."""
        return sum((line.amount for line in self.budget_lines.all()), ZERO)

    @property
    def grant_budget(self) -> Decimal:
        """The lines this grant is to pay, in yuan; must equal the amount requested."""
        return sum((line.amount for line in self.budget_lines.all() if line.source == line.Source.GRANT), ZERO)

    @property
    def amount_cut(self) -> Decimal:
        """What the financial pre-check took from the lines this grant is to pay, in yuan."""
        return sum((min(line.cut, line.amount) for line in self.budget_lines.all() if line.source == "grant"), ZERO)

    @property
    def amount_payable(self) -> Decimal:
        """The most that may be awarded: the request less what the pre-check cut, in yuan."""
        return max((self.amount_requested or ZERO) - self.amount_cut, ZERO)

    @property
    def account(self) -> Account:
        """What the ledger says of it: reserved, committed, paid out, returned."""
        return LedgerEntry.objects.account(self.number)

    @property
    def amount_returned(self) -> Decimal:
        """What came back to the fund, by the ledger, in yuan."""
        return self.account.returned

    @property
    def mentors(self):
        """Who coaches it now."""
        return [p for p in self.participants.current().select_related("person") if p.part == "mentor"]
