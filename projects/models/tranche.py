from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.workflow import StateField, Stateful, requires, step
from grants.models import Gate


class TrancheQuerySet(models.QuerySet["Tranche"]):
    def unsettled(self) -> "TrancheQuerySet":
        """Not yet paid and receipted."""
        return self.exclude(state__in=[Tranche.State.RECEIPTED, Tranche.State.CANCELLED])


@requires(_("The gate of this instalment is open."))
def gate_has_opened(tranche) -> bool:
    return tranche.gate_is_open


@requires(_("The earlier instalment has been receipted."))
def earlier_is_receipted(tranche) -> bool:
    earlier = tranche.project.tranches.filter(ordinal__lt=tranche.ordinal)
    return not earlier.unsettled().exists()


@requires(_("The project is neither suspended nor ended."))
def project_may_be_paid(tranche) -> bool:
    return tranche.project.state in ("running", "midterm", "closing", "final", "settling")


class Tranche(Stateful):
    """One instalment of an award: asked for when its gate is open, approved by a second person, paid, receipted."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved for payment")
        PAID = "paid", _("Paid")
        RECEIPTED = "receipted", _("Receipted")
        CANCELLED = "cancelled", _("Cancelled")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="tranches"
    )
    ordinal = models.PositiveSmallIntegerField(_("number"))
    percentage = models.DecimalField(_("percentage"), max_digits=5, decimal_places=2)
    amount = MoneyField(_("amount"))
    gate = models.CharField(_("opens with"), max_length=12, choices=Gate.choices)
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
    receipt_number = models.CharField(_("receipt number"), max_length=60, blank=True, editable=False)

    objects = TrancheQuerySet.as_manager()

    class Meta:
        ordering = ["project", "ordinal"]
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(fields=["project", "ordinal"], name="project_instalment_once"),
            models.CheckConstraint(name="instalment_not_negative", condition=Q(amount__gte=0)),
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
    def gate_is_open(self) -> bool:
        """Whether what the gate asks for has happened."""
        project = self.project
        return {
            Gate.AGREEMENT: hasattr(project, "agreement") and project.agreement.is_signed,
            Gate.MIDTERM: project.midterm_passed_on is not None,
            Gate.FINAL: project.final_passed_on is not None,
        }[Gate(self.gate)]

    @step(
        state,
        source=State.PLANNED,
        target=State.REQUESTED,
        permission="projects.request_payment",
        label=_("Request payment"),
        conditions=[project_may_be_paid, gate_has_opened, earlier_is_receipted],
    )
    def request(self, *, by):
        """A clerk of the funder asks for the payment."""
        self.requested_by = by

    @step(
        state,
        source=State.REQUESTED,
        target=State.APPROVED,
        permission="projects.approve_payment",
        label=_("Approve payment"),
        conditions=[project_may_be_paid],
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

    @step(
        state,
        source=State.APPROVED,
        target=State.PAID,
        permission="projects.pay",
        label=_("Record payment"),
        conditions=[project_may_be_paid],
    )
    def pay(self, *, by, bank_reference):
        """The finance office has transferred the money."""
        self.paid_by = by
        self.paid_on = clock.today()
        self.bank_reference = bank_reference

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
        source=[State.PLANNED, State.REQUESTED, State.APPROVED],
        target=State.CANCELLED,
        permission="projects.cancel_tranche",
        label=_("Cancel"),
        button=False,
    )
    def cancel(self):
        """The project has been terminated before this was paid."""
