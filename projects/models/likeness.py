from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class LikenessQuerySet(models.QuerySet["Likeness"]):
    def open(self) -> "LikenessQuerySet":
        return self.filter(verdict="")

    def about(self, project) -> "LikenessQuerySet":
        """With the project on either side."""
        return self.filter(Q(project=project) | Q(other=project)).select_related(
            "project__call", "project__applicant", "other__call", "other__applicant", "decided_by"
        )


class Likeness(models.Model):
    """Two proposals look alike: a flag for a person to look at, never a refusal.

    `project` was submitted later than `other`, which may belong to any call of any year.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Same text")
        BUDGET = "budget", _("Same budget")
        PAPER = "paper", _("Same file")
        NUMBER = "number", _("Same quotation or invoice")

    class Verdict(models.TextChoices):
        HARMLESS = "harmless", _("Harmless")
        CONTINUED = "continued", _("Continuation of the group's own project")
        COPIED = "copied", _("Copied")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="likenesses"
    )
    other = models.ForeignKey(
        "projects.Project", verbose_name=_("like which"), on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("what is alike"), max_length=6, choices=Kind.choices)
    score = models.DecimalField(_("how much"), max_digits=4, decimal_places=3)
    found_at = models.DateTimeField(_("found at"), default=clock.now, editable=False)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices, blank=True)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    objects = LikenessQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "pk"]
        verbose_name = _("likeness")
        verbose_name_plural = _("likenesses")
        constraints = [
            models.UniqueConstraint(fields=["project", "other", "kind"], name="likeness_once"),
            models.CheckConstraint(name="likeness_of_two", condition=~Q(project=F("other"))),
            models.CheckConstraint(
                name="likeness_verdict_is_whole",
                condition=Q(verdict="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(verdict="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]

    @property
    def is_measured(self) -> bool:
        """Alike to a degree; a file or a number is the same or it is not."""
        return self.kind in (self.Kind.TEXT, self.Kind.BUDGET)

    def __str__(self) -> str:
        return f"{self.project} ~ {self.other}"


class LikenessKey(models.Model):
    """A number of what a proposal says (`likeness_keys`): proposals that have many of them in common may be alike.

    Written as the proposal is handed in, some hundred at most, and only ever asked by their value.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="likeness_keys")
    value = models.BigIntegerField(_("key"))

    class Meta:
        verbose_name = _("likeness key")
        verbose_name_plural = _("likeness keys")
        indexes = [models.Index(fields=["value", "id"], name="likeness_key_by_value")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.value}"
