from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.money import round_half_up
from core.workflow import StateField, Stateful, requires, step
from people.models import GIVERS
from projects.models.project import Project
from projects.models.state import State as ProjectState

ZERO = Decimal("0.00")
OPEN_TO_GIVERS = (ProjectState.APPROVED, ProjectState.RUNNING, ProjectState.MIDTERM, ProjectState.RECTIFYING)
"""Awarded and not at its end: what is given now can still be used."""


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def visible_to(self, user: Any) -> "PledgeQuerySet":
        """The giver's own people, and whoever may see the work of the project."""
        if not user.is_authenticated:
            return self.none()
        seen = Project.objects.delivery_visible_to(user)
        return self.filter(Q(giver__in=list(user.roles)) | Q(project__in=seen))

    def binding(self) -> "PledgeQuerySet":
        """The group has accepted it, and the giver did not take it back."""
        return self.filter(state__in=Pledge.BINDING)

    def with_names(self) -> "PledgeQuerySet":
        related = ("call__funder", "applicant", "host", "community", "field")
        return self.select_related("giver", *(f"project__{name}" for name in related))


@requires(_("The project is awarded and has not come to its end."))
def project_takes_gifts(pledge) -> bool:
    return pledge.project.state in OPEN_TO_GIVERS


@requires(_("Nothing of it has come yet."))
def nothing_has_come(pledge) -> bool:
    return not any(gift.counts or gift.is_open for gift in pledge.gifts.all())


@requires(_("The last day has passed."))
def is_past_its_day(pledge) -> bool:
    return pledge.due_on < clock.today()


@requires(_("Nothing that came waits to be confirmed."))
def nothing_waits(pledge) -> bool:
    return not any(gift.is_open for gift in pledge.gifts.all())


@requires(_("A part of it has been confirmed."))
def has_part(pledge) -> bool:
    return pledge.received > 0


@requires(_("All of it has been confirmed."))
def has_all(pledge) -> bool:
    return pledge.left == 0


class Pledge(Stateful):
    """What an enterprise or foundation promises to a project (认捐): money, goods, a venue, or hours of work.

    Every kind is a quantity times a price: money is so many yuan at 1.00; what is given in kind says where its price
    comes from. It binds when the group has accepted it, and counts as far as what came has been confirmed.
    """

    class Kind(models.TextChoices):
        MONEY = "money", _("Money")
        GOODS = "goods", _("Goods")
        VENUE = "venue", _("A venue")
        HOURS = "hours", _("Hours of work")

    class Basis(models.TextChoices):
        """Where a price comes from (折价依据)."""

        MARKET = "market", _("Market price")
        INVOICE = "invoice", _("Invoice")
        APPRAISAL = "appraisal", _("Appraisal")
        WAGE = "wage", _("Minimum wage by the hour")
        LIST = "list", _("The giver's own price list")

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted by the group")
        PARTLY = "partly", _("Partly received")
        FULFILLED = "fulfilled", _("Fulfilled")
        LAPSED = "lapsed", _("Lapsed")
        DECLINED = "declined", _("Declined by the group")
        WITHDRAWN = "withdrawn", _("Taken back by the giver")

    BINDING = (State.ACCEPTED, State.PARTLY, State.FULFILLED, State.LAPSED)
    """Once accepted a giver stays tied to the project, also when not all of it came."""
    AWAITED = (State.ACCEPTED, State.PARTLY)

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="pledges"
    )
    giver = models.ForeignKey(
        "people.Organization",
        verbose_name=_("giver"),
        on_delete=models.PROTECT,
        related_name="pledges",
        limit_choices_to={"kind__in": GIVERS},
    )
    kind = models.CharField(_("what is given"), max_length=6, choices=Kind.choices)
    what = models.CharField(_("what it is"), max_length=120, help_text=_("For example: 20 sets of watercolours"))
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    unit_price = MoneyField(_("unit price"))
    basis = models.CharField(_("source of the price"), max_length=10, choices=Basis.choices, blank=True)
    basis_words = models.CharField(
        _("where the price can be seen"), max_length=200, blank=True,
        help_text=_("Shop and day, number of the invoice, who appraised it, which rule"),
    )  # fmt: skip
    value = MoneyField(_("value"), editable=False)
    """Quantity × price, half-up to the fen; it stands here too so that the database can sum it."""
    due_on = models.DateField(_("to be given until"))
    message = models.TextField(_("a word to the group"), max_length=500, blank=True)
    contact = models.CharField(_("who can be asked at the giver"), max_length=60)
    contact_phone = models.CharField(_("phone"), max_length=30)
    state = StateField(_("state"), default=State.OFFERED, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    offered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    offered_at = models.DateTimeField(_("offered at"), default=clock.now, editable=False)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    letter = models.OneToOneField(
        "projects.IntentLetter", verbose_name=_("from the letter of intent"), on_delete=models.PROTECT, null=True,
        related_name="pledge", editable=False,
    )  # fmt: skip

    objects = PledgeQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at", "-pk"]
        verbose_name = _("pledge of a giver")
        verbose_name_plural = _("pledges of givers")
        indexes = [
            models.Index(fields=["state", "due_on"], name="pledge_by_state_and_day"),
            models.Index(fields=["offered_at", "id", "project"], name="pledge_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                name="pledge_is_worth_something",
                condition=Q(quantity__gt=0, unit_price__gt=0, value__gt=0),
                violation_error_message=_("Quantity and price must be more than 0."),
            ),
            models.CheckConstraint(
                name="pledge_in_kind_has_its_basis",
                condition=Q(kind="money", basis="", unit_price=1) | (~Q(kind="money") & ~Q(basis="")),
                violation_error_message=_("What is given in kind says where its price comes from."),
            ),
            models.CheckConstraint(
                name="pledge_answer_is_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} – {self.what}"

    def get_absolute_url(self) -> str:
        return reverse("projects:pledge_detail", args=[self.pk])

    # -- facts ---------------------------------------------------------------------------------------

    @property
    def is_money(self) -> bool:
        return self.kind == self.Kind.MONEY

    @property
    def is_binding(self) -> bool:
        return self.state in self.BINDING

    @property
    def is_awaited(self) -> bool:
        """Accepted, and not all of it is here."""
        return self.state in self.AWAITED

    def worth(self, quantity: Decimal) -> Decimal:
        """What so much of it is worth, in yuan: the one place where a pledge is multiplied out."""
        return round_half_up(quantity * self.unit_price)

    @property
    def received(self) -> Decimal:
        """How much of it has come and is confirmed."""
        return sum((gift.quantity for gift in self.gifts.all() if gift.counts), ZERO)

    @property
    def received_value(self) -> Decimal:
        return sum((gift.value for gift in self.gifts.all() if gift.counts), ZERO)

    @property
    def left(self) -> Decimal:
        """How much has still to come."""
        return max(self.quantity - self.received, ZERO)

    @property
    def can_come(self) -> Decimal:
        """How much can still be recorded: what is left, without what waits to be confirmed."""
        waiting = sum((gift.quantity for gift in self.gifts.all() if gift.is_open), ZERO)
        return max(self.left - waiting, ZERO)

    @property
    def left_value(self) -> Decimal:
        """What is still awaited, in yuan; nothing is, once it has ended."""
        return max(self.value - self.received_value, ZERO) if self.is_awaited and self.left else ZERO

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        tones = {"offered": "wait", "accepted": "info", "partly": "info", "fulfilled": "good", "lapsed": "warn"}
        return tones.get(self.state, "bad" if self.state == self.State.DECLINED else "neutral")

    # -- its life, in the order of time ----------------------------------------------------------------

    @step(
        state, source=State.OFFERED, target=State.ACCEPTED, permission="projects.answer_pledge",
        label=_("Accept the pledge"), conditions=[project_takes_gifts],
    )  # fmt: skip
    def accept(self, *, by):
        """The group takes it: from now on both sides can call each other, and the giver is tied to the project."""
        self.answered_by, self.answered_at = by, clock.now()

    @step(
        state, source=State.OFFERED, target=State.DECLINED, permission="projects.answer_pledge",
        label=_("Decline the pledge"), note=True, tone="quiet",
    )  # fmt: skip
    def decline(self, *, by):
        """The group does not take it, and says why."""
        self.answered_by, self.answered_at = by, clock.now()

    @step(
        state, source=[State.OFFERED, State.ACCEPTED], target=State.WITHDRAWN, permission="projects.give_pledge",
        label=_("Take the pledge back"), conditions=[nothing_has_come], note=True, tone="danger",
    )  # fmt: skip
    def withdraw(self):
        """The giver takes it back, as long as nothing has come."""

    @step(
        state, source=State.ACCEPTED, target=State.PARTLY, permission="projects.confirm_pledged",
        label=_("A part has come"), conditions=[has_part], button=False,
    )  # fmt: skip
    def receive_part(self):
        """A part of it has been confirmed."""

    @step(
        state, source=[State.ACCEPTED, State.PARTLY, State.LAPSED], target=State.FULFILLED,
        permission="projects.confirm_pledged", label=_("All of it has come"), conditions=[has_all], button=False,
    )  # fmt: skip
    def fulfil(self):
        """All of it has been confirmed, also what came late."""

    @step(
        state, source=[State.ACCEPTED, State.PARTLY], target=State.LAPSED, permission="projects.follow_by_itself",
        label=_("Lapsed past its day"), conditions=[is_past_its_day, nothing_waits], button=False,
    )  # fmt: skip
    def lapse(self):
        """Its day has passed: what has not come is not reckoned with any more. What came stays."""

    @step(
        state, source=State.LAPSED, target=State.ACCEPTED, permission="projects.give_pledge",
        label=_("Name a later day"), conditions=[project_takes_gifts, nothing_has_come], button=False,
    )  # fmt: skip
    def renew(self, *, due_on):
        """The giver names a later day; nothing had come."""
        self.due_on = due_on

    @step(
        state, source=State.LAPSED, target=State.PARTLY, permission="projects.give_pledge",
        label=_("Name a later day for the rest"), conditions=[project_takes_gifts, has_part], button=False,
    )  # fmt: skip
    def renew_rest(self, *, due_on):
        """The giver names a later day for what has not come."""
        self.due_on = due_on
