from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.lately import are_many
from grants.models import LedgerEntry, Nature
from grants.movements import Account
from projects.models.life import ProjectLife
from projects.models.participant import Part, Participant
from projects.models.state import ENDED, FUNDED, NOT_ENDED, STANDINGS, Standing, State

ZERO = Decimal("0.00")
LONG_TEXTS = (
    *("summary", "features", "needs", "audience", "goals", "method", "risks", "emergency_plan"),
    *("evaluation", "sustainability", "experience"),
)
"""What a proposal says in whole sentences; lists leave it in the database."""
ROW = (
    *("number", "title", "state", "state_since", "due_on", "submitted_at", "amount_requested", "amount_awarded"),
    *("call__code", "applicant__name", "field__name"),
)
MANY = 1000


def have_many(funders: Collection[int]) -> bool:
    """Whether these funders have very many projects."""
    key = f"projects:{'-'.join(map(str, sorted(funders)))}"
    return bool(funders) and are_many(key, Project.objects.filter(call__funder__in=funders), MANY)


def of_funders(funders: Collection[int], path: str = "project") -> Q:
    """Of rows that belong to a project, on `path`: that it is one of these funders'.

    Put for each row apart where they have many: a page in the order of the rows is full before many have been asked.
    """
    theirs = Project.objects.filter(call__funder__in=funders).order_by()
    if have_many(funders):
        return Q(Exists(theirs.filter(pk=OuterRef(path))))
    return Q((f"{path}__in", theirs))


def _sees_much(user) -> bool:
    """Whether a person's funders have: found out once and kept with the user."""
    if not hasattr(user, "_sees_much"):
        user._sees_much = have_many(list(user.roles))
    return user._sees_much


def _taking_part(user, parts):
    return Participant.objects.current().filter(person=user, part__in=parts, is_blind=False, is_waiting=False)


def _keys(user, parts, among: "ProjectQuerySet"):
    """The keys of those `among` them that a person sees as `ProjectQuerySet.visible_to` says, each way by its index;
    who takes part, of all."""
    mine, among = list(user.roles), among.order_by()
    submitted = among.filter(submitted_at__isnull=False)
    found = [
        among.filter(applicant__in=mine).values("pk"),
        submitted.filter(host__in=mine).values("pk"),
        submitted.filter(call__funder__in=mine).values("pk"),
        _taking_part(user, parts).order_by().values("project"),
    ]
    return found[0].union(*found[1:])


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user) -> "ProjectQuerySet":
        """Its applicant and host, its funder (once submitted), and whoever coaches, judges or evaluates it now.

        Not who judges it blind: they read a veiled copy (`projects.blinding`), and nothing else. Nor who is asked to
        judge it and has not said yet whether anything ties them to it.
        """
        return self._seen_by(user, Part.values)

    def delivery_visible_to(self, user) -> "ProjectQuerySet":
        """The same without the experts, who judge the proposal and see nothing of the work that follows."""
        return self._seen_by(user, [Part.MENTOR, Part.EVALUATOR])

    def _seen_by(self, user, parts) -> "ProjectQuerySet":
        if not user.is_authenticated:
            return self.none()
        if not _sees_much(user):  # few: found by their keys, whatever else there is
            return self.filter(pk__in=_keys(user, parts, Project.objects.all()))
        mine, taking_part = list(user.roles), _taking_part(user, parts)
        return self.filter(  # a good part of all: passed by in the order of the list until the page is full
            Q(applicant__in=mine)
            | (Q(host__in=mine) & Q(submitted_at__isnull=False))
            | (Q(call__funder__in=mine) & Q(submitted_at__isnull=False))
            | Q(pk__in=taking_part.order_by().values("project"))
        )

    def not_ended_for(self, user) -> "ProjectQuerySet":
        """What this person may see and has not ended: few by their keys, however many others have such projects."""
        if not user.is_authenticated:
            return self.none()
        keys = _keys(user, Part.values, Project.objects.filter(state__in=NOT_ENDED))
        return self.filter(pk__in=keys, state__in=NOT_ENDED)

    def seen_in_delivery(self, user, path: str) -> Q:
        """Of rows that belong to a project, on `path`: that this person may see it as `delivery_visible_to` says.

        Put for each row apart where most rows are seen: the page is full before many have been asked about.
        """
        seen = self.delivery_visible_to(user)
        if user.is_authenticated and _sees_much(user):
            return Q(Exists(seen.filter(pk=OuterRef(path)).order_by()))
        return Q((f"{path}__in", seen))

    def staked_by(self, user) -> "ProjectQuerySet":
        """Handed in by a group, or through a host, to which the person belongs in any role."""
        mine = list(user.roles) if user.is_authenticated else []
        handed_in = Project.objects.filter(submitted_at__isnull=False).order_by()
        through_a_host = handed_in.filter(host__in=mine).values("pk")  # apart: of both together SQLite reads all
        return self.filter(pk__in=handed_in.filter(applicant__in=mine).values("pk").union(through_a_host))

    def counted_in_public(self) -> "ProjectQuerySet":
        """What is handed in is public as a number once the call is closed: before, it would tell people their odds."""
        return self.filter(
            submitted_at__isnull=False, call__published_at__isnull=False, call__closes_at__lte=clock.now()
        )

    def with_names(self) -> "ProjectQuerySet":
        """What every list shows, in one query, without the long texts."""
        return self.select_related("call", "call__funder", "track", "applicant", "field", "community").defer(
            *LONG_TEXTS, "call__guidelines"
        )

    def their(self, relation: str) -> models.QuerySet:
        """The calls, communities, service fields (`relation` names it) that these projects have, each once.

        Each is asked for apart whether it has one: the first that is found is enough, however many there are.
        """
        model = Project._meta.get_field(relation).related_model
        return model._default_manager.filter(Exists(self.order_by().filter(**{relation: OuterRef("pk")})))

    def as_rows(self) -> "ProjectQuerySet":
        """What a row of a long list shows and no more: making objects of columns is most of what its rows take."""
        return self.select_related(None).select_related("call", "applicant", "field").only(*ROW)

    def draft_of(self, applicant, call) -> "Project | None":
        """The proposal that an applicant is writing in a call: the newest, when there are several."""
        return (
            self.filter(applicant=applicant, call=call, state__in=[State.DRAFT, State.RETURNED]).order_by("-pk").first()
        )

    def funded(self) -> "ProjectQuerySet":
        return self.filter(state__in=FUNDED)

    def completed(self) -> "ProjectQuerySet":
        return self.filter(state=State.COMPLETED)


class Project(ProjectLife):
    """One project, from the first draft to the archive: the proposal, its money, and where it is in its life."""

    State = State

    Nature = Nature

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
            models.Index(fields=["state", "state_since"], name="project_by_state"),
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
