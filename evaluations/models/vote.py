import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.models.attachment import private_storage
from core.workflow import StateField, Stateful, requires, step
from evaluations.models.assignment import Assignment
from evaluations.vote_count import Method
from projects.models import State as ProjectState

STANDS_WHILE = (ProjectState.ELIGIBLE, ProjectState.IN_REVIEW)
"""What may be put to the vote, and what still counts when it is counted: not decided otherwise, not withdrawn."""

PAPERS_WITHIN = timedelta(days=3)
"""So long after its end a vote waits for paper ballots that two people have not keyed yet."""


@requires(_("At least two projects stand."))
def has_projects(vote: "Vote") -> bool:
    return vote.entries.count() >= 2


@requires(_("It opens later than now and closes after that."))
def has_a_period(vote: "Vote") -> bool:
    return clock.now() < vote.opens_at < vote.closes_at


@requires(_("It says who may vote: at least one community."))
def says_who(vote: "Vote") -> bool:
    return vote.communities.exists()


@requires(_("Every project that stands is still eligible or in review."))
def all_stand(vote: "Vote") -> bool:
    return not vote.entries.exclude(project__state__in=STANDS_WHILE).exists()


@requires(_("None of its projects stands in another vote that is not over: it would be chosen, and paid, twice."))
def stands_once(vote: "Vote") -> bool:
    others = VoteEntry.objects.filter(vote__state=Vote.State.ANNOUNCED, project__in=vote.entries.values("project"))
    return not others.exclude(vote=vote.pk).exists()


@requires(_("Every project that stands asks for money, and for no more than there is: it could never be chosen."))
def money_reaches(vote: "Vote") -> bool:
    asked = [
        entry.project.amount_payable
        for entry in vote.entries.select_related("project").prefetch_related("project__budget_lines")
    ]
    return bool(asked) and all(one is not None and 0 < one <= vote.budget for one in asked)


@requires(_("In a call that is judged blind the experts have locked their sheets: the ballot names the groups."))
def gives_nothing_away(vote: "Vote") -> bool:
    if not vote.call.is_blind:
        return True
    stands = vote.entries.values("project")
    waiting = vote.entries.exclude(project__state=ProjectState.IN_REVIEW).exists()
    return not waiting and not Assignment.objects.open().filter(project__in=stands).exists()


@requires(_("It has not begun: after the opening no rule changes."))
def has_not_begun(vote: "Vote") -> bool:
    return clock.now() < vote.opens_at


@requires(_("It is still open or to come: a vote that has ended is counted."))
def has_not_ended(vote: "Vote") -> bool:
    return clock.now() < vote.closes_at


@requires(_("It has ended, and the paper ballots are keyed."))
def has_ended(vote: "Vote") -> bool:
    return clock.now() >= vote.closes_at and (vote.papers_missing <= 0 or clock.now() >= vote.closes_at + PAPERS_WITHIN)


def picture_path(entry: "VoteEntry", filename: str) -> str:
    """The stored name says nothing."""
    return f"votes/{uuid.uuid4()}.jpg"


class VoteQuerySet(models.QuerySet["Vote"]):
    def announced(self) -> "VoteQuerySet":
        """What everybody may read, also when it was called off."""
        return self.exclude(state=Vote.State.DRAFT)

    def visible_to(self, user) -> "VoteQuerySet":
        """A vote that is being prepared is seen by the funder's people only."""
        if not user.is_authenticated:
            return self.announced()
        return self.filter(~Q(state=Vote.State.DRAFT) | Q(call__funder__in=list(user.roles)))

    def open(self) -> "VoteQuerySet":
        now = clock.now()
        return self.filter(state=Vote.State.ANNOUNCED, opens_at__lte=now, closes_at__gt=now)

    def to_be_counted(self) -> "VoteQuerySet":
        return self.filter(state=Vote.State.ANNOUNCED, closes_at__lte=clock.now())


class Vote(Stateful):
    """Residents vote on small projects of a call (居民投票): which stand, with how much money, by which rule, who may.

    Everything is announced beforehand and stands from then on; a person cannot change it once it is open. The result
    proposes: it becomes a way of choosing, and two people decide, as everywhere.

    `seed` decides between equal numbers of votes. It is made with the announcement and only its digest is shown, so
    that nobody can foresee it and the funder cannot choose another when the ballots are in; it is shown with the
    result.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        ANNOUNCED = "announced", _("Announced")
        COUNTED = "counted", _("Counted")
        CANCELLED = "cancelled", _("Called off")

    METHODS = (
        (Method.GREEDY.value, _("Most votes first, as far as the money reaches")),
        (Method.EQUAL_SHARES.value, _("Equal shares: every ballot decides on the same part of the money")),
    )

    class Codes(models.TextChoices):
        HOUSEHOLD = "household", _("One code a household, printed on a slip")
        DEVICE = "device", _("One vote a phone, without a code (weaker: with a second phone one can vote twice)")

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.PROTECT, related_name="votes")
    track = models.ForeignKey(
        "grants.Track", verbose_name=_("track"), on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("Empty: projects of all tracks can stand"),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=80)
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices, max_length=10)
    opens_at = models.DateTimeField(_("voting begins"))
    closes_at = models.DateTimeField(_("voting ends"))
    budget = MoneyField(_("money"), validators=[MinValueValidator(Decimal("0.01"))])
    method = models.CharField(_("how it is counted"), max_length=12, choices=METHODS, default=METHODS[0][0])
    max_approvals = models.PositiveSmallIntegerField(
        _("projects to tick at most"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)], help_text=_("Empty: as many as one likes"),
    )  # fmt: skip
    within_budget = models.BooleanField(_("What is ticked must not cost more than the money"), default=False)
    codes = models.CharField(_("who has a vote"), max_length=9, choices=Codes.choices, default=Codes.HOUSEHOLD)
    communities = models.ManyToManyField(
        "people.Community", verbose_name=_("communities whose residents may vote"), related_name="+"
    )
    note = models.TextField(
        _("what voters should know"),
        max_length=500,
        blank=True,
        help_text=_("Where there is help, where paper ballots"),
    )
    seed = models.CharField(max_length=64, blank=True, editable=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, editable=False)
    counted_at = models.DateTimeField(_("counted at"), null=True, editable=False)
    result = models.JSONField(default=dict, editable=False)
    digest = models.CharField(_("digest of the ballots"), max_length=64, blank=True, editable=False)
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = VoteQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at", "-pk"]
        verbose_name = _("residents' vote")
        verbose_name_plural = _("residents' votes")
        constraints = [
            models.CheckConstraint(
                name="vote_ends_after_it_begins",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("It must end after it begins."),
            ),
            models.CheckConstraint(name="announced_vote_has_its_seed", condition=Q(state="draft") | ~Q(seed="")),
            models.CheckConstraint(
                name="counted_vote_has_its_result",
                condition=Q(state="counted", counted_at__isnull=False) & ~Q(digest="")
                | ~Q(state="counted") & Q(counted_at__isnull=True, digest=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluations:vote_detail", args=[self.pk])

    # -- its life, in the order of time ----------------------------------------------------------------

    @step(
        state, source=State.DRAFT, target=State.ANNOUNCED, permission="evaluations.hold_vote", label=_("Announce it"),
        conditions=[has_projects, says_who, has_a_period, all_stand, stands_once, money_reaches, gives_nothing_away],
    )  # fmt: skip
    def announce(self, *, seed: str):
        """Everybody reads the rule; from now on it stands."""
        self.seed, self.announced_at = seed, clock.now()

    @step(
        state, source=State.ANNOUNCED, target=State.DRAFT, permission="evaluations.hold_vote",
        label=_("Take the announcement back"), conditions=[has_not_begun], note=True, tone="quiet",
    )  # fmt: skip
    def take_back(self):
        """Something is wrong and nobody has voted: it is mended and announced anew, with another seed."""
        self.seed, self.announced_at = "", None

    @step(
        state, source=State.ANNOUNCED, target=State.CANCELLED, permission="evaluations.call_off_vote",
        label=_("Call it off"), conditions=[has_not_ended], note=True, tone="danger",
    )  # fmt: skip
    def call_off(self):
        """It does not take place; the ballots are never read. The reason is public."""

    @step(
        state, source=State.ANNOUNCED, target=State.COUNTED, permission="evaluations.count_by_itself",
        label=_("Counted"), conditions=[has_ended], button=False,
    )  # fmt: skip
    def count(self, *, result: dict[str, Any], digest: str):
        """Its time is over: counted once, by the rule that was announced."""
        self.result, self.digest, self.counted_at = result, digest, clock.now()

    # -- facts -------------------------------------------------------------------------------------------

    @property
    def has_opened(self) -> bool:
        return self.opens_at <= clock.now()

    @property
    def is_over(self) -> bool:
        return self.closes_at <= clock.now()

    @property
    def is_open(self) -> bool:
        """Takes ballots at this moment."""
        return self.state == self.State.ANNOUNCED and self.has_opened and not self.is_over

    @property
    def is_counted(self) -> bool:
        return self.state == self.State.COUNTED

    @property
    def is_by_code(self) -> bool:
        return self.codes == self.Codes.HOUSEHOLD

    @property
    def due(self) -> datetime:
        """What its page counts down to."""
        return self.closes_at if self.has_opened else self.opens_at

    @property
    def papers_missing(self) -> int:
        """Slips that were handed in for a paper ballot, less the papers that two people have keyed alike."""
        handed_in = self.slips.filter(on_paper=True).count()
        return handed_in - len(self.settled_papers()) if handed_in else 0

    def settled_papers(self) -> dict[int, list[int]]:
        """By number, what two people have keyed alike; an empty list is a void paper."""
        keyed: dict[int, list[list[int]]] = {}
        for paper in self.papers.all():
            keyed.setdefault(paper.number, []).append(paper.approved)
        return {number: found[0] for number, found in keyed.items() if len(found) == 2 and found[0] == found[1]}

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        if self.state == self.State.ANNOUNCED:
            return "good" if self.is_open else "info"
        return {"draft": "wait", "counted": "neutral", "cancelled": "bad"}[self.state]

    @property
    def standing(self) -> Any:
        """Where it is now, said with the clock: announced, open, being counted, counted."""
        if self.state != self.State.ANNOUNCED:
            return self.get_state_display()
        if self.is_over:
            return _("Ended, being counted")
        return _("Voting is open") if self.has_opened else _("Announced, not open yet")

    @property
    def chosen(self) -> set[int]:
        """The ids of the projects that the vote has chosen."""
        return set(self.result.get("chosen", ()))


class VoteEntry(models.Model):
    """A project that stands in a vote, as residents read it: fixed with the announcement."""

    vote = models.ForeignKey(Vote, verbose_name=_("residents' vote"), on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="vote_entries"
    )
    amount = MoneyField(_("amount"), null=True)
    words = models.TextField(
        _("for residents, in two or three sentences"), max_length=200, blank=True,
        help_text=_("What happens, for whom, where. Empty: the beginning of the proposal's summary"),
    )  # fmt: skip
    picture = models.FileField(_("picture"), storage=private_storage, upload_to=picture_path, blank=True)

    class Meta:
        ordering = ["project__number", "pk"]
        verbose_name = _("project in a vote")
        verbose_name_plural = _("projects in a vote")
        constraints = [models.UniqueConstraint(fields=["vote", "project"], name="stands_once_in_a_vote")]

    def __str__(self) -> str:
        return f"{self.project}"

    @property
    def said(self) -> str:
        summary = self.project.summary
        return self.words or (summary if len(summary) <= 120 else summary[:119] + "…")
