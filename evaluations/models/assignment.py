from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept, KeptQuerySet
from evaluations.models.purpose import Purpose
from evaluations.models.result import Result
from grants.models import Criterion
from projects.blinding import veiled_title


class AssignmentQuerySet(KeptQuerySet["Assignment"]):
    def active(self) -> "AssignmentQuerySet":
        """Not recused."""
        return self.filter(recused_at__isnull=True)

    def seated(self) -> "AssignmentQuerySet":
        """Whose sheets the panel consists of: neither recused nor absent."""
        return self.active().filter(absent_at__isnull=True)

    def open(self) -> "AssignmentQuerySet":
        """Waiting for their person to score: the sheet is not locked, and the project is where it is judged.

        A project on a pitch day is scored when it has been heard, not before; afterwards only what was unlocked is.
        An evaluation is scored for its draft; after the answer of the group where a sheet was opened again, or by
        whoever came in place of an evaluator that stood down.
        """
        heard = Q(project__pitch_slot__isnull=True) | Q(project__pitch_slot__state="scoring")
        heard |= Q(project__pitch_slot__state="locked", sheet__unlocked_at__isnull=False)
        stage = Q(heard, purpose=Purpose.REVIEW, project__state="in_review") | (
            (Q(purpose=Purpose.MIDTERM, project__state="midterm") | Q(purpose=Purpose.FINAL, project__state="final"))
            & (Q(evaluation__state="draft") | Q(evaluation__state="final", evaluation__issued_at__isnull=True))
        )
        return self.seated().filter(stage).filter(Q(sheet__isnull=True) | Q(sheet__submitted_at__isnull=True))

    def before_result(self) -> "AssignmentQuerySet":
        """Active, and nothing has been decided yet that rests on them: a conflict found now still changes something."""
        stage = (
            Q(purpose=Purpose.REVIEW, project__state__in=["submitted", "returned", "eligible", "in_review"])
            | Q(purpose=Purpose.MIDTERM, project__state="midterm")
            | Q(purpose=Purpose.FINAL, project__state="final")
        )
        same = {name: OuterRef(name) for name in ("project", "purpose", "round")}
        return self.active().filter(stage).exclude(Exists(Result.objects.filter(**same)))

    def after_result(self) -> "AssignmentQuerySet":
        """Active, with a result of the review that can still be set aside: until the award, of who got nothing until
        the call is concluded. Later a new tie says nothing about how it was judged."""
        listed = ["in_review", "shortlisted", "waitlisted", "in_notice", "objected"]
        stage = Q(project__state__in=listed) | Q(project__state="not_selected", project__call__concluded_at=None)
        same = {name: OuterRef(name) for name in ("project", "purpose", "round")}
        return self.active().filter(stage, Exists(Result.objects.filter(**same)), purpose=Purpose.REVIEW)

    def watched(self) -> "AssignmentQuerySet":
        """Where a tie that is found now still asks for a decision."""
        return self.before_result() | self.after_result()

    def undeclared(self) -> "AssignmentQuerySet":
        """Waiting for their person to say whether anything ties them to the project."""
        return self.before_result().filter(declaration__isnull=True, sheet__submitted_at__isnull=True)

    def for_their_person(self) -> "AssignmentQuerySet":
        """With all that their titles need, veiled or not, in a constant number of queries."""
        names = ("project__participants", "project__team", "project__partners", "project__other_communities")
        related = ("sheet", "project__call", "project__applicant", "project__host", "project__track", "project__field")
        return self.select_related("person", *related).prefetch_related(*names)


class Assignment(Kept):
    """A person is asked to judge one project for one purpose. Recused or absent, never deleted: the line stays.

    Recused (回避) is for good: something ties the judge to the project. Absent (缺席) says nothing against the judge,
    who can come back until the scores are locked; the log keeps every absence that ended.
    """

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="assignments"
    )
    person = models.ForeignKey(
        "people.User", verbose_name=_("judge"), on_delete=models.PROTECT, related_name="assignments"
    )
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose.choices)
    round = models.PositiveSmallIntegerField(_("round"), default=1, help_text=_("2 after a rectification, and so on"))
    organization = models.ForeignKey(
        "people.Organization",
        verbose_name=_("evaluator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    evaluation = models.ForeignKey(
        "evaluations.Evaluation",
        verbose_name=_("evaluation"),
        on_delete=models.PROTECT,
        null=True,
        related_name="assignments",
        editable=False,
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    assigned_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    assigned_at = models.DateTimeField(default=clock.now, editable=False)
    recused_at = models.DateTimeField(_("recused at"), null=True, blank=True, editable=False)
    recusal_reason = models.CharField(_("reason"), max_length=300, blank=True)
    absent_at = models.DateTimeField(_("absent since"), null=True, blank=True, editable=False)
    absence_reason = models.CharField(_("reason of the absence"), max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["project", "purpose", "round", "pk"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(fields=["project", "person", "purpose", "round"], name="judges_once_a_round"),
            models.CheckConstraint(
                name="only_evaluators_have_an_evaluation",
                condition=Q(purpose="review", evaluation__isnull=True)
                | (~Q(purpose="review") & Q(evaluation__isnull=False)),
            ),
            models.CheckConstraint(
                name="recusal_has_a_reason", condition=Q(recused_at__isnull=True) | ~Q(recusal_reason="")
            ),
            models.CheckConstraint(
                name="judges_absence_has_a_reason",
                condition=Q(absent_at__isnull=True, absence_reason="")
                | (Q(absent_at__isnull=False) & ~Q(absence_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.project} ({self.get_purpose_display()})"

    @property
    def call(self):
        return self.project.call

    @property
    def rubric(self):
        """The score sheet by which it is judged: the call's, of an evaluation the edition frozen with it."""
        if self.evaluation_id:
            return self.evaluation.rubric
        return getattr(self.project.call, f"{self.purpose}_rubric")

    @property
    def lines(self) -> list[Criterion]:
        """The lines of that sheet for a project of this nature, in its order."""
        return self.rubric.lines_for(self.project.nature)

    @property
    def is_blind(self) -> bool:
        """Its person reads a veiled copy of the proposal, until the whole panel has submitted its sheets."""
        parts = self.project.participants.all()
        return any(part.is_blind and part.person_id == self.person_id for part in parts)

    @property
    def shown_title(self) -> str:
        """The project's title as its person may read it."""
        return veiled_title(self.project) if self.is_blind else self.project.title

    @property
    def proposal_url(self) -> str:
        """Where its person reads the proposal: the veiled copy while they judge blind."""
        if self.is_blind:
            return reverse("evaluations:blind_proposal", args=[self.pk])
        return reverse("projects:proposal_detail", args=[self.project_id])

    @property
    def panel(self) -> AssignmentQuerySet:
        """Everybody who judges this project for this purpose in this round: not who is recused or absent."""
        return Assignment.objects.seated().filter(project=self.project_id, purpose=self.purpose, round=self.round)

    @property
    def is_absent(self) -> bool:
        return self.absent_at is not None

    @property
    def is_seated(self) -> bool:
        """Its sheet is waited for, or counts: neither recused nor absent."""
        return self.recused_at is None and self.absent_at is None

    @property
    def is_submitted(self) -> bool:
        return hasattr(self, "sheet") and self.sheet.is_submitted
