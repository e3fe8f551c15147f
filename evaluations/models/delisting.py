from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workdays import add_workdays
from core.workflow import StateField, Stateful, requires, step
from evaluations.models.caution import CautionTalk, OversightQuerySet
from people.models import Kind, Membership, Role
from people.territory import above, inside

APPEAL_WORKDAYS, RULING_WORKDAYS = 10, 10
"""How long an organisation can appeal against a delisting, and how long the ruling may take."""


class DelistingQuerySet(OversightQuerySet):
    def visible_to(self, user: Any) -> Any:
        """The organisation, the funder, and approvers of other funders while an appeal needs one of them."""
        seen = super().visible_to(user)
        if not user.is_authenticated:
            return seen
        return seen | self.filter(ruled_at__isnull=True).exclude(appeal="").filter(pk__in=self.for_others(user))

    def for_others(self, user: Any) -> Any:
        """Appeals on which the funder itself has nobody left to rule, for an approver of another one of its region or
        above."""
        mine = [region for region in user.bureaus_as(Role.APPROVER).values() if region]
        if not mine:
            return self.model.objects.none().values("pk")
        own = Membership.objects.current().filter(organization=models.OuterRef("funder"), role=Role.APPROVER)
        own = own.exclude(user=models.OuterRef("decided_by")).exclude(user=models.OuterRef("proposed_by"))
        there = Membership.objects.current().filter(organization=models.OuterRef(models.OuterRef("organization")))
        own = own.exclude(user__in=there.values("user"))  # whoever belongs to the organisation rules on nothing of it
        found = self.model.objects.filter(inside("funder__region", *mine), ruled_at__isnull=True).exclude(appeal="")
        return found.exclude(organization__in=list(user.roles)).filter(~models.Exists(own)).values("pk")

    def in_force(self) -> Any:
        """Decided, not lifted, and the day of the end has not come."""
        return self.filter(state=Delisting.State.IN_FORCE, until_on__gt=clock.today())

    def appealed(self) -> Any:
        return self.filter(ruled_at__isnull=True).exclude(appeal="")


@requires(_("The organisation was heard, or its time for that is over."))
def was_heard(delisting: "Delisting") -> bool:
    return bool(delisting.statement) or clock.today() > delisting.hear_until


class Delisting(Stateful):
    """A proposal to delist an organisation (清退), what it says to it, and the decision of an approver.

    After a warning and a talk, never without. While it is in force calls that ask for it (`not_delisted`) take no
    proposal; projects that run go on, unless each of them is ended by a decision of its own. It can be appealed once,
    is lifted early by an approver, and ends by itself on its day.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        DECLINED = "declined", _("Not delisted")
        IN_FORCE = "in_force", _("Delisted")
        LIFTED = "lifted", _("Lifted")

    class Ruling(models.TextChoices):
        UPHELD = "upheld", _("Upheld: the delisting is lifted")
        DISMISSED = "dismissed", _("Dismissed: the delisting stands")

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="delistings"
    )
    funder = models.ForeignKey("people.Organization", on_delete=models.PROTECT, related_name="+")
    talk = models.ForeignKey(
        CautionTalk, verbose_name=_("talk"), on_delete=models.PROTECT, related_name="delistings", editable=False
    )
    reasons = models.TextField(_("reasons, with the facts"), max_length=2000)
    until_on = models.DateField(
        _("delisted until"), help_text=_("The first day on which it may apply again, at most three years ahead")
    )
    hear_until = models.DateField(_("to be heard until"))
    state = StateField(_("state"), default=State.PROPOSED, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    proposed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    proposed_at = models.DateTimeField(_("proposed at"), default=clock.now, editable=False)
    statement = models.TextField(_("what the organisation says"), max_length=2000, blank=True, editable=False)
    stated_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    stated_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decision = models.TextField(_("reasons of the decision"), max_length=2000, blank=True, editable=False)
    credit_record = models.ForeignKey(
        "people.CreditRecord", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    appeal = models.TextField(_("appeal"), max_length=2000, blank=True, editable=False)
    appealed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    appealed_at = models.DateTimeField(null=True, editable=False)
    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling.choices, blank=True, editable=False)
    ruling_reason = models.TextField(_("reasons of the ruling"), max_length=2000, blank=True, editable=False)
    ruled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    ruled_at = models.DateTimeField(null=True, editable=False)
    lifted_on = models.DateField(_("lifted on"), null=True, editable=False)

    objects = DelistingQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("delisting")
        verbose_name_plural = _("delistings")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "funder"], name="one_proposal_to_delist", condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="delisting_decided_by_a_second_person",
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~Q(state="proposed")
                    & ~Q(decision="")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="delisting_statement_is_whole",
                condition=Q(statement="", stated_by__isnull=True, stated_at__isnull=True)
                | (~Q(statement="") & Q(stated_by__isnull=False, stated_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="delisting_appeal_is_whole",
                condition=Q(appeal="", appealed_by__isnull=True, appealed_at__isnull=True)
                | (~Q(appeal="") & Q(appealed_by__isnull=False, appealed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="delisting_ruled_on_by_another",
                condition=Q(ruling="", ruling_reason="", ruled_by__isnull=True, ruled_at__isnull=True)
                | (
                    ~Q(ruling="")
                    & ~Q(ruling_reason="")
                    & ~Q(appeal="")
                    & Q(ruled_by__isnull=False, ruled_at__isnull=False)
                    & ~Q(ruled_by=F("decided_by"))
                    & ~Q(ruled_by=F("proposed_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:delisting_detail", args=[self.pk])

    @step(
        state,
        source=State.PROPOSED,
        target=State.IN_FORCE,
        permission="evaluations.decide_delisting",
        label=_("Delist"),
        conditions=[was_heard],
        note=True,
        button=False,
        tone="danger",
    )
    def delist(self, *, by, reason):
        """An approver agrees, with reasons that the organisation reads."""
        self.decided_by, self.decided_at, self.decision = by, clock.now(), reason

    @step(
        state,
        source=State.PROPOSED,
        target=State.DECLINED,
        permission="evaluations.decide_delisting",
        label=_("Do not delist"),
        conditions=[was_heard],
        note=True,
        button=False,
        tone="quiet",
    )
    def decline(self, *, by, reason):
        """An approver does not agree: the organisation goes on as before."""
        self.decided_by, self.decided_at, self.decision = by, clock.now(), reason

    @step(
        state,
        source=State.IN_FORCE,
        target=State.LIFTED,
        permission="evaluations.lift_delisting",
        label=_("Lift the delisting"),
        note=True,
        button=False,
        tone="quiet",
    )
    def lift(self):
        """It no longer holds, before its day: mended, or the appeal was upheld."""
        self.lifted_on = clock.today()

    @property
    def is_in_force(self) -> bool:
        return self.state == self.State.IN_FORCE and clock.today() < self.until_on

    @property
    def has_ended(self) -> bool:
        """By the clock."""
        return self.state == self.State.IN_FORCE and not self.is_in_force

    @property
    def was_heard(self) -> bool:
        return was_heard(self)

    @property
    def appeal_until(self) -> date | None:
        if self.decided_at is None or self.state == self.State.DECLINED:
            return None
        return add_workdays(clock.localdate(self.decided_at), APPEAL_WORKDAYS)

    @property
    def takes_appeal(self) -> bool:
        return self.is_in_force and not self.appeal and clock.today() <= (self.appeal_until or date.min)

    @property
    def awaits_ruling(self) -> bool:
        return bool(self.appeal) and not self.ruling

    @property
    def has_somebody_to_rule(self) -> bool:
        """Some approver, of the funder or of another one, neither proposed nor decided it nor belongs to the
        organisation. Without one an appeal hangs, and the delisting cannot be lifted either."""
        there = Membership.objects.current().filter(organization=self.organization_id)
        near = Q(organization=self.funder_id) | Q(organization__region__in=above(self.funder.region))
        approvers = Membership.objects.current().filter(near, role=Role.APPROVER, organization__kind=Kind.FUNDER)
        free = approvers.exclude(user__in=[self.proposed_by_id, self.decided_by_id])
        return free.exclude(user__in=there.values("user")).exists()

    @property
    def ruling_due_on(self) -> date | None:
        return add_workdays(clock.localdate(self.appealed_at), RULING_WORKDAYS) if self.appealed_at else None
