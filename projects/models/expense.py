import hashlib
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.workflow import StateField, Stateful, step
from grants.models import BudgetCategory, Rank
from projects.expense_rules import invoice_key, is_unique_alone, name_key
from projects.models.budget import BudgetLine
from projects.models.in_delivery import InDelivery

ZERO = Decimal("0.00")


class ExpenseQuerySet(InDelivery["Expense"]):
    def editable(self) -> "ExpenseQuerySet":
        """Not handed in, or sent back."""
        return self.filter(state__in=EDITABLE)

    def waiting(self) -> "ExpenseQuerySet":
        """Handed in, and nobody has decided yet."""
        return self.filter(state=Expense.State.HANDED_IN)

    def that_count(self) -> "ExpenseQuerySet":
        """What the group says it has spent: all but what was not recognised."""
        return self.exclude(state=Expense.State.REFUSED)

    def granted(self) -> "ExpenseQuerySet":
        """Paid from this grant."""
        return self.filter(source=BudgetLine.Source.GRANT)

    def recognised_sum(self) -> Decimal:
        """Yuan that the funder has recognised among these."""
        return self.aggregate(sum=Sum("recognised"))["sum"] or ZERO


class Expense(Stateful):
    """One payment of a project with its paper: entered by the group or its bookkeeper, decided on by a clerk.

    It names its budget line by the line's key, because lines are rewritten when the plan changes; category and source
    are kept as they were when it was entered.
    """

    class State(models.TextChoices):
        ENTERED = "entered", _("Entered")
        HANDED_IN = "handed_in", _("Waits for the clerk")
        RETURNED = "returned", _("Sent back")
        RECOGNISED = "recognised", _("Recognised")
        REFUSED = "refused", _("Not recognised")

    class Method(models.TextChoices):
        TRANSFER = "transfer", _("Transfer")
        CASH = "cash", _("Cash")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="expenses"
    )
    spent_on = models.DateField(_("date"))
    amount = MoneyField(_("amount"))
    line_key = models.CharField(_("budget line"), max_length=12)
    category = models.CharField(_("category"), max_length=15, choices=BudgetCategory.choices, editable=False)
    source = models.CharField(_("paid from"), max_length=8, choices=BudgetLine.Source.choices, editable=False)
    summary = models.CharField(_("what for"), max_length=80)
    payee = models.CharField(_("who was paid"), max_length=80, help_text=_("Shop, company or person who got the money"))
    method = models.CharField(_("way of payment"), max_length=8, choices=Method.choices, default=Method.TRANSFER)
    invoice_number = models.CharField(
        _("invoice number"), max_length=30, blank=True, help_text=_("An electronic invoice (数电票) has 20 digits")
    )
    seller = models.CharField(
        _("seller on the invoice"), max_length=120, blank=True, help_text=_("Empty: the same as who was paid")
    )
    seller_code = models.CharField(_("seller's credit code"), max_length=18, blank=True)
    voucher = models.CharField(_("voucher number"), max_length=30, blank=True, help_text=_("Of your own accounts"))
    activity = models.ForeignKey(
        "projects.Activity",
        verbose_name=_("for the activity"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="expenses",
    )
    rank = models.CharField(_("title of the lecturer"), max_length=10, choices=Rank.choices, blank=True)
    lessons = models.DecimalField(
        _("lessons taught"),
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(200))],
        help_text=_("Half a day counts as 4 lessons at most"),
    )
    half_days = models.PositiveSmallIntegerField(
        _("half days taught"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    course = models.CharField(
        _("course"), max_length=60, blank=True, help_text=_("The same course for several classes at once is paid once")
    )
    people = models.PositiveIntegerField(
        _("how often volunteers came"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text=_("Persons times days: 5 volunteers on 2 days are 10"),
    )
    tax = MoneyField(_("tax withheld"), default=ZERO, help_text=_("Part of the amount that went to the tax office"))
    explanation = models.TextField(
        _("explanation"), max_length=500, blank=True, help_text=_("What the clerk should know about the warnings")
    )
    opinion = models.CharField(_("mentor's opinion"), max_length=300, blank=True, editable=False)
    opinion_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    opinion_at = models.DateTimeField(null=True, editable=False)

    state = StateField(_("state"), default=State.ENTERED, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    entered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    entered_at = models.DateTimeField(_("entered at"), default=clock.now, editable=False)
    handed_in_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, editable=False)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    recognised = MoneyField(_("recognised"), default=ZERO, editable=False)
    answer = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    invoice_key = models.CharField(max_length=40, blank=True, editable=False)
    seller_key = models.CharField(max_length=120, blank=True, editable=False)

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        ordering = ["spent_on", "pk"]
        verbose_name = _("expense")
        verbose_name_plural = _("expenses")
        indexes = [
            models.Index(fields=["project", "state"], name="expense_by_project_state"),
            models.Index(fields=["invoice_key"], name="expense_of_invoice"),
        ]
        constraints = [
            models.CheckConstraint(
                name="expense_amounts_are_sound",
                condition=Q(amount__gt=0, tax__gte=0, tax__lte=F("amount"))
                & Q(recognised__gte=0, recognised__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="only_recognised_expenses_count", condition=Q(state="recognised") | Q(recognised=0)
            ),
            models.CheckConstraint(
                name="expense_decision_is_whole",
                condition=Q(state__in=["recognised", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                | Q(state__in=["entered", "handed_in", "returned"], decided_by__isnull=True, decided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="expense_handed_in_by_somebody",
                condition=Q(state__in=["entered", "returned"])
                | Q(handed_in_by__isnull=False, handed_in_at__isnull=False),
            ),
            models.CheckConstraint(
                name="expense_not_judged_by_its_author",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("handed_in_by")),
            ),
            # What was paid once is claimed once: whoever is second is refused by the database itself.
            models.UniqueConstraint(
                fields=["invoice_key", "seller_key", "amount"],
                name="invoice_claimed_once",
                condition=Q(state__in=["handed_in", "recognised"]) & ~Q(invoice_key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.summary} {self.amount}"

    def get_absolute_url(self) -> str:
        return reverse("projects:expense_detail", args=[self.pk])

    def save(self, *args, **kwargs) -> None:
        self.invoice_key = invoice_key(self.invoice_number)
        self.seller_key = "" if is_unique_alone(self.invoice_key) else name_key(self.sold_by)
        super().save(*args, **kwargs)

    @property
    def edition(self) -> str:
        """Names what was handed in: whoever decides says by it what they read."""
        said = (self.handed_in_at, f"{self.amount:.2f}", self.spent_on, self.line_key, self.payee, self.invoice_number)
        return f"{self.state}-{hashlib.sha256(repr([str(each) for each in said]).encode()).hexdigest()[:16]}"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_decided(self) -> bool:
        return self.state in (self.State.RECOGNISED, self.State.REFUSED)

    @property
    def is_granted(self) -> bool:
        return self.source == BudgetLine.Source.GRANT

    @property
    def sold_by(self) -> str:
        """Who stands on the invoice."""
        return self.seller or self.payee

    @property
    def not_recognised(self) -> Decimal:
        """What a decision left out, in yuan."""
        return self.amount - self.recognised if self.is_decided else ZERO

    @step(
        state,
        source=[State.ENTERED, State.RETURNED],
        target=State.HANDED_IN,
        permission="projects.keep_spending",
        label=_("Hand in"),
    )
    def hand_in(self, *, by):
        """The group says that this was paid, with its paper."""
        self.handed_in_by, self.handed_in_at, self.answer = by, clock.now(), ""

    @step(
        state,
        source=State.HANDED_IN,
        target=State.RECOGNISED,
        permission="projects.judge_expense",
        label=_("Recognise"),
    )
    def recognise(self, *, by, amount, reason=""):
        """The clerk counts it as spent as agreed, in whole or in part."""
        self.recognised, self.answer = amount, reason
        self.decided_by, self.decided_at = by, clock.now()

    @step(
        state,
        source=State.HANDED_IN,
        target=State.RETURNED,
        permission="projects.judge_expense",
        label=_("Send back"),
        note=True,
        tone="quiet",
    )
    def send_back(self, *, reason):
        """Something is missing: the group mends it and hands it in again."""
        self.answer = reason

    @step(
        state,
        source=State.HANDED_IN,
        target=State.REFUSED,
        permission="projects.judge_expense",
        label=_("Do not recognise"),
        note=True,
        tone="danger",
    )
    def refuse(self, *, by, reason):
        """It is not paid from this grant; the reason is read by the group."""
        self.answer = reason
        self.decided_by, self.decided_at = by, clock.now()

    @step(
        state,
        source=[State.RECOGNISED, State.REFUSED],
        target=State.HANDED_IN,
        permission="projects.judge_expense",
        label=_("Decide anew"),
        note=True,
        tone="quiet",
    )
    def reopen(self, *, reason):
        """The decision is taken back; until the account is settled it can be made again."""
        self.recognised, self.answer = ZERO, reason
        self.decided_by = self.decided_at = None


EDITABLE = (Expense.State.ENTERED, Expense.State.RETURNED)
