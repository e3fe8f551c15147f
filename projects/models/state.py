"""The words of a project's life: its states, the eight stages a person sees, and who has it when."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a project is. The order is the order of a life; side tracks follow the state they leave from."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned for correction")
    INELIGIBLE = "ineligible", _("Ineligible")
    ELIGIBLE = "eligible", _("Eligible")
    IN_REVIEW = "in_review", _("In review")
    NOT_SELECTED = "not_selected", _("Not selected")
    SHORTLISTED = "shortlisted", _("Shortlisted")
    WAITLISTED = "waitlisted", _("Waitlisted")
    IN_NOTICE = "in_notice", _("In public notice")
    OBJECTED = "objected", _("Objection being examined")
    APPROVED = "approved", _("Approved")
    FORFEITED = "forfeited", _("Forfeited")
    RUNNING = "running", _("Running")
    SUSPENDED = "suspended", _("Suspended")
    MIDTERM = "midterm", _("Midterm evaluation")
    RECTIFYING = "rectifying", _("Rectifying")
    CLOSING = "closing", _("Closing")
    FINAL = "final", _("Final evaluation")
    SETTLING = "settling", _("Settling")
    COMPLETED = "completed", _("Completed")
    TERMINATED = "terminated", _("Terminated")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Stage(models.IntegerChoices):
    """The eight steps of the stage bar."""

    PROPOSAL = 1, _("Proposal")
    CHECK = 2, _("Formal check")
    REVIEW = 3, _("Expert review")
    NOTICE = 4, _("Public notice")
    AWARD = 5, _("Award and agreement")
    DELIVERY = 6, _("Delivery")
    EVALUATION = 7, _("Evaluation")
    ARCHIVE = 8, _("Settled and archived")


@dataclass(frozen=True)
class Standing:
    """What a state means to the people: its stage, who has the project, what comes next, and the colour."""

    stage: Stage
    holder: Any
    next: Any
    tone: str = "info"


GROUP = _("the applicant")
BUREAU = _("the funder")
EXPERTS = _("the experts")
PUBLIC = _("the public")
EVALUATORS = _("the evaluators")
NOBODY = ""

STANDINGS: dict[str, Standing] = {
    State.DRAFT: Standing(Stage.PROPOSAL, GROUP, _("The proposal is submitted before the call closes."), "neutral"),
    State.SUBMITTED: Standing(Stage.CHECK, BUREAU, _("The funder checks the papers."), "info"),
    State.RETURNED: Standing(Stage.CHECK, GROUP, _("The proposal is corrected and submitted again."), "wait"),
    State.INELIGIBLE: Standing(Stage.CHECK, NOBODY, "", "bad"),
    State.ELIGIBLE: Standing(Stage.CHECK, BUREAU, _("Experts are assigned."), "info"),
    State.IN_REVIEW: Standing(Stage.REVIEW, EXPERTS, _("The experts score; the funder confirms the ranking."), "info"),
    State.NOT_SELECTED: Standing(Stage.REVIEW, NOBODY, "", "bad"),
    State.SHORTLISTED: Standing(Stage.REVIEW, BUREAU, _("The list is put to public notice."), "good"),
    State.WAITLISTED: Standing(Stage.REVIEW, BUREAU, _("It moves up if another project drops out."), "wait"),
    State.IN_NOTICE: Standing(Stage.NOTICE, PUBLIC, _("After the notice the funder approves the award."), "info"),
    State.OBJECTED: Standing(Stage.NOTICE, BUREAU, _("The funder examines the objection and rules on it."), "warn"),
    State.APPROVED: Standing(Stage.AWARD, GROUP, _("The agreement is signed by all parties."), "good"),
    State.FORFEITED: Standing(Stage.AWARD, NOBODY, "", "bad"),
    State.RUNNING: Standing(Stage.DELIVERY, GROUP, _("Activities, reports and evaluation follow the plan."), "good"),
    State.SUSPENDED: Standing(Stage.DELIVERY, BUREAU, _("The funder resumes or terminates the project."), "warn"),
    State.MIDTERM: Standing(Stage.DELIVERY, EVALUATORS, _("The evaluators give their midterm result."), "info"),
    State.RECTIFYING: Standing(Stage.DELIVERY, GROUP, _("The group mends what was found and reports."), "warn"),
    State.CLOSING: Standing(Stage.EVALUATION, BUREAU, _("The funder opens the final evaluation."), "info"),
    State.FINAL: Standing(Stage.EVALUATION, EVALUATORS, _("The evaluators give their final result."), "info"),
    State.SETTLING: Standing(
        Stage.ARCHIVE, BUREAU, _("The accounts are settled; the last instalment is paid."), "info"
    ),
    State.COMPLETED: Standing(Stage.ARCHIVE, NOBODY, "", "good"),
    State.TERMINATED: Standing(Stage.DELIVERY, NOBODY, "", "bad"),
    State.WITHDRAWN: Standing(Stage.PROPOSAL, NOBODY, "", "bad"),
}

BEFORE_AWARD = [
    State.DRAFT,
    State.SUBMITTED,
    State.RETURNED,
    State.ELIGIBLE,
    State.IN_REVIEW,
    State.SHORTLISTED,
    State.WAITLISTED,
    State.IN_NOTICE,
    State.OBJECTED,
]
"""While the applicant may still take the proposal back."""
WORKING = (State.RUNNING, State.MIDTERM, State.RECTIFYING)
"""The work goes on, is being looked at, or is being mended."""
UNDER_WAY = [
    State.RUNNING,
    State.SUSPENDED,
    State.MIDTERM,
    State.RECTIFYING,
    State.CLOSING,
    State.FINAL,
    State.SETTLING,
]
"""From the signed agreement to the last account: what can be terminated."""
ENDED = frozenset(state for state, standing in STANDINGS.items() if standing.holder == NOBODY)
NOT_ENDED = tuple(state for state in State if state not in ENDED)
"""Said like this rather than as what has not ended, an index leads to the few."""
ENDED_WITHOUT_MONEY = (State.NOT_SELECTED, State.INELIGIBLE, State.WITHDRAWN, State.FORFEITED)
"""Where a proposal can be offered to another call from, and where writing it again is no copying."""
FUNDED = frozenset([State.APPROVED, *UNDER_WAY, State.COMPLETED, State.TERMINATED])
"""States of a project that has been awarded money."""
PLACED = frozenset([State.SHORTLISTED, State.IN_NOTICE, State.OBJECTED, *FUNDED])
"""States of a project that holds a place on the list: proposed for an award, or awarded."""
