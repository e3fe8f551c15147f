import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _


class BallotQuerySet(models.QuerySet["Ballot"]):
    def approvals(self) -> dict[str, set[int]]:
        """By the code of each ballot, the ids of the projects that it approves."""
        found: dict[str, set[int]] = {code: set() for code in self.values_list("code", flat=True)}
        for code, project in self.filter(projects__isnull=False).values_list("code", "projects"):
            found[code].add(project)
        return found

    def digest(self) -> str:
        """The same as long as no ballot has changed."""
        lines = [f"{code}:{sorted(projects)}" for code, projects in sorted(self.approvals().items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Ballot(models.Model):
    """One resident's vote in a call (居民投票): which projects it approves. Its code names nobody."""

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="ballots")
    code = models.CharField(_("code of the ballot"), max_length=40)
    projects = models.ManyToManyField("projects.Project", verbose_name=_("approved projects"), related_name="+")

    objects = BallotQuerySet.as_manager()

    class Meta:
        ordering = ["call", "code"]
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="one_ballot_a_code")]

    def __str__(self) -> str:
        return self.code
