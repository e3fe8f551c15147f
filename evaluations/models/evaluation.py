from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workdays import add_workdays
from core.workflow import StateField, Stateful, requires, step
from evaluations.models.commission import Commission
from evaluations.models.kept import Kept, KeptQuerySet
from evaluations.models.purpose import Purpose
from people.models import Role
from projects.models import Project

WORKDAYS = {"scheduled": 3, "document_check": 5, "site_visit": 10, "draft": 10, "final": 5, "publish": 5}
"""How long each step of the evaluator and the funder may take; those of the group are set by the call."""
TEXTS = ("conclusion", "strengths", "problems", "advice", "summary")
"""What the evaluator writes into a report; all but the strengths and the advice have to be there."""
NEEDED = ("conclusion", "problems", "summary")


@requires(_("Somebody is sent to evaluate, and it is said who leads."))
def has_a_lead(evaluation) -> bool:
    return evaluation.lead_id is not None and evaluation.panel.exists()


@requires(_("The group has handed in its self-evaluation, or its last day is over."))
def self_evaluation_is_over(evaluation) -> bool:
    return evaluation.state != "self_evaluation" or evaluation.is_self_evaluated or evaluation.is_overdue


@requires(_("Every paper of the list has been looked at."))
def papers_are_checked(evaluation) -> bool:
    return evaluation.state != "document_check" or not evaluation.papers.filter(standing="").exists()


@requires(_("The site visit is written down."))
def visit_is_recorded(evaluation) -> bool:
    if evaluation.state != "site_visit":
        return True
    visit = getattr(evaluation, "visit", None)
    return visit is not None and visit.is_recorded


@requires(_("The report has a conclusion, the problems found and a summary for everybody."))
def report_is_written(evaluation) -> bool:
    return all(getattr(evaluation, name).strip() for name in NEEDED)


@requires(_("Every evaluator has handed in the score sheet."))
def sheets_are_in(evaluation) -> bool:
    panel = list(evaluation.panel.select_related("sheet"))
    return bool(panel) and all(one.is_submitted for one in panel)


@requires(_("The last day to answer is over."))
def answer_is_over(evaluation) -> bool:
    return evaluation.is_overdue


@requires(_("The evaluator has issued the final report."))
def report_is_issued(evaluation) -> bool:
    return evaluation.issued_at is not None


class EvaluationQuerySet(KeptQuerySet["Evaluation"]):
    def open(self) -> "EvaluationQuerySet":
        """Not concluded, of a project that is still where this evaluation belongs."""
        there = Q(purpose=Purpose.MIDTERM, project__state="midterm") | Q(purpose=Purpose.FINAL, project__state="final")
        return self.filter(there).exclude(state=Evaluation.State.PUBLISHED)

    def in_workspace_of(self, user: Any) -> "EvaluationQuerySet":
        """Those of the evaluator organisation for which the person works, as long as its commission runs."""
        return self.filter(commission__in=Commission.objects.of(user).current())

    def visible_to(self, user: Any) -> "EvaluationQuerySet":
        """Whoever sees the delivery of the project, and the evaluator's people for the term. What is in a report is
        asked of `evaluations.read_report`."""
        if not user.is_authenticated:
            return self.none()
        seen = Project.objects.delivery_visible_to(user).filter(pk=OuterRef("project"))
        return self.filter(Exists(seen) | Q(pk__in=self.in_workspace_of(user).values("pk")))

    def files_visible_to(self, user: Any) -> "EvaluationQuerySet":
        """What the group hands in and answers with is for itself, its host, the funder and the evaluator's people; a
        mentor reads none of it (`evaluations.read_papers`, `evaluations.read_answers`)."""
        if not user.is_authenticated:
            return self.none()
        applies, works = user.organizations_as(Role.MANAGER, Role.STAFF), list(user.roles)
        parties = Q(project__applicant__in=applies) | Q(project__host__in=works) | Q(project__funder__in=works)
        return self.visible_to(user).filter(parties | Q(pk__in=self.in_workspace_of(user).values("pk")))


class Evaluation(Stateful, Kept):
    """One midterm or final evaluation of a project by an evaluator organisation, step by step (field guide 1.5).

    The framework by which it is judged is frozen when it is scheduled, and so is which steps a small project is spared.
    Its score sheets are those of the engine (`Assignment`, `Sheet`); the draft of its report is the organisation's own
    until it goes to the group. A second look after a rectification is another evaluation, of the next round.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        SELF_EVALUATION = "self_evaluation", _("Self-evaluation")
        DOCUMENT_CHECK = "document_check", _("Document check")
        SITE_VISIT = "site_visit", _("Visit of the evaluators")
        DRAFT = "draft", _("Draft report")
        ANSWER = "answer", _("The group answers")
        FINAL = "final", _("Final report")
        PUBLISHED = "published", _("Published")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="evaluations"
    )
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose.choices)
    round = models.PositiveSmallIntegerField(_("round"), default=1, help_text=_("2 after a rectification, and so on"))
    commission = models.ForeignKey(
        "evaluations.Commission", verbose_name=_("evaluator"), on_delete=models.PROTECT, related_name="evaluations"
    )
    rubric = models.ForeignKey(
        "grants.Rubric", verbose_name=_("framework"), on_delete=models.PROTECT, related_name="evaluations"
    )
    lead = models.ForeignKey(
        "people.User", verbose_name=_("lead"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = StateField(_("state"), default=State.SCHEDULED, choices=State.choices, max_length=16)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    due_on = models.DateField(_("due on"), null=True, editable=False)
    finish_by = models.DateField(_("to be finished by"), null=True, blank=True)
    asks_self_evaluation = models.BooleanField(_("with a self-evaluation"), default=True)
    asks_documents = models.BooleanField(_("with a document check"), default=True)
    asks_visit = models.BooleanField(_("with a site visit"), default=True)
    scheduled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    scheduled_at = models.DateTimeField(_("scheduled at"), default=clock.now, editable=False)

    conclusion = models.TextField(_("conclusion"), max_length=2000, blank=True)
    strengths = models.TextField(_("strengths"), max_length=2000, blank=True)
    problems = models.TextField(
        _("problems found"), max_length=3000, blank=True, help_text=_("One a line: the group answers each of them")
    )
    advice = models.TextField(_("advice"), max_length=2000, blank=True)
    summary = models.TextField(
        _("summary for everybody"), max_length=500, blank=True, help_text=_("It is shown on the public page")
    )
    version = models.PositiveIntegerField(default=0, editable=False, help_text=_("Counts up with every change"))
    draft_sent_at = models.DateTimeField(_("draft sent at"), null=True, editable=False)
    sent_draft = models.JSONField(_("the draft as it was sent"), default=dict, editable=False)
    figures = models.JSONField(_("what the records said when it was issued"), default=dict, editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    was_silent = models.BooleanField(_("no answer came: noted as agreement"), default=False, editable=False)
    number = models.CharField(_("number of the report"), max_length=40, blank=True, editable=False)
    issued_at = models.DateTimeField(_("final report issued at"), null=True, editable=False)
    issued_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["project", "scheduled_at", "pk"]
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        constraints = [
            models.UniqueConstraint(fields=["project", "purpose", "round"], name="one_evaluation_a_round"),
            models.UniqueConstraint("number", name="evaluation_report_number_once", condition=~Q(number="")),
            models.CheckConstraint(
                name="evaluation_is_midterm_or_final", condition=Q(purpose__in=["midterm", "final"], round__gte=1)
            ),
            models.CheckConstraint(
                name="evaluation_report_is_issued_by_somebody",
                condition=Q(issued_at__isnull=True, issued_by__isnull=True)
                | Q(issued_at__isnull=False, issued_by__isnull=False, draft_sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="silence_is_no_answer", condition=Q(was_silent=False) | Q(answered_by__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.get_purpose_display()} {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:evaluation_page", args=[self.pk])

    @property
    def lines(self) -> list[Any]:
        """The lines of its framework for a project of this nature, in their order."""
        return self.rubric.lines_for(self.project.nature)

    @property
    def scored_lines(self) -> list[Any]:
        """Those with full points: without bonus, deductions and vetoes."""
        return [line for line in self.lines if line.is_scored]

    # -- the steps, in the order of time ----------------------------------------------------------

    @step(
        state,
        source=State.SCHEDULED,
        target=State.SELF_EVALUATION,
        permission="evaluations.begin",
        label=_("Ask for the self-evaluation"),
        conditions=[has_a_lead],
        button=False,
    )
    def ask_self_evaluation(self):
        """Evaluators are named; the group says first how it sees itself."""
        self.due_on = add_workdays(clock.today(), self.project.call.self_evaluation_workdays)

    @step(
        state,
        source=[State.SCHEDULED, State.SELF_EVALUATION],
        target=State.DOCUMENT_CHECK,
        permission="evaluations.go_on",
        label=_("On to the documents"),
        conditions=[has_a_lead, self_evaluation_is_over],
    )
    def check_documents(self):
        """The evaluator goes through the list of papers; what is missing is asked from the group."""
        self._due_in(self.State.DOCUMENT_CHECK)

    @step(
        state,
        source=[State.SCHEDULED, State.SELF_EVALUATION, State.DOCUMENT_CHECK],
        target=State.SITE_VISIT,
        permission="evaluations.go_on",
        label=_("On to the visit"),
        conditions=[has_a_lead, self_evaluation_is_over, papers_are_checked],
    )
    def go_on_site(self):
        """A day is agreed on with the group, and what was seen is written down."""
        self._due_in(self.State.SITE_VISIT)

    @step(
        state,
        source=[State.SCHEDULED, State.SELF_EVALUATION, State.DOCUMENT_CHECK, State.SITE_VISIT],
        target=State.DRAFT,
        permission="evaluations.go_on",
        label=_("On to the draft report"),
        conditions=[has_a_lead, self_evaluation_is_over, papers_are_checked, visit_is_recorded],
    )
    def write_report(self):
        """The score sheets are filled in, and the lead writes the draft."""
        self._due_in(self.State.DRAFT)

    @step(
        state,
        source=State.DRAFT,
        target=State.ANSWER,
        permission="evaluations.lead",
        label=_("Send the draft to the group"),
        conditions=[sheets_are_in, report_is_written],
    )
    def ask_answer(self, *, draft):
        """From now on the group and the funder read it; the group has so many workdays to answer."""
        self.draft_sent_at, self.sent_draft = clock.now(), draft
        self.due_on = add_workdays(clock.today(), self.project.call.answer_workdays)

    @step(
        state,
        source=State.ANSWER,
        target=State.FINAL,
        permission="evaluations.answer_draft",
        label=_("Answer the draft report"),
        button=False,
    )
    def answer(self, *, by):
        """The group has answered each point."""
        self.answered_at, self.answered_by = clock.now(), by
        self._due_in(self.State.FINAL)

    @step(
        state,
        source=State.ANSWER,
        target=State.FINAL,
        permission="evaluations.note_silence",
        label=_("No answer came: noted as agreement"),
        conditions=[answer_is_over],
    )
    def note_silence(self):
        """The last day is over and nothing came (逾期视为无异议)."""
        self.was_silent = True
        self._due_in(self.State.FINAL)

    @step(
        state,
        source=State.FINAL,
        target=State.PUBLISHED,
        permission="evaluations.publish",
        label=_("Conclude and publish"),
        conditions=[report_is_issued, sheets_are_in],
        button=False,
    )
    def publish(self):
        """The funder's clerk concludes: the result is frozen, and the project moves on."""
        self.published_at, self.due_on = clock.now(), None

    @step(
        state,
        source=[State.SCHEDULED, State.SELF_EVALUATION, State.DOCUMENT_CHECK, State.SITE_VISIT, State.DRAFT],
        target=State.SCHEDULED,
        permission="evaluations.hand_over",
        label=_("Hand over to another evaluator"),
        note=True,
        button=False,
        tone="quiet",
    )
    def hand_over(self, *, commission):
        """The evaluator cannot go on: another organisation begins anew with what the group has handed in."""
        self.commission, self.lead = commission, None
        for name in TEXTS:
            setattr(self, name, "")
        self._due_in(self.State.SCHEDULED)

    def _due_in(self, state: str) -> None:
        self.due_on = add_workdays(clock.today(), WORKDAYS[state])

    # -- facts --------------------------------------------------------------------------------------

    @property
    def call(self):
        return self.project.call

    @property
    def panel(self):
        """Who was sent and has neither stepped down nor is absent."""
        return self.assignments.seated()

    @property
    def is_left_alone(self) -> bool:
        """Whoever leads has stood down, and nobody else was sent: the work stands still before the report."""
        if self.lead_id is None or self.issued_at or self.is_published:
            return False
        return all(one.person_id != self.lead_id for one in self.assignments.all() if one.is_seated)

    @property
    def result(self):
        """Score and grade as they were frozen; None before it is published."""
        return self.project.results.filter(purpose=self.purpose, round=self.round).first()

    @property
    def is_overdue(self) -> bool:
        """The last day of the present step is over."""
        return self.due_on is not None and self.due_on < clock.today()

    def takes_sheet(self, assignment: Any) -> bool:
        """Points can be entered: from the papers to the draft; afterwards on a sheet that was opened again, or by
        whoever came in place of an evaluator that stood down."""
        S = self.State
        if self.state in (S.DOCUMENT_CHECK, S.SITE_VISIT, S.DRAFT):
            return True
        return self.state == S.FINAL and self.issued_at is None and not assignment.is_submitted

    @property
    def is_self_evaluated(self) -> bool:
        return hasattr(self, "self_evaluation") and self.self_evaluation.is_handed_in

    @property
    def is_sent(self) -> bool:
        """The group has the draft."""
        return self.draft_sent_at is not None

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def next_step(self) -> str:
        """The next step that this evaluation needs, up to the draft; empty afterwards."""
        S = self.State
        order = [S.SCHEDULED, S.SELF_EVALUATION, S.DOCUMENT_CHECK, S.SITE_VISIT, S.DRAFT]
        if self.state not in order[:-1]:
            return ""
        wanted = [
            ("ask_self_evaluation", self.asks_self_evaluation and not self.is_self_evaluated),
            ("check_documents", self.asks_documents),
            ("go_on_site", self.asks_visit),
            ("write_report", True),
        ]
        return next(name for name, is_needed in wanted[order.index(self.state) :] if is_needed)

    @property
    def path(self) -> list[tuple[str, str, str]]:
        """The steps it takes, each with its name and whether it is done, current or still to come."""
        S = self.State
        left_out = {
            S.SELF_EVALUATION: not self.asks_self_evaluation,
            S.DOCUMENT_CHECK: not self.asks_documents,
            S.SITE_VISIT: not self.asks_visit,
        }
        taken = [one for one in S if not left_out.get(one, False)]
        here = taken.index(S(self.state)) if S(self.state) in taken else 0
        words = [
            "done" if place < here or self.is_published else "now" if place == here else "todo"
            for place in range(len(taken))
        ]
        return [(one.value, str(one.label), said) for one, said in zip(taken, words, strict=True)]
