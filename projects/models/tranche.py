from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.workflow import StateField, Stateful, requires, step
from grants.models import gate_words
from projects.gates import gates_of, written


class TrancheQuerySet(models.QuerySet["Tranche"]):
    def unsettled(self) -> "TrancheQuerySet":
        """Not yet paid and receipted."""
        return self.exclude(state__in=[Tranche.State.RECEIPTED, Tranche.State.CANCELLED])

    def unpaid(self) -> "TrancheQuerySet":
        """What is still owed by the agreement."""
        return self.filter(state__in=Tranche.OWED)

    def to_be_listed(self) -> "TrancheQuerySet":
        """Approved and not at the bank already."""
        approved = self.filter(state=Tranche.State.APPROVED)
        return approved.exclude(bank_lines__outcome="").filter(project__state__in=PAYABLE)


PAYABLE = ("running", "midterm", "closing", "final", "settling")


@requires(_("Every gate of this instalment is open."))
def gates_are_open(tranche) -> bool:
    return all(check.is_open for check in gates_of(tranche))


@requires(_("The earlier instalment has been paid."))
def earlier_is_paid(tranche) -> bool:
    return not tranche.project.tranches.filter(ordinal__lt=tranche.ordinal).unpaid().exists()


@requires(_("The project is neither suspended nor ended."))
def project_may_be_paid(tranche) -> bool:
    return tranche.project.state in PAYABLE


@requires(_("The project is neither suspended nor ended, or the bank has paid already."))
def may_be_recorded_as_paid(tranche) -> bool:
    """What the bank has done is a fact, whatever became of the project meanwhile."""
    done = tranche.bank_lines.filter(outcome="paid", attempt=tranche.attempt)
    return tranche.project.state in PAYABLE or done.exists()


@requires(_("It is not at the bank: what the bank says of its list is read in there."))
def is_not_at_the_bank(tranche) -> bool:
    return not tranche.bank_lines.filter(outcome="").exists()


@requires(_("The account is being settled, and the instalment is wanted after all."))
def account_is_being_settled(tranche) -> bool:
    return tranche.project.state == "settling"


@requires(_("The project is not archived."))
def project_is_not_archived(tranche) -> bool:
    return tranche.project.state != "completed"


class Tranche(Stateful):
    """One instalment of an award: asked for when its gates are open, approved by a second person, paid, receipted.

    A payment that came back is reversed, and the instalment can be asked for again (the next `attempt`).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved for payment")
        PAID = "paid", _("Paid")
        RECEIPTED = "receipted", _("Receipted")
        REVERSED = "reversed", _("Reversed")
        CANCELLED = "cancelled", _("Cancelled")

    OWED = (State.PLANNED, State.REQUESTED, State.APPROVED, State.REVERSED)

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="tranches"
    )
    ordinal = models.PositiveSmallIntegerField(_("number"))
    percentage = models.DecimalField(_("percentage"), max_digits=5, decimal_places=2)
    amount = MoneyField(_("amount"))
    lowered = MoneyField(_("lowered by the settlement"), default=Decimal("0.00"), editable=False)
    """What of it the settlement took off, as no more is paid than is recognised; `agreed` is what it was."""
    gates = models.JSONField(_("opens with"), default=list, editable=False)
    """What the agreement fixed: kind, figure (percent) and basis of each gate."""
    state = StateField(_("state"), default=State.PLANNED, choices=State.choices, max_length=12)
    requested_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    paid_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    paid_on = models.DateField(_("paid on"), null=True, blank=True, editable=False)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True, editable=False)
    paid_to = models.JSONField(_("paid to"), default=dict, editable=False)
    receipt_number = models.CharField(_("receipt number"), max_length=60, blank=True, editable=False)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1, editable=False)
    gates_checked = models.JSONField(_("gates when it was requested"), default=list, editable=False)

    objects = TrancheQuerySet.as_manager()

    class Meta:
        ordering = ["project", "ordinal"]
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        indexes = [models.Index(fields=["state", "project"], name="instalment_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["project", "ordinal"], name="project_instalment_once"),
            models.CheckConstraint(name="instalment_not_negative", condition=Q(amount__gte=0, lowered__gte=0)),
            models.CheckConstraint(
                name="payment_approved_by_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="paid_when_and_by_whom",
                condition=Q(paid_on__isnull=True, paid_by__isnull=True)
                | Q(paid_on__isnull=False, paid_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.ordinal}"

    @property
    def agreed(self) -> Decimal:
        """What the agreement says it is."""
        return self.amount + self.lowered

    @property
    def gate_is_open(self) -> bool:
        """Whether everything that its gates ask for has happened."""
        return gates_are_open(self)

    @property
    def gate_words(self) -> str:
        """Everything that opens it, in words."""
        figures = ((gate["kind"], gate.get("figure")) for gate in self.gates)
        return "、".join(gate_words(kind, Decimal(figure) if figure else None) for kind, figure in figures)

    @property
    def part(self) -> str:
        """How the ledger names this payment: 2, and 2-2 when it is tried for the second time."""
        return str(self.ordinal) if self.attempt == 1 else f"{self.ordinal}-{self.attempt}"

    @step(
        state,
        source=[State.PLANNED, State.REVERSED],
        target=State.REQUESTED,
        permission="projects.request_payment",
        label=_("Request payment"),
        conditions=[project_may_be_paid, gates_are_open, earlier_is_paid],
    )
    def request(self, *, by) -> dict[str, Any]:
        """A clerk of the funder asks for the payment; what the gates were is kept. After a reversal: a new attempt."""
        if self.state == self.State.REVERSED:
            self._try_again()
        self.requested_by, self.approved_by = by, None
        self.gates_checked = written(gates_of(self))
        return {"attempt": self.attempt, "gates": self.gates_checked}

    @step(
        state,
        source=State.REQUESTED,
        target=State.APPROVED,
        permission="projects.approve_payment",
        label=_("Approve payment"),
        conditions=[project_may_be_paid, gates_are_open],
    )
    def approve(self, *, by):
        """A second person approves it."""
        self.approved_by = by

    @step(
        state,
        source=State.REQUESTED,
        target=State.PLANNED,
        permission="projects.approve_payment",
        label=_("Refuse payment"),
        note=True,
        tone="quiet",
    )
    def refuse(self):
        """Sent back to the clerk."""
        self.requested_by = None
        self.gates_checked = []

    @step(
        state,
        source=State.APPROVED,
        target=State.PAID,
        permission="projects.pay",
        label=_("Record payment"),
        conditions=[may_be_recorded_as_paid, is_not_at_the_bank],
    )
    def pay(self, *, by, bank_reference, paid_on, paid_to):
        """The finance office has transferred the money."""
        self.paid_by, self.paid_on = by, paid_on
        self.bank_reference, self.paid_to = bank_reference, paid_to

    @step(
        state,
        source=State.PAID,
        target=State.RECEIPTED,
        permission="projects.receipt",
        label=_("Confirm receipt"),
    )
    def receipt(self, *, receipt_number):
        """Who received the money confirms it with a receipt."""
        self.receipt_number = receipt_number

    @step(
        state,
        source=[State.PAID, State.RECEIPTED],
        target=State.REVERSED,
        permission="projects.reverse_payment",
        label=_("Reverse the payment"),
        conditions=[project_is_not_archived],
        note=True,
        tone="danger",
    )
    def reverse(self):
        """The bank sent the money back, or it went to the wrong account. Who did what stays until it is asked again."""

    @step(
        state,
        source=[State.PLANNED, State.REQUESTED, State.APPROVED, State.REVERSED],
        target=State.CANCELLED,
        permission="projects.cancel_tranche",
        label=_("Cancel"),
        conditions=[is_not_at_the_bank],
        button=False,
    )
    def cancel(self):
        """The project ended before this was paid, or so much was not needed."""

    @step(
        state,
        source=State.CANCELLED,
        target=State.PLANNED,
        permission="projects.settle",
        label=_("Wanted after all"),
        conditions=[account_is_being_settled],
        button=False,
    )
    def restore(self):
        """The account was settled again, and more is recognised than before."""
        if self.reversals.filter(attempt=self.attempt).exists():
            self._try_again()

    def _try_again(self) -> None:
        self.attempt += 1
        self.paid_by = self.paid_on = None
        self.bank_reference, self.receipt_number, self.paid_to = "", "", {}
