from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.vote import Vote


class VoteCodeQuerySet(models.QuerySet["VoteCode"]):
    def valid(self) -> "VoteCodeQuerySet":
        return self.filter(revoked_at__isnull=True)


class VoteCode(models.Model):
    """The right to one ballot, printed on a slip (投票码). Only a keyed fingerprint of the code is kept.

    It remembers that it was used, not when and for what: its ballot is kept under another fingerprint, so that even who
    knows which household got slip 17 cannot find its ballot.
    """

    vote = models.ForeignKey(Vote, verbose_name=_("residents' vote"), on_delete=models.PROTECT, related_name="slips")
    number = models.PositiveIntegerField(_("number of the slip"))
    batch = models.PositiveIntegerField(_("printing"))
    community = models.ForeignKey(
        "people.Community", verbose_name=_("community"), on_delete=models.PROTECT, related_name="+"
    )
    fingerprint = models.CharField(_("fingerprint of the code"), max_length=64, unique=True, editable=False)
    is_used = models.BooleanField(_("used"), default=False, editable=False)
    on_paper = models.BooleanField(_("handed in for a paper ballot"), default=False, editable=False)
    issued_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    issued_at = models.DateTimeField(_("issued at"), default=clock.now, editable=False)
    replaces = models.OneToOneField(
        "self", verbose_name=_("instead of"), on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    revoked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = VoteCodeQuerySet.as_manager()

    class Meta:
        ordering = ["vote", "number"]
        verbose_name = _("voting code")
        verbose_name_plural = _("voting codes")
        constraints = [
            models.UniqueConstraint(fields=["vote", "number"], name="slip_numbered_once"),
            models.CheckConstraint(
                name="slip_revoked_by_somebody_with_a_reason",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, reason="")
                | Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="used_slip_is_not_revoked", condition=Q(is_used=False) | Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(name="slip_for_paper_is_used", condition=Q(on_paper=False) | Q(is_used=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number:04d}"


class VoteAttempt(models.Model):
    """That a sender typed a wrong code or sent a ballot without one, to limit both; forgotten after a day.

    It does not say which ballot, and a ballot keeps no time: the two cannot be laid side by side.
    """

    class Kind(models.TextChoices):
        WRONG = "wrong", _("wrong code")
        BALLOT = "ballot", _("ballot without a code")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, db_index=True)
    at = models.DateTimeField(_("time"), default=clock.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("attempt to vote")
        verbose_name_plural = _("attempts to vote")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%H:%M}"


class PaperBallot(models.Model):
    """A paper ballot as one person keyed it (纸质选票). Two people key each, without seeing the other's.

    The paper bears a number that was written on it when the box was emptied, and no code.
    """

    vote = models.ForeignKey(Vote, verbose_name=_("residents' vote"), on_delete=models.PROTECT, related_name="papers")
    number = models.PositiveIntegerField(_("number on the paper"))
    turn = models.PositiveSmallIntegerField(_("keying"))
    approved = models.JSONField(_("approved projects"), default=list)
    keyed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    keyed_at = models.DateTimeField(_("keyed at"), default=clock.now, editable=False)

    class Meta:
        ordering = ["vote", "number", "turn"]
        verbose_name = _("keying of a paper ballot")
        verbose_name_plural = _("keyings of paper ballots")
        constraints = [
            models.UniqueConstraint(fields=["vote", "number", "turn"], name="paper_ballot_keyed_once_a_turn"),
            models.UniqueConstraint(fields=["vote", "number", "keyed_by"], name="paper_ballot_keyed_by_two_people"),
            models.CheckConstraint(name="paper_ballot_keyed_twice_at_most", condition=Q(turn__in=[1, 2])),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.turn}"
