"""Midterm and final evaluation by an evaluator organisation: the same sheets, another purpose."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.workflow import Refused, permit, record
from evaluations.actions.panel import ask
from evaluations.actions.watching import on_hold, recheck
from evaluations.models import Assignment, Commission, Purpose, Result
from evaluations.outcome import outcome_of
from evaluations.rules import JUDGED_IN
from grants.models import Call
from people.models import Kind, Membership, Organization, Role, User
from projects.actions import evaluation
from projects.models import Project, State

OPENS_FROM = {Purpose.MIDTERM: State.RUNNING, Purpose.FINAL: State.CLOSING}
OPENS_BY = {Purpose.MIDTERM: "begin_midterm", Purpose.FINAL: "begin_final"}
PASSES_BY = {Purpose.MIDTERM: "pass_midterm", Purpose.FINAL: "pass_final"}
FAILS_BY = {Purpose.MIDTERM: "require_rectification", Purpose.FINAL: "fail_final"}


@transaction.atomic
def commission(call: Call, organization: Organization, *, by: User, since: date, until: date) -> Commission:
    """Charge an evaluator organisation with the evaluations of a call, for a term, or prolong its term."""
    permit("evaluations.commission", by, call)
    if organization.kind != Kind.EVALUATOR:
        raise Refused(_("%(name)s is not an evaluator organisation.") % {"name": organization})
    earlier = Commission.objects.filter(call=call, organization=organization).first()
    if earlier and until <= earlier.until:
        raise Refused(_("%(name)s is commissioned already, for longer than this.") % {"name": organization})
    made, _created = Commission.objects.update_or_create(
        call=call,
        organization=organization,
        defaults={"since": min(since, earlier.since) if earlier else since, "until": until, "commissioned_by": by},
    )
    record(call, "commission", by=by, label=_("Evaluator commissioned: %(name)s") % {"name": organization})
    return made


def possible_evaluators(call: Call) -> list[Membership]:
    """The evaluators of every organisation whose commission for this call runs today."""
    current = [found.organization_id for found in call.commissions.all() if found.is_current]
    held = Membership.objects.current().filter(role=Role.EVALUATOR, organization__in=current)
    return list(held.select_related("user", "organization"))


def next_round(project: Project, purpose: str) -> int:
    """The number of the evaluation that comes next: 1, and one more after each concluded one."""
    return project.results.filter(purpose=purpose).count() + 1


@transaction.atomic
def open_evaluation(
    project: Project, purpose: str, people: Sequence[User], *, by: User, due_on: date | None = None
) -> list[Assignment]:
    """Send evaluators to a project. Consequences: they see it until their commission ends; the project moves to
    its evaluation, unless it is there already because it has just been rectified."""
    permit("evaluations.open", by, project)
    which = Purpose(purpose)
    if which not in OPENS_FROM or project.state not in (OPENS_FROM[which], JUDGED_IN[which]):
        raise Refused(_("This cannot be evaluated in the state “%s”.") % project.get_state_display())
    held = {found.user_id: found for found in possible_evaluators(project.call)}
    if not people:
        raise Refused(_("Please choose at least one evaluator."))
    terms = {found.organization_id: found.until for found in project.call.commissions.all()}
    number = next_round(project, which)
    assignments = []
    for person in people:
        if person.pk not in held:
            raise Refused(_("%(person)s works for no evaluator commissioned for this call today.") % {"person": person})
        organization = held[person.pk].organization
        assignments.append(
            ask(
                project,
                person,
                by=by,
                purpose=which,
                due_on=due_on,
                organization=organization,
                until=terms[organization.pk] + timedelta(days=1),
                number=number,
            )
        )
    if project.state == OPENS_FROM[which]:
        evaluation.open_evaluation(project, OPENS_BY[which], by=by)
    return assignments


def panel_of(project: Project, purpose: str) -> list[Assignment]:
    """The evaluators of the round that is not concluded yet, with their sheets."""
    found = Assignment.objects.active().filter(project=project, purpose=purpose, round=next_round(project, purpose))
    return list(found.select_related("person", "organization", "sheet"))


NO_ANSWERS: Mapping[int, bool] = {}


def conclude(
    project: Project, purpose: str, *, by: User, summary: str, vetoes: Mapping[int, bool] = NO_ANSWERS
) -> Result:
    """Confirm what the evaluators found. Consequences: score and grade are frozen; passed, the next gate opens;
    failed at midterm, the group rectifies; failed at the end, it mends its closing papers. `vetoes` answers, by
    criterion id, those that only one evaluator has marked: confirmed, the evaluation is failed whatever its points.

    Refused while a sheet is missing or a conflict of interest is undecided; a last look is taken for one."""
    permit("evaluations.conclude", by, project)
    recheck(Q(project=project.pk))  # apart from what follows: what is found stays
    return _conclude(project, purpose, by=by, summary=summary, vetoes=vetoes)


@transaction.atomic
def _conclude(project: Project, purpose: str, *, by: User, summary: str, vetoes: Mapping[int, bool]) -> Result:
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    permit("evaluations.conclude", by, project)
    which = Purpose(purpose)
    if which not in OPENS_FROM or project.state != JUDGED_IN[which]:
        raise Refused(_("This cannot be concluded in the state “%s”.") % project.get_state_display())
    panel = panel_of(project, which)
    if not panel or not all(assignment.is_submitted for assignment in panel):
        raise Refused(_("Not every evaluator has submitted the sheet yet."))
    if reasons := on_hold(Q(project=project.pk, purpose=which)):
        raise Refused(*reasons)
    if not summary.strip():
        raise Refused(_("Please write the conclusion: the group will read it."))
    outcome = outcome_of(panel, vetoes)
    result = Result.objects.create(
        project=project,
        purpose=which,
        round=panel[0].round,
        **outcome.values,
        sheets=len(panel),
        summary=summary.strip(),
        confirmed_by=by,
    )
    name = (FAILS_BY if outcome.grade == Result.Grade.FAIL else PASSES_BY)[which]
    evaluation.conclude(project, name, by=by, note=summary)
    return result
