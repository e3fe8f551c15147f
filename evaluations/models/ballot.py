import hashlib
import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def new_id() -> int:
    """Ballots are not numbered as they come in: who knows when a neighbour voted must not find the ballot by that."""
    return secrets.randbelow(2**62) + 1


class BallotQuerySet(models.QuerySet["Ballot"]):
    def imported(self) -> "BallotQuerySet":
        """Taken in from a table: residents voted somewhere else."""
        return self.filter(vote__isnull=True)

    def readable(self) -> "BallotQuerySet":
        """Imported ones, and those of a vote that has been counted: before, nobody reads what anybody chose."""
        return self.filter(Q(vote__isnull=True) | Q(vote__state="counted"))

    def approvals(self) -> dict[str, set[int]]:
        """By the number of each ballot, the ids of the projects that it approves."""
        return {code: set(approved) for code, approved in self.values_list("code", "approved")}

    def digest(self) -> str:
        """The same as long as no ballot has changed."""
        lines = [f"{code}:{sorted(projects)}" for code, projects in sorted(self.approvals().items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Ballot(models.Model):
    """One resident's vote (居民选票): which projects it approves. Its number names nobody.

    It keeps no time and is not numbered in the order of coming in; `voter` is a keyed fingerprint of the code (or of
    the phone) by which the same person can change it, and no slip or household keeps the same.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="ballots")
    vote = models.ForeignKey(
        "evaluations.Vote",
        verbose_name=_("residents' vote"),
        on_delete=models.PROTECT,
        null=True,
        related_name="ballots",
    )
    code = models.CharField(_("number of the ballot"), max_length=40)
    approved = models.JSONField(_("approved projects"), default=list)
    voter = models.CharField(_("mark of the household"), max_length=64, blank=True, editable=False)
    is_paper = models.BooleanField(_("from paper"), default=False)

    objects = BallotQuerySet.as_manager()

    class Meta:
        ordering = ["call", "code"]
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="one_ballot_a_code"),
            models.UniqueConstraint(fields=["vote", "voter"], name="one_ballot_a_voter", condition=~Q(voter="")),
        ]

    def __str__(self) -> str:
        return self.code
