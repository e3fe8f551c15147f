from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workdays import add_workdays
from core.workflow import StateField, Stateful, step
from projects import conditions
from projects.models.state import BEFORE_AWARD, UNDER_WAY, State


class ProjectLife(Stateful):
    """The life of a project, in the order of time: every step, who may take it, and what it needs.

    A part of `Project`, in a file of its own so that it can be read in one go. A step changes the project's
    own fields only; what else follows is in `projects.actions`.
    """

    state = StateField(_("state"), default=State.DRAFT, choices=State.choices, max_length=20)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    due_on = models.DateField(_("due on"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @step(
        state,
        source=State.DRAFT,
        target=State.SUBMITTED,
        permission="projects.submit",
        label=_("Submit"),
        conditions=[conditions.call_is_open, conditions.proposal_is_complete],
    )
    def submit(self, *, number):
        """The applicant hands the proposal in; it gets its number."""
        self.number = number
        self.submitted_at = clock.now()
        self.due_on = add_workdays(clock.today(), self.call.correction_workdays)
        self._to_be_checked_anew()

    @step(
        state,
        source=State.SUBMITTED,
        target=State.RETURNED,
        permission="projects.check",
        label=_("Return for correction"),
        note=True,
        tone="quiet",
    )
    def return_for_correction(self):
        """The funder's clerk says once, and completely, what must be corrected (一次性告知)."""
        self.due_on = add_workdays(clock.today(), self.call.correction_workdays)

    @step(
        state,
        source=State.RETURNED,
        target=State.SUBMITTED,
        permission="projects.submit",
        label=_("Submit again"),
        conditions=[conditions.correction_is_in_time, conditions.proposal_is_complete],
    )
    def resubmit(self):
        """The applicant hands in the corrected proposal."""
        self.due_on = add_workdays(clock.today(), self.call.correction_workdays)
        self._to_be_checked_anew()

    def _to_be_checked_anew(self):
        """What was found about an earlier submission says nothing of this one."""
        self.budget_checked_at = self.budget_checked_by = self.compared_at = None

    @step(
        state,
        source=[State.SUBMITTED, State.RETURNED],
        target=State.INELIGIBLE,
        permission="projects.check",
        label=_("Declare ineligible"),
        conditions=[conditions.correction_is_over],
        note=True,
        tone="danger",
    )
    def declare_ineligible(self):
        """The formal check is not passed (不予受理)."""
        self.due_on = None

    @step(
        state,
        source=State.SUBMITTED,
        target=State.ELIGIBLE,
        permission="projects.check",
        label=_("Accept as eligible"),
        conditions=[conditions.recommendation_is_confirmed],
    )
    def accept(self):
        """The formal check is passed (受理)."""
        self.due_on = None

    @step(
        state,
        source=State.ELIGIBLE,
        target=State.IN_REVIEW,
        permission="projects.rank",
        label=_("Start review"),
        conditions=[conditions.call_is_closed],
        button=False,
    )
    def start_review(self):
        """The panel is complete; the experts may score."""

    @step(
        state,
        source=State.IN_REVIEW,
        target=State.SHORTLISTED,
        permission="projects.rank",
        label=_("Shortlist"),
        button=False,
    )
    def shortlist(self, *, amount):
        """The confirmed ranking proposes it for an award of `amount` yuan (拟立项)."""
        self.amount_proposed = amount

    @step(
        state,
        source=State.IN_REVIEW,
        target=State.WAITLISTED,
        permission="projects.rank",
        label=_("Waitlist"),
        button=False,
    )
    def waitlist(self):
        """Good enough, but the money does not reach (候补)."""

    @step(
        state,
        source=State.WAITLISTED,
        target=State.SHORTLISTED,
        permission="projects.promote",
        label=_("Move up from the waitlist"),
        button=False,
    )
    def promote(self, *, amount):
        """There is money: the clerk gives it to the next in order, an approver to another for a reason (递补)."""
        self.amount_proposed = amount

    @step(
        state,
        source=State.WAITLISTED,
        target=State.SHORTLISTED,
        permission="projects.move_up",
        label=_("Moved up from the waitlist by itself"),
        button=False,
    )
    def move_up(self, *, amount):
        """Another project dropped out and its money is free: the next in order moves up, and nobody presses."""
        self.amount_proposed = amount

    @step(
        state,
        source=State.IN_REVIEW,
        target=State.NOT_SELECTED,
        permission="projects.rank",
        label=_("Do not select"),
        note=True,
        button=False,
    )
    def decline(self):
        """Not selected; the applicant reads why."""
        self.due_on = None
        self.amount_proposed = None

    @step(
        state,
        source=[State.WAITLISTED, State.SHORTLISTED],
        target=State.NOT_SELECTED,
        permission="projects.strike",
        label=_("Strike from the list"),
        note=True,
        button=False,
    )
    def strike(self):
        """Taken off the list that two people made: an approver decides, and the applicant reads why."""
        self.due_on = None
        self.amount_proposed = None

    @step(
        state,
        source=State.SHORTLISTED,
        target=State.IN_NOTICE,
        permission="projects.publish_notice",
        label=_("Put to public notice"),
        button=False,
    )
    def publish(self, *, until):
        """The list is public until `until`, and anybody may object."""
        self.due_on = until

    @step(
        state,
        source=State.IN_NOTICE,
        target=State.OBJECTED,
        permission="projects.examine_objection",
        label=_("Examine an objection"),
        conditions=[conditions.has_open_objection],
        button=False,
    )
    def examine_objection(self):
        """An objection is being looked into; nothing is approved meanwhile."""

    @step(
        state,
        source=State.OBJECTED,
        target=State.IN_NOTICE,
        permission="projects.decide_objection",
        label=_("Dismiss the objection"),
        note=True,
        button=False,
    )
    def dismiss_objection(self):
        """The objection is unfounded."""

    @step(
        state,
        source=State.OBJECTED,
        target=State.SHORTLISTED,
        permission="projects.decide_objection",
        label=_("Correct the notice"),
        note=True,
        button=False,
    )
    def correct(self, *, amount, title):
        """The objection is founded in part: what the notice says is corrected, and a new notice must follow."""
        self.amount_proposed = amount
        self.title = title
        self.due_on = None

    @step(
        state,
        source=State.OBJECTED,
        target=State.NOT_SELECTED,
        permission="projects.decide_objection",
        label=_("Uphold the objection"),
        note=True,
        button=False,
    )
    def uphold_objection(self):
        """The objection is founded: the project loses its place."""
        self.due_on = None
        self.amount_proposed = None

    @step(
        state,
        source=[State.NOT_SELECTED, State.WAITLISTED, State.SHORTLISTED, State.IN_NOTICE, State.OBJECTED],
        target=State.IN_REVIEW,
        permission="projects.decide_objection",
        label=_("Review again"),
        note=True,
        button=False,
    )
    def reopen(self):
        """An objection to the whole notice is founded: what was decided is judged or calculated again."""
        self.due_on = None
        self.amount_proposed = None

    @step(
        state,
        source=State.IN_NOTICE,
        target=State.APPROVED,
        permission="projects.approve",
        label=_("Approve the award"),
        conditions=[
            conditions.notice_is_over,
            conditions.has_no_open_objection,
            conditions.no_objection_waits_to_be_confirmed,
        ],
    )
    def approve(self, *, by):
        """The funder's approver makes the award; the agreement is to be signed in time."""
        self.amount_awarded = self.amount_proposed
        self.approved_at = clock.now()
        self.approved_by = by
        self.due_on = add_workdays(clock.today(), self.call.signing_workdays)

    @step(
        state,
        source=State.IN_NOTICE,
        target=State.NOT_SELECTED,
        permission="projects.approve",
        label=_("Refuse the award"),
        note=True,
        tone="danger",
    )
    def refuse(self):
        """The approver does not follow the proposed list; the group reads why."""
        self.due_on = None
        self.amount_proposed = None

    @step(
        state,
        source=State.APPROVED,
        target=State.FORFEITED,
        permission="projects.forfeit",
        label=_("Forfeit the award"),
        note=True,
        tone="danger",
    )
    def forfeit(self):
        """The award is given up, or the agreement was not signed in time."""
        self.due_on = None

    @step(
        state,
        source=State.APPROVED,
        target=State.RUNNING,
        permission="projects.start",
        label=_("Start the project"),
        conditions=[conditions.agreement_is_signed],
        button=False,
    )
    def start(self):
        """All parties have signed, and the scan is complete where the call asks for one."""
        self.due_on = self.ends_on

    @step(
        state,
        source=State.RUNNING,
        target=State.SUSPENDED,
        permission="projects.supervise",
        label=_("Suspend"),
        note=True,
        tone="quiet",
    )
    def suspend(self):
        """Nothing is paid or counted until it resumes."""

    @step(
        state,
        source=State.SUSPENDED,
        target=State.RUNNING,
        permission="projects.supervise",
        label=_("Resume"),
        note=True,
    )
    def resume(self):
        """What stood in the way is settled."""
        self.due_on = self.ends_on

    @step(
        state,
        source=[State.RUNNING, State.RECTIFYING],
        target=State.MIDTERM,
        permission="projects.supervise",
        label=_("Open midterm evaluation"),
        conditions=[conditions.midterm_is_due],
        button=False,
    )
    def begin_midterm(self):
        """The evaluators come; once more when what they found has been mended."""
        self.due_on = None

    @step(
        state,
        source=State.MIDTERM,
        target=State.RUNNING,
        permission="projects.conclude_evaluation",
        label=_("Pass midterm evaluation"),
        button=False,
    )
    def pass_midterm(self):
        """Opens the gate of the next instalment."""
        self.midterm_passed_on = clock.today()
        self.due_on = self.ends_on

    @step(
        state,
        source=[State.MIDTERM, State.FINAL],
        target=State.RECTIFYING,
        permission="projects.require_rectification",
        label=_("Require rectification"),
        note=True,
        button=False,
    )
    def require_rectification(self, *, due_on):
        """Failed, half-way or at the end: the group has until then to mend its work and its papers."""
        self.due_on = due_on

    @step(
        state,
        source=State.RUNNING,
        target=State.CLOSING,
        permission="projects.deliver",
        label=_("Ask for closure"),
        conditions=[conditions.midterm_is_passed, conditions.closing_report_is_there],
    )
    def request_closing(self):
        """The group has done its work and hands in its closing report."""
        self.due_on = None

    @step(
        state,
        source=State.CLOSING,
        target=State.RUNNING,
        permission="projects.supervise",
        label=_("Send back"),
        note=True,
        tone="quiet",
    )
    def reject_closing(self):
        """The closing papers are not complete."""
        self.due_on = self.ends_on

    @step(
        state,
        source=[State.CLOSING, State.RECTIFYING],
        target=State.FINAL,
        permission="projects.supervise",
        label=_("Open final evaluation"),
        conditions=[conditions.midterm_is_passed],
        button=False,
    )
    def begin_final(self):
        """The evaluators come at the end; once more when what they found has been mended."""
        self.due_on = None

    @step(
        state,
        source=State.FINAL,
        target=State.SETTLING,
        permission="projects.conclude_evaluation",
        label=_("Pass final evaluation"),
        button=False,
    )
    def pass_final(self):
        """Opens the gate of the last instalment."""
        self.final_passed_on = clock.today()

    @step(
        state,
        source=State.SETTLING,
        target=State.COMPLETED,
        permission="projects.settle",
        label=_("Complete and archive"),
        conditions=[conditions.is_settled],
    )
    def complete(self):
        """Everything is paid, returned and filed."""
        self.due_on = None

    @step(
        state,
        source=UNDER_WAY,
        target=State.TERMINATED,
        permission="projects.terminate",
        label=_("Terminate"),
        note=True,
        tone="danger",
    )
    def terminate(self):
        """The project ends early; what is not yet paid returns to the fund."""
        self.due_on = None

    @step(
        state,
        source=BEFORE_AWARD,
        target=State.WITHDRAWN,
        permission="projects.withdraw",
        label=_("Withdraw"),
        note=True,
        tone="danger",
    )
    def withdraw(self):
        """The applicant takes the proposal back."""
        self.due_on = None
        self.amount_proposed = None
