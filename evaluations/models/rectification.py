from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, step
from evaluations.models.evaluation import Evaluation
from evaluations.models.kept import Kept, KeptQuerySet
from evaluations.models.part import PartOfEvaluation
from projects.models import Project


class RectificationQuerySet(PartOfEvaluation["RectificationItem"]):
    def asked(self) -> "RectificationQuerySet":
        """Of a report that is published: before, they are words of a draft."""
        return self.exclude(state=RectificationItem.State.PROPOSED)

    def waiting(self) -> "RectificationQuerySet":
        """Not accepted yet."""
        return self.filter(state__in=[RectificationItem.State.OPEN, RectificationItem.State.REPORTED])

    def visible_to(self, user: Any) -> "RectificationQuerySet":
        """Once the report is published whoever sees the delivery; before, who may read the draft asks the report."""
        seen = Project.objects.delivery_visible_to(user).filter(pk=OuterRef("evaluation__project"))
        theirs = Evaluation.objects.in_workspace_of(user).values("pk")
        return self.asked().filter(Q(Exists(seen)) | Q(evaluation__in=theirs))


class RectificationItem(Stateful):
    """One thing that a group has to mend after an evaluation (整改事项): what, by which rule, until when, who.

    Part of the draft until the report is published; then open, reported by the group, accepted or sent back by the
    evaluator or the funder's clerk. A passed evaluation can carry some; they keep the next instalment back all the
    same.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("In the draft")
        OPEN = "open", _("Waiting to be mended")
        REPORTED = "reported", _("Reported as mended")
        ACCEPTED = "accepted", _("Accepted as mended")

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    what = models.TextField(_("what is to be mended"), max_length=500)
    basis = models.CharField(_("basis"), max_length=200, help_text=_("Which clause, rule or record says so"))
    who = models.CharField(_("who"), max_length=60, blank=True, help_text=_("In the group; empty: its project leader"))
    due_on = models.DateField(_("until"))
    state = StateField(_("state"), default=State.PROPOSED, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state"], name="item_by_state")]
        ordering = ["evaluation", "position", "pk"]
        verbose_name = _("item to rectify")
        verbose_name_plural = _("items to rectify")

    def __str__(self) -> str:
        return self.what[:60]

    def get_absolute_url(self) -> str:
        return reverse("evaluations:rectification", args=[self.evaluation.project_id])

    @step(
        state,
        source=State.PROPOSED,
        target=State.OPEN,
        permission="evaluations.publish",
        label=_("Ask for rectification"),
        button=False,
    )
    def ask(self):
        """The report is published: the group has until its day."""

    @step(
        state,
        source=State.OPEN,
        target=State.REPORTED,
        permission="evaluations.report_item",
        label=_("Report as mended"),
        button=False,
    )
    def report(self):
        """The group says what it has done, with proof."""

    @step(
        state,
        source=State.REPORTED,
        target=State.ACCEPTED,
        permission="evaluations.judge_item",
        label=_("Accept"),
        button=False,
    )
    def accept(self):
        """It is mended."""

    @step(
        state,
        source=State.REPORTED,
        target=State.OPEN,
        permission="evaluations.judge_item",
        label=_("Send back"),
        note=True,
        button=False,
    )
    def send_back(self, *, due_on):
        """It is not mended yet; the group reads why, and has until another day."""
        self.due_on = due_on

    @property
    def project(self):
        return self.evaluation.project

    @property
    def call(self):
        return self.evaluation.project.call

    @property
    def is_late(self) -> bool:
        return self.state == self.State.OPEN and self.due_on < clock.today()

    @property
    def responsible(self) -> str:
        return self.who or self.project.leader


class RectificationReport(Kept):
    """What the group says about one item, with its files, and what became of it; each attempt stays."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted as mended")
        SENT_BACK = "sent_back", _("Sent back")

    item = models.ForeignKey(RectificationItem, on_delete=models.PROTECT, related_name="reports")
    words = models.TextField(_("what has been done"), max_length=1000)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    verdict = models.CharField(_("outcome"), max_length=10, choices=Verdict.choices, blank=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Visible(KeptQuerySet["RectificationReport"]):
        def visible_to(self, user: Any) -> "RectificationReport.Visible":
            return self.filter(item__in=RectificationItem.objects.visible_to(user))

    objects = Visible.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("report on a rectification")
        verbose_name_plural = _("reports on rectifications")
        constraints = [
            models.CheckConstraint(
                name="rectification_verdict_is_whole",
                condition=Q(verdict="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(verdict="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.words[:40]}"
