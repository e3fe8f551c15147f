"""What the funder makes of what the evaluators found: the result, and what becomes of the project."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.notifications import notify
from core.workflow import Refused, advance, permit, record
from evaluations.actions.commissions import covers, look_for_ties
from evaluations.actions.evaluation import lock
from evaluations.actions.watching import on_hold, recheck
from evaluations.models import Evaluation, Purpose, Result
from evaluations.outcome import Outcome, outcome_of
from evaluations.rules import JUDGED_IN
from people.models import User
from projects.actions import evaluation as life
from projects.actions.messages import tell_funder, tell_group, tell_mentors
from projects.models import Project

PASSES_BY = {Purpose.MIDTERM: "pass_midterm", Purpose.FINAL: "pass_final"}
FAILS_BY = "require_rectification"


def outcome(evaluation: Evaluation, vetoes: Mapping[int, bool] | None = None) -> Outcome | None:
    """What the sheets come to; None while one is missing. `vetoes` answers, by criterion id, those that only one
    evaluator has marked; None: as it stands before anybody has answered."""
    panel = list(evaluation.panel.select_related("sheet"))
    if not panel or not all(one.is_submitted for one in panel):
        return None
    return outcome_of(panel, vetoes)


NO_ANSWERS: Mapping[int, bool] = {}


def publish(evaluation: Evaluation, *, by: User, note: str = "", vetoes: Mapping[int, bool] = NO_ANSWERS) -> Result:
    """The funder's clerk concludes what the evaluators found. Consequences: score and grade are frozen; group, mentor
    and funder read the whole report, everybody its grade and summary; what is to be mended is asked for. Passed, the
    next gate opens; failed, the group rectifies; failed again, the clerk is asked to propose the end.
    `vetoes` answers, by criterion id, those that only one evaluator has marked: confirmed, it is failed whatever its
    points.

    Refused before the final report is issued, and while a conflict of interest is undecided; a last look is taken.
    """
    permit("evaluations.publish", by, evaluation)
    recheck(Q(project=evaluation.project_id))  # apart from what follows: what is found stays
    look_for_ties([evaluation.commission], [evaluation.project])
    return _publish(evaluation, by=by, note=note, vetoes=vetoes)


@transaction.atomic
def _publish(evaluation: Evaluation, *, by: User, note: str, vetoes: Mapping[int, bool]) -> Result:
    project = Project.objects.select_for_update(of=("self",)).get(pk=evaluation.project_id)
    locked = lock(evaluation)
    which = Purpose(locked.purpose)
    if project.state != JUDGED_IN[which]:
        raise Refused(_("This cannot be concluded in the state “%s”.") % project.get_state_display())
    if reasons := on_hold(Q(project=project.pk, purpose=which)):
        raise Refused(*reasons)
    if not covers(locked.commission, project):
        raise Refused(_("A conflict of interest of the organisation must be decided on first."))
    if locked.issued_at and locked.assignments.filter(recused_at__gt=locked.issued_at).exists():
        raise Refused(
            _(
                "An evaluator has stood down since the report was issued: its score is no longer that of the sheets. "
                "Please send it back."
            )
        )
    advance(locked, "publish", by=by, note=note)
    said = outcome(locked, vetoes)
    if said is None:
        raise Refused(_("Not every evaluator has submitted the sheet yet."))
    items = list(locked.items.all())
    if said.grade == Result.Grade.FAIL and not items:
        raise Refused(_("A failed evaluation says what has to be mended: send the report back to the evaluator."))
    result = Result.objects.create(
        project=project,
        purpose=which,
        round=locked.round,
        **said.values,
        sheets=said.sheets,
        summary=locked.conclusion,
        confirmed_by=by,
    )
    for item in items:
        advance(item, "ask", by=by)
    record(locked, "publish_report", by=by, label=_("Report %(number)s published") % {"number": locked.number})
    _follow(locked, project, result, by=by)
    _tell(locked, result)
    evaluation.refresh_from_db()
    return result


def _follow(evaluation: Evaluation, project: Project, result: Result, *, by: User) -> None:
    """What becomes of the project."""
    if result.grade != Result.Grade.FAIL:
        life.conclude(project, PASSES_BY[Purpose(evaluation.purpose)], by=by, note=result.summary)
        if waiting_items(project):
            life.carry_items(project, by=by)
    elif evaluation.round == 1:
        due_on = max(item.due_on for item in evaluation.items.all())
        life.conclude(project, FAILS_BY, by=by, note=result.summary, due_on=due_on)
    else:
        tell_funder(project, _("failed again: please propose whether it is terminated"), body=result.summary)
        tell_group(project, _("evaluation not passed"), body=result.summary, url=evaluation.get_absolute_url())


def waiting_items(project: Project) -> int:
    """How many things are still to be mended, of all evaluations of the project."""
    return sum(one.items.waiting().count() for one in project.evaluations.all())


def _tell(evaluation: Evaluation, result: Result) -> None:
    project = evaluation.project
    words = {"which": evaluation.get_purpose_display(), "grade": result.get_grade_display()}
    subject = _("%(which)s published: %(grade)s") % words
    tell_mentors(project, subject)
    people = [one.person for one in evaluation.panel.select_related("person")]
    title = _("“%(title)s”: %(step)s") % {"title": project.title, "step": subject}
    notify(people, subject=title, url=evaluation.get_absolute_url())
