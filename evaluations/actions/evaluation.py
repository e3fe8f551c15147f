"""Midterm and final evaluation: who is sent when, and how it goes from step to step."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from evaluations.actions.commissions import covering, covers, look_for_ties
from evaluations.actions.holding import hold_panel
from evaluations.actions.panel import ask, stand_down
from evaluations.models import Assignment, Commission, Evaluation, PaperLine, Purpose, ReportTemplate
from evaluations.models.evaluation import WORKDAYS
from evaluations.organization_ties import settled_keys
from evaluations.paper_lists import papers_in, standard_papers
from evaluations.rules import JUDGED_IN
from people.models import Membership, Role, User
from projects.actions import evaluation as life
from projects.actions.messages import holders, tell_group
from projects.models import Project, State

OPENS_FROM = {
    Purpose.MIDTERM: (State.RUNNING, State.RECTIFYING),
    Purpose.FINAL: (State.CLOSING, State.RECTIFYING),
}
OPENS_BY = {Purpose.MIDTERM: "begin_midterm", Purpose.FINAL: "begin_final"}


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
    locked = lock(evaluation)
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
    locked = lock(evaluation)
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


def lock(evaluation: Evaluation) -> Evaluation:
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
