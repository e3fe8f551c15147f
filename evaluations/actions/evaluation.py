"""Midterm and final evaluation: who is sent when, and what the funder makes of what was found."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from evaluations.actions.commissions import covering, covers, look_for_ties
from evaluations.actions.holding import hold_panel
from evaluations.actions.panel import ask, stand_down
from evaluations.actions.watching import on_hold, recheck
from evaluations.models import Assignment, Commission, Evaluation, PaperLine, Purpose, ReportTemplate, Result
from evaluations.models.evaluation import WORKDAYS
from evaluations.organization_ties import settled_keys
from evaluations.outcome import Outcome, outcome_of
from evaluations.paper_lists import papers_in, standard_papers
from evaluations.rules import JUDGED_IN
from people.models import Membership, Role, User
from projects.actions import evaluation as life
from projects.actions.messages import holders, tell_funder, tell_group, tell_mentors
from projects.models import Project, State

OPENS_FROM = {
    Purpose.MIDTERM: (State.RUNNING, State.RECTIFYING),
    Purpose.FINAL: (State.CLOSING, State.RECTIFYING),
}
OPENS_BY = {Purpose.MIDTERM: "begin_midterm", Purpose.FINAL: "begin_final"}
PASSES_BY = {Purpose.MIDTERM: "pass_midterm", Purpose.FINAL: "pass_final"}
FAILS_BY = "require_rectification"


# -- who is sent ------------------------------------------------------------------------------------


def next_round(project: Project, purpose: str) -> int:
    """The number of the evaluation that comes next: 1, and one more after each concluded one."""
    return project.results.filter(purpose=purpose).count() + 1


def schedule(
    project: Project,
    purpose: str,
    *,
    by: User,
    commission: Commission | None = None,
    finish_by: date | None = None,
) -> Evaluation:
    """Arrange the next evaluation of a project. Consequences: its framework and its steps are frozen, the project
    moves to its evaluation, the group is told, and the heads of the evaluator organisation are asked to send somebody.

    Refused when no organisation is commissioned with it today, when the one that is asked for is tied to the project,
    and, for a second look, while something to be mended has not been reported.
    """
    permit("evaluations.open", by, project)
    look_for_ties(project.call.commissions.current(), [project])  # apart from what follows: what is found stays
    return _schedule(project, purpose, by=by, commission=commission, finish_by=finish_by)


@transaction.atomic
def _schedule(
    project: Project, purpose: str, *, by: User, commission: Commission | None, finish_by: date | None
) -> Evaluation:
    locked = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=project.pk)
    permit("evaluations.open", by, locked)
    which = Purpose(purpose)
    if which not in OPENS_FROM or locked.state not in (*OPENS_FROM[which], JUDGED_IN[which]):
        raise Refused(_("This cannot be evaluated in the state “%s”.") % locked.get_state_display())
    number = next_round(locked, which)
    if locked.evaluations.filter(purpose=which, round=number).exists():
        raise Refused(_("This evaluation is arranged already."))
    _refuse_unreported(locked)
    charged = _charged(locked, which, commission)
    call = locked.call
    made = Evaluation.objects.create(
        project=locked,
        purpose=which,
        round=number,
        commission=charged,
        rubric=getattr(call, f"{which.value}_rubric"),
        scheduled_by=by,
        finish_by=finish_by,
        due_on=add_workdays(clock.today(), WORKDAYS["scheduled"]),
        asks_self_evaluation=locked.amount_awarded > call.self_evaluation_above,
        asks_documents=locked.amount_awarded > call.documents_above,
        asks_visit=locked.amount_awarded > call.visit_above,
    )
    if locked.state != JUDGED_IN[which]:
        life.open_evaluation(locked, OPENS_BY[which], by=by)
    label = _("%(which)s arranged: %(name)s") % {"which": which.label, "name": charged.organization}
    record(locked, "schedule_evaluation", by=by, label=label[:120])
    _ask_to_send(made)
    project.refresh_from_db()
    return made


def _refuse_unreported(project: Project) -> None:
    """A second look comes when everything that was to be mended has been reported."""
    open_items = sum(one.items.filter(state="open").count() for one in project.evaluations.all())
    if project.state == State.RECTIFYING and open_items:
        raise Refused(_("%(n)s items are still to be mended and reported by the group.") % {"n": open_items})


def _charged(project: Project, purpose: Purpose, commission: Commission | None) -> Commission:
    """Which organisation does it: the one that is asked for, or the only one that is commissioned."""
    found = covering(project, purpose)
    if commission is not None:
        if commission not in found:
            raise Refused(
                _("%(name)s is not commissioned with this today, or is tied to the project.")
                % {"name": commission.organization}
            )
        return commission
    if not found:
        raise Refused(
            _("No evaluator is commissioned with this today, or all are tied to the project: commission one first.")
        )
    if len({one.organization_id for one in found}) > 1:
        raise Refused(_("Several organisations are commissioned with this: please choose one."))
    return found[0]


def _ask_to_send(evaluation: Evaluation) -> None:
    subject = _("“%(title)s”: please say who evaluates it") % {"title": evaluation.project.title}
    heads = holders(evaluation.commission.organization_id, Role.MANAGER)
    notify(heads, subject=subject, url=evaluation.get_absolute_url())


def evaluators_of(commission: Commission) -> list[Membership]:
    """Who can be sent: the evaluators of its organisation today."""
    held = Membership.objects.current().filter(role=Role.EVALUATOR, organization=commission.organization_id)
    return list(held.select_related("user", "organization"))


@transaction.atomic
def distribute(
    evaluation: Evaluation,
    people: Sequence[User],
    *,
    by: User,
    lead: User | None = None,
    finish_by: date | None = None,
) -> list[Assignment]:
    """The head of the evaluator organisation says who goes, and who leads (the first, unless said otherwise); later
    again, to send another one. Consequences: they see the project until the commission ends, once they have said that
    nothing ties them to it; the first time the evaluation takes its first step. Who had been sent and is not named any
    more keeps the line and sees nothing."""
    hold_panel(evaluation.project_id)
    locked = _locked(evaluation)
    permit("evaluations.distribute", by, locked)
    if not covers(locked.commission, locked.project):
        raise Refused(_("A conflict of interest of the organisation must be decided on first."))
    if not people:
        raise Refused(_("Please choose at least one evaluator."))
    able = {held.user_id for held in evaluators_of(locked.commission)} if locked.commission.is_current else set()
    for person in people:
        if person.pk not in able:
            raise Refused(_("%(person)s works for no evaluator commissioned for this call today.") % {"person": person})
    chosen = lead or people[0]
    if chosen not in people:
        raise Refused(_("Who leads must be one of those who are sent."))
    locked.finish_by = finish_by or locked.finish_by
    here = {one.person_id: one for one in locked.panel.select_related("person")}
    for person_id, one in here.items():
        if person_id not in {person.pk for person in people}:
            if one.is_submitted:
                raise Refused(_("%(person)s has handed in the sheet already.") % {"person": one.person})
            stand_down(one, by=by, reason=_("Somebody else was sent."))
    for person in people:
        if person.pk not in here:
            _send(locked, person, by=by)
    locked.lead = chosen
    locked.save(update_fields=["lead", "finish_by"])
    names = "、".join(str(person) for person in people)
    record(locked, "distribute", by=by, label=_("Sent to evaluate: %(names)s") % {"names": names}, lead=str(chosen))
    if locked.state == Evaluation.State.SCHEDULED:
        go_on(locked, by=by)
    evaluation.refresh_from_db()
    return list(locked.panel.select_related("person"))


def _send(evaluation: Evaluation, person: User, *, by: User) -> Assignment:
    return ask(
        evaluation.project,
        person,
        by=by,
        purpose=evaluation.purpose,
        due_on=evaluation.finish_by,
        organization=evaluation.commission.organization,
        until=evaluation.commission.until + timedelta(days=1),
        number=evaluation.round,
        evaluation=evaluation,
        settled=settled_keys(evaluation),
    )


def open_evaluation(
    project: Project, purpose: str, people: Sequence[User], *, by: User, due_on: date | None = None
) -> list[Assignment]:
    """Arrange an evaluation and name the evaluators in one go, where the clerk has agreed on them with their head."""
    permit("evaluations.open", by, project)
    if not people:
        raise Refused(_("Please choose at least one evaluator."))
    look_for_ties(project.call.commissions.current(), [project])  # apart from what follows: what is found stays
    with transaction.atomic():
        found = [one for one in covering(project, purpose) if _all_work_for(one, people)]
        if not found and covering(project, purpose):
            raise Refused(
                _("%(person)s works for no evaluator commissioned for this call today.") % {"person": people[0]}
            )
        chosen = found[0] if found else None
        made = _schedule(project, purpose, by=by, commission=chosen, finish_by=due_on)
        sent = distribute(made, people, by=by)
    project.refresh_from_db()
    return sent


def _all_work_for(commission: Commission, people: Sequence[User]) -> bool:
    able = {held.user_id for held in evaluators_of(commission)}
    return all(person.pk in able for person in people)


@transaction.atomic
def hand_over(evaluation: Evaluation, *, by: User, commission: Commission, reason: str) -> Evaluation:
    """Another organisation takes an evaluation over that the first cannot finish: its term is over, or it is tied to
    the project. What the group has handed in stays; the draft of the first is cleared, and its people see nothing any
    more. A score sheet that was handed in can still be read and counts no longer."""
    hold_panel(evaluation.project_id)
    locked = _locked(evaluation)
    if commission not in covering(locked.project, locked.purpose):
        raise Refused(
            _("%(name)s is not commissioned with this today, or is tied to the project.")
            % {"name": commission.organization}
        )
    for one in locked.panel.select_related("person", "project"):
        stand_down(one, by=by, reason=_("Handed over to another evaluator."))
    locked.items.filter(state="proposed").delete()  # words of a draft that nobody outside has read
    advance(locked, "hand_over", by=by, note=reason, commission=commission)
    record(locked.project, "hand_over_evaluation", by=by, label=_("Evaluation handed over"), note=reason.strip())
    tell_group(locked.project, _("another organisation evaluates it"), body=reason.strip())
    _ask_to_send(locked)
    evaluation.refresh_from_db()
    return evaluation


# -- step by step ------------------------------------------------------------------------------------


def _locked(evaluation: Evaluation) -> Evaluation:
    found = Evaluation.objects.select_for_update(of=("self",)).select_related(
        "project__call", "commission__organization", "lead"
    )
    return found.get(pk=evaluation.pk)


@transaction.atomic
def go_on(evaluation: Evaluation, *, by: User, note: str = "") -> Evaluation:
    """Take the next step that this evaluation needs, up to the draft; the group hears of what it has to do with.

    From the self-evaluation it goes on when that is handed in, or when its last day is over."""
    following = evaluation.next_step
    if not following:
        raise Refused(_("The draft is written next: send it to the group when it is ready."))
    advance(evaluation, following, by=by, note=note)
    return _announce(evaluation)


def _announce(evaluation: Evaluation) -> Evaluation:
    """What the people concerned hear when a step begins."""
    state, project, url = evaluation.state, evaluation.project, evaluation.get_absolute_url()
    which = evaluation.get_purpose_display()
    if state == Evaluation.State.SELF_EVALUATION:
        words = _("%(which)s: please hand in the self-evaluation until %(day)s")
        tell_group(project, words % {"which": which, "day": evaluation.due_on}, url=url)
    elif state == Evaluation.State.DOCUMENT_CHECK:
        _list_papers(evaluation)
        tell_group(project, _("%(which)s: the papers are checked") % {"which": which}, url=url)
    elif state == Evaluation.State.SITE_VISIT:
        tell_group(project, _("%(which)s: the evaluators will come to see you") % {"which": which}, url=url)
    if evaluation.lead and state != Evaluation.State.SELF_EVALUATION:
        subject = _("“%(title)s”: %(step)s") % {"title": project.title, "step": evaluation.get_state_display()}
        notify([evaluation.lead], subject=subject, url=url)
    return evaluation


def _list_papers(evaluation: Evaluation) -> None:
    """The organisation's own list, or the platform's."""
    if evaluation.papers.exists():
        return
    own = ReportTemplate.objects.usable().filter(
        organization=evaluation.commission.organization_id, kind=ReportTemplate.Kind.PAPERS
    )
    text = own.first()
    names = papers_in(text.text) if text else standard_papers(evaluation.purpose)
    PaperLine.objects.bulk_create(
        PaperLine(evaluation=evaluation, name=name, position=place) for place, name in enumerate(names, start=1)
    )


# -- the result ----------------------------------------------------------------------------------------


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
    locked = _locked(evaluation)
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
