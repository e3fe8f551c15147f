from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.workdays import add_workdays
from core.workflow import StateField, Stateful, step
from projects import conditions
from projects.models.participant import Part, Participant
from projects.models.state import ENDED, FUNDED, STANDINGS, Standing, State

RECTIFY_WORKDAYS = 15  # field guide 2.8: 15 to 30 days to mend


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user) -> "ProjectQuerySet":
        """Its applicant and host, its funder (once submitted), and whoever coaches, judges or evaluates it now."""
        return self._seen_by(user, Part.values)

    def delivery_visible_to(self, user) -> "ProjectQuerySet":
        """The same without the experts, who judge the proposal and see nothing of the work that follows."""
        return self._seen_by(user, [Part.MENTOR, Part.EVALUATOR])

    def _seen_by(self, user, parts) -> "ProjectQuerySet":
        if not user.is_authenticated:
            return self.none()
        mine = list(user.roles)
        taking_part = Participant.objects.current().filter(project=OuterRef("pk"), person=user, part__in=parts)
        return self.filter(
            Q(applicant__in=mine)
            | (Q(host__in=mine) & ~Q(state=State.DRAFT))
            | (Q(call__funder__in=mine) & ~Q(state=State.DRAFT))
            | Exists(taking_part)
        )

    def with_names(self) -> "ProjectQuerySet":
        """What every list shows, in one query, without the long texts."""
        return self.select_related("call", "call__funder", "track", "applicant", "field", "community").defer(
            "summary", "features", "needs", "goals", "method", "risks", "sustainability", "call__guidelines"
        )

    def funded(self) -> "ProjectQuerySet":
        return self.filter(state__in=FUNDED)

    def completed(self) -> "ProjectQuerySet":
        return self.filter(state=State.COMPLETED)


class Project(Stateful):
    """One project, from the first draft to the archive: the proposal, its money, and where it is in its life."""

    State = State

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="projects")
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
    summary = models.TextField(_("summary"), max_length=200, blank=True)
    features = models.TextField(_("what is special"), max_length=200, blank=True)
    needs = models.TextField(_("the need"), max_length=500, blank=True)
    goals = models.TextField(_("goals"), max_length=500, blank=True)
    method = models.TextField(_("plan"), max_length=1000, blank=True)
    risks = models.TextField(_("risks and emergency plan"), max_length=500, blank=True)
    sustainability = models.TextField(_("how it goes on afterwards"), max_length=500, blank=True)

    amount_requested = MoneyField(_("amount requested"), null=True, blank=True)
    amount_proposed = MoneyField(_("amount proposed"), null=True, blank=True, editable=False)
    amount_awarded = MoneyField(_("amount awarded"), null=True, blank=True, editable=False)
    amount_paid = MoneyField(_("amount paid"), default=Decimal("0.00"), editable=False)

    state = StateField(_("state"), default=State.DRAFT, choices=State.choices, max_length=20)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    due_on = models.DateField(_("due on"), null=True, blank=True, editable=False)
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
    created_by = models.ForeignKey(
        "people.User", verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-state_since", "-pk"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        indexes = [models.Index(fields=["call", "state"], name="project_by_call_state")]
        constraints = [
            models.UniqueConstraint("number", name="project_number_once", condition=~Q(number="")),
            models.CheckConstraint(name="project_state_is_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="project_starts_before_end",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
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
                name="approval_is_whole",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True, amount_awarded__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, amount_awarded__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

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
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < clock.today() and not self.has_ended

    @property
    def is_editable(self) -> bool:
        """The text of the proposal may change only while the applicant has it."""
        return self.state in (State.DRAFT, State.RETURNED)

    @property
    def payee(self):
        """The organisation that signs and receives the money."""
        return self.host or self.applicant

    @property
    def total_budget(self) -> Decimal:
        """All lines, whoever pays, in yuan."""
        return sum((line.amount for line in self.budget_lines.all()), Decimal("0.00"))

    @property
    def grant_budget(self) -> Decimal:
        """The lines this grant is to pay, in yuan; must equal the amount requested."""
        return sum(
            (line.amount for line in self.budget_lines.all() if line.source == line.Source.GRANT), Decimal("0.00")
        )

    @property
    def mentors(self):
        """Who coaches it now."""
        return [p for p in self.participants.current().select_related("person") if p.part == "mentor"]

    # -- the life, in the order of time --------------------------------------------------------

    @step(
        state,
        source=State.DRAFT,
        target=State.SUBMITTED,
        permission="projects.submit",
        label=_("Submit"),
        conditions=[conditions.call_is_open, conditions.proposal_is_complete],
    )
    def submit(self, *, number):
        """The applicant hands the proposal in; it gets its number."""
        self.number = number
        self.submitted_at = clock.now()
        self.due_on = add_workdays(clock.today(), self.call.correction_workdays)

    @step(
        state,
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission="projects.check",
        label=_("Return for correction"),
        note=True,
        tone="quiet",
    )
    def return_for_correction(self):
        """The funder's clerk says once, and completely, what must be corrected (一次性告知)."""
        self.due_on = add_workdays(clock.today(), self.call.correction_workdays)

    @step(
        state,
        source=State.RETURNED,
        target=State.SUBMITTED,
        permission="projects.submit",
        label=_("Submit again"),
        conditions=[conditions.correction_is_in_time, conditions.proposal_is_complete],
    )
    def resubmit(self):
        """The applicant hands in the corrected proposal."""
        self.due_on = add_workdays(clock.today(), self.call.correction_workdays)

    @step(
        state,
        source=[State.SUBMITTED, State.RETURNED],
        target=State.INELIGIBLE,
        permission="projects.check",
        label=_("Declare ineligible"),
        conditions=[conditions.correction_is_over],
        note=True,
        tone="danger",
    )
    def declare_ineligible(self):
        """The formal check is not passed (不予受理)."""
        self.due_on = None

    @step(
        state,
        source=State.SUBMITTED,
        target=State.ELIGIBLE,
        permission="projects.check",
        label=_("Accept as eligible"),
    )
    def accept(self):
        """The formal check is passed (受理)."""
        self.due_on = None

    @step(
        state,
        source=State.ELIGIBLE,
        target=State.IN_REVIEW,
        permission="projects.rank",
        label=_("Start review"),
        conditions=[conditions.call_is_closed],
        button=False,
    )
    def start_review(self):
        """The panel is complete; the experts may score."""

    @step(
        state,
        source=State.IN_REVIEW,
        target=State.SHORTLISTED,
        permission="projects.rank",
        label=_("Shortlist"),
        button=False,
    )
    def shortlist(self, *, amount):
        """The confirmed ranking proposes it for an award of `amount` yuan (拟立项)."""
        self.amount_proposed = amount

    @step(
        state,
        source=State.IN_REVIEW,
        target=State.WAITLISTED,
        permission="projects.rank",
        label=_("Waitlist"),
        button=False,
    )
    def waitlist(self):
        """Good enough, but the money does not reach (候补)."""

    @step(
        state,
        source=State.WAITLISTED,
        target=State.SHORTLISTED,
        permission="projects.rank",
        label=_("Move up from the waitlist"),
        button=False,
    )
    def promote(self, *, amount):
        """Another project dropped out and its money is free (递补)."""
        self.amount_proposed = amount

    @step(
        state,
        source=[State.IN_REVIEW, State.WAITLISTED, State.SHORTLISTED],
        target=State.NOT_SELECTED,
        permission="projects.rank",
        label=_("Do not select"),
        note=True,
        button=False,
    )
    def decline(self):
        """Not selected; the applicant reads why."""
        self.due_on = None
        self.amount_proposed = None

    @step(
        state,
        source=State.SHORTLISTED,
        target=State.IN_NOTICE,
        permission="projects.publish_notice",
        label=_("Put to public notice"),
        button=False,
    )
    def publish(self, *, until):
        """The list is public until `until`, and anybody may object."""
        self.due_on = until

    @step(
        state,
        source=State.IN_NOTICE,
        target=State.OBJECTED,
        permission="projects.examine_objection",
        label=_("Examine an objection"),
        conditions=[conditions.has_open_objection],
        button=False,
    )
    def examine_objection(self):
        """An objection is being looked into; nothing is approved meanwhile."""

    @step(
        state,
        source=State.OBJECTED,
        target=State.IN_NOTICE,
        permission="projects.examine_objection",
        label=_("Dismiss the objection"),
        note=True,
        button=False,
    )
    def dismiss_objection(self):
        """The objection is unfounded."""

    @step(
        state,
        source=State.OBJECTED,
        target=State.NOT_SELECTED,
        permission="projects.examine_objection",
        label=_("Uphold the objection"),
        note=True,
        button=False,
    )
    def uphold_objection(self):
        """The objection is founded: the project loses its place."""
        self.due_on = None
        self.amount_proposed = None

    @step(
        state,
        source=State.IN_NOTICE,
        target=State.APPROVED,
        permission="projects.approve",
        label=_("Approve the award"),
        conditions=[conditions.notice_is_over, conditions.has_no_open_objection],
    )
    def approve(self, *, by):
        """The funder's approver makes the award; the agreement is to be signed in time."""
        self.amount_awarded = self.amount_proposed
        self.approved_at = clock.now()
        self.approved_by = by
        self.due_on = add_workdays(clock.today(), self.call.signing_workdays)

    @step(
        state,
        source=State.APPROVED,
        target=State.FORFEITED,
        permission="projects.forfeit",
        label=_("Forfeit the award"),
        note=True,
        tone="danger",
    )
    def forfeit(self):
        """The award is given up, or the agreement was not signed in time."""
        self.due_on = None

    @step(
        state,
        source=State.APPROVED,
        target=State.RUNNING,
        permission="projects.sign_for_funder",
        label=_("Start the project"),
        conditions=[conditions.agreement_is_signed],
        button=False,
    )
    def start(self):
        """All parties have signed."""
        self.due_on = self.ends_on

    @step(
        state,
        source=State.RUNNING,
        target=State.SUSPENDED,
        permission="projects.supervise",
        label=_("Suspend"),
        note=True,
        tone="quiet",
    )
    def suspend(self):
        """Nothing is paid or counted until it resumes."""

    @step(
        state,
        source=State.SUSPENDED,
        target=State.RUNNING,
        permission="projects.supervise",
        label=_("Resume"),
        note=True,
    )
    def resume(self):
        """What stood in the way is settled."""
        self.due_on = self.ends_on

    @step(
        state,
        source=State.RUNNING,
        target=State.MIDTERM,
        permission="projects.supervise",
        label=_("Open midterm evaluation"),
        conditions=[conditions.midterm_is_due],
        button=False,
    )
    def begin_midterm(self):
        """The evaluators come."""

    @step(
        state,
        source=State.MIDTERM,
        target=State.RUNNING,
        permission="projects.conclude_evaluation",
        label=_("Pass midterm evaluation"),
        button=False,
    )
    def pass_midterm(self):
        """Opens the gate of the next instalment."""
        self.midterm_passed_on = clock.today()
        self.due_on = self.ends_on

    @step(
        state,
        source=State.MIDTERM,
        target=State.RECTIFYING,
        permission="projects.conclude_evaluation",
        label=_("Require rectification"),
        note=True,
        button=False,
    )
    def require_rectification(self):
        """Failed: the group has time to mend."""
        self.due_on = add_workdays(clock.today(), RECTIFY_WORKDAYS)

    @step(
        state,
        source=State.RECTIFYING,
        target=State.MIDTERM,
        permission="projects.deliver",
        label=_("Report the rectification"),
        note=True,
    )
    def report_rectified(self):
        """The group says what it has mended; the evaluators look again."""
        self.due_on = None

    @step(
        state,
        source=State.RUNNING,
        target=State.CLOSING,
        permission="projects.deliver",
        label=_("Ask for closure"),
        conditions=[conditions.midterm_is_passed, conditions.closing_report_is_there],
    )
    def request_closing(self):
        """The group has done its work and hands in its closing report."""
        self.due_on = None

    @step(
        state,
        source=State.CLOSING,
        target=State.RUNNING,
        permission="projects.supervise",
        label=_("Send back"),
        note=True,
        tone="quiet",
    )
    def reject_closing(self):
        """The closing papers are not complete."""
        self.due_on = self.ends_on

    @step(
        state,
        source=State.CLOSING,
        target=State.FINAL,
        permission="projects.supervise",
        label=_("Open final evaluation"),
        button=False,
    )
    def begin_final(self):
        """The evaluators come for the last time."""

    @step(
        state,
        source=State.FINAL,
        target=State.SETTLING,
        permission="projects.conclude_evaluation",
        label=_("Pass final evaluation"),
        button=False,
    )
    def pass_final(self):
        """Opens the gate of the last instalment."""
        self.final_passed_on = clock.today()

    @step(
        state,
        source=State.FINAL,
        target=State.CLOSING,
        permission="projects.conclude_evaluation",
        label=_("Fail final evaluation"),
        note=True,
        button=False,
    )
    def fail_final(self):
        """The group mends its work and its papers; the funder opens the evaluation again, or terminates."""

    @step(
        state,
        source=State.SETTLING,
        target=State.COMPLETED,
        permission="projects.settle",
        label=_("Complete and archive"),
        conditions=[conditions.is_settled],
    )
    def complete(self):
        """Everything is paid, returned and filed."""
        self.due_on = None

    @step(
        state,
        source=[
            State.RUNNING,
            State.SUSPENDED,
            State.MIDTERM,
            State.RECTIFYING,
            State.CLOSING,
            State.FINAL,
            State.SETTLING,
        ],
        target=State.TERMINATED,
        permission="projects.terminate",
        label=_("Terminate"),
        note=True,
        tone="danger",
    )
    def terminate(self):
        """The project ends early; what is not yet paid returns to the fund."""
        self.due_on = None

    @step(
        state,
        source=[
            State.DRAFT,
            State.SUBMITTED,
            State.RETURNED,
            State.ELIGIBLE,
            State.IN_REVIEW,
            State.SHORTLISTED,
            State.WAITLISTED,
        ],
        target=State.WITHDRAWN,
        permission="projects.withdraw",
        label=_("Withdraw"),
        note=True,
        tone="danger",
    )
    def withdraw(self):
        """The applicant takes the proposal back."""
        self.due_on = None
        self.amount_proposed = None
