"""What waits for a person in evaluations: the group, the evaluator, the clerk, the approver. Late steps are reminded of
and told on like everything else that has a due day (`config.reminders`)."""

from collections.abc import Iterator

import rules
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from evaluations.actions.rectifying import failed_again
from evaluations.models import (
    CommissionTie,
    Evaluation,
    EvaluationVisit,
    PaperLine,
    RectificationItem,
    Sample,
    SampleItem,
    TerminationProposal,
)
from people.models import Role, User
from projects.models import Project, State
from projects.settling_steps import ARRANGE_WITHIN

S = Evaluation.State


def waiting_for(user: User) -> list[Task]:
    sources = (_group, _heads, _leads, _samples, _items_to_judge, _clerk_arranges, _clerk_concludes, _ties, _approver)
    return [task for source in sources for task in source(user)]


def _task(evaluation: Evaluation, what: str, name: str = "evaluation_page", tone: str = "wait") -> Task:
    project = evaluation.project
    url = reverse(f"evaluations:{name}", args=[evaluation.pk])
    funder = project.funder_id
    return Task(project.title, what, url, evaluation.due_on, evaluation.state_since, tone, funder_id=funder)


def _group(user: User) -> Iterator[Task]:
    """Self-evaluation, papers that are asked for, a day to agree on, a draft to answer, things to mend."""
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not mine:
        return
    found = Evaluation.objects.open().filter(project__applicant__in=mine).select_related("project")
    for one in found.filter(state=S.SELF_EVALUATION):
        yield _task(one, _("Hand in the self-evaluation"), "self_evaluation")
    for one in found.filter(state=S.ANSWER):
        yield _task(one, _("Answer the draft report"), "answer")
    lines = PaperLine.objects.filter(
        evaluation__in=found, asked_at__isnull=False, delivered_at__isnull=True, evaluation__draft_sent_at=None
    )
    for line in lines.select_related("evaluation__project"):
        what = _("Hand in: %(paper)s") % {"paper": line.name}
        url, project = reverse("evaluations:paper_hand_in", args=[line.pk]), line.evaluation.project
        yield Task(project.title, what, url, line.asked_until, line.asked_at, funder_id=project.funder_id)
    visits = EvaluationVisit.objects.filter(
        evaluation__in=found, answer="", recorded_at=None, planned_at__gt=clock.now()
    )
    for visit in visits.select_related("evaluation__project"):
        url, project = reverse("evaluations:visit", args=[visit.evaluation_id]), visit.evaluation.project
        yield Task(project.title, _("Say whether the day of the site visit suits"), url, None, visit.announced_at)
    items = RectificationItem.objects.filter(state="open", evaluation__project__applicant__in=mine)
    for item in items.exclude(evaluation__project__state=State.TERMINATED).select_related("evaluation__project"):
        what = _("Mend and report: %(what)s") % {"what": item}
        url, project = reverse("evaluations:item_act", args=[item.pk]), item.project
        tone, funder = "bad" if item.is_late else "wait", project.funder_id
        yield Task(project.title, what, url, item.due_on, item.state_since, tone, funder_id=funder)


def _heads(user: User) -> Iterator[Task]:
    """Who goes is said by the head of the evaluator organisation."""
    heads = user.organizations_as(Role.MANAGER)
    if not heads:
        return
    mine = Evaluation.objects.open().in_workspace_of(user).filter(commission__organization__in=heads)
    seated = Evaluation.objects.filter(pk=OuterRef("pk"), assignments__recused_at=None, assignments__isnull=False)
    for one in mine.filter(~Exists(seated)).select_related("project"):
        what = _("Say who evaluates it") if one.state == S.SCHEDULED else _("Send another evaluator")
        yield _task(one, what, "evaluation_distribute")


def _leads(user: User) -> Iterator[Task]:
    """The next thing that whoever leads has to do."""
    led = Evaluation.objects.open().in_workspace_of(user).filter(lead=user).select_related("project", "visit")
    for one in led.filter(assignments__person=user, assignments__recused_at=None).distinct():
        if one.state == S.SELF_EVALUATION and one.is_overdue:
            yield _task(one, _("Go on without the self-evaluation"))
        elif one.state == S.DOCUMENT_CHECK:
            yield _task(one, _("Go through the papers"), "papers")
        elif one.state == S.SITE_VISIT:
            planned = hasattr(one, "visit")
            yield _task(one, _("Write the site visit down") if planned else _("Announce a day to the group"), "visit")
        elif one.state == S.DRAFT:
            yield _task(one, _("Write the draft report and send it"))
        elif one.state == S.FINAL and one.issued_at is None:
            yield _task(one, _("Reply to the group and issue the final report"))


def _samples(user: User) -> Iterator[Task]:
    """One task a sample: drawn records whose result nobody has entered, for everybody who was sent. An activity to come
    is looked at on its day, and a person whom somebody else has begun to phone is left to them."""
    mine = Evaluation.objects.open().in_workspace_of(user).filter(issued_at=None)
    mine = mine.filter(assignments__person=user, assignments__recused_at=None, assignments__absent_at=None)
    to_come = Q(sample__kind=Sample.Kind.AHEAD, day__gt=clock.today())
    waiting = SampleItem.objects.filter(sample__evaluation__in=mine, result="").exclude(to_come)
    waiting = waiting.filter(Q(caller=None) | Q(caller=user))
    left = dict(waiting.order_by().values_list("sample").annotate(n=Count("pk")))
    for sample in Sample.objects.filter(pk__in=left).select_related("evaluation__project__call"):
        if not rules.has_perm("evaluations.note_sample", user, sample.evaluation):
            continue
        what = _("Enter the results of the sample: %(kind)s, %(n)s left")
        words = {"n": left[sample.pk], "kind": sample.get_kind_display()}
        project, url = sample.project, sample.get_absolute_url()
        yield Task(project.title, what % words, url, sample.evaluation.due_on, sample.drawn_at)


def _items_to_judge(user: User) -> Iterator[Task]:
    """What was reported as mended, one task a project: for the evaluators in their term, and for the clerks."""
    funders = user.organizations_as(Role.STAFF)
    mine = Evaluation.objects.in_workspace_of(user).filter(lead=user)
    found = Project.objects.filter(
        Q(funder__in=funders) | Q(evaluations__in=mine), evaluations__items__state="reported"
    ).exclude(state=State.TERMINATED)
    for project in found.distinct():
        what, url = _("Look at what was reported as mended"), reverse("evaluations:rectification", args=[project.pk])
        yield Task(project.title, what, url)


def _clerk_arranges(user: User) -> Iterator[Task]:
    """Evaluations that are due, second looks, and evaluations that somebody else must go on with."""
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    projects = Project.objects.without_texts().filter(funder__in=funders)
    for project in projects.filter(state=State.RUNNING, midterm_passed_on__isnull=True, starts_on__lt=clock.today()):
        half_way = project.starts_on + (project.ends_on - project.starts_on) / 2
        if clock.today() >= half_way:
            url = reverse("evaluations:evaluation_open", args=[project.pk, "midterm"])
            due_on = half_way + ARRANGE_WITHIN
            yield Task(project.title, _("Open midterm evaluation"), url, due_on, project.state_since)
    for project in projects.filter(state=State.CLOSING):
        url = reverse("evaluations:evaluation_open", args=[project.pk, "final"])
        due_on = clock.localdate(project.state_since) + ARRANGE_WITHIN
        yield Task(project.title, _("Open final evaluation"), url, due_on, project.state_since)
    to_mend = RectificationItem.objects.filter(evaluation__project=OuterRef("pk"), state="open")
    for project in projects.filter(~Exists(to_mend), state=State.RECTIFYING):
        purpose = "final" if project.midterm_passed_on else "midterm"
        url = reverse("evaluations:evaluation_open", args=[project.pk, purpose])
        yield Task(project.title, _("Arrange the second evaluation"), url)
    for state in (State.MIDTERM, State.FINAL):
        going_on = Evaluation.objects.open().filter(project=OuterRef("pk"))
        for project in projects.filter(~Exists(going_on), state=state):
            again = failed_again(project)
            if again is None:
                url = reverse("evaluations:evaluation_open", args=[project.pk, state.value])
                yield Task(project.title, _("Arrange the evaluation"), url, None, project.state_since)
            elif not again.terminations.open().exists():
                url = reverse("evaluations:termination_propose", args=[again.pk])
                yield Task(project.title, _("Failed again: propose whether it ends"), url, None, None, "bad")


def _clerk_concludes(user: User) -> Iterator[Task]:
    funders = user.organizations_as(Role.STAFF)
    found = Evaluation.objects.open().filter(project__funder__in=funders)
    for one in found.filter(state=S.FINAL, issued_at__isnull=False).select_related("project"):
        yield _task(one, _("Conclude the evaluation"))
    early = [S.SCHEDULED, S.SELF_EVALUATION, S.DOCUMENT_CHECK, S.SITE_VISIT, S.DRAFT, S.ANSWER, S.FINAL]
    over = found.filter(state__in=early, issued_at=None, commission__until__lt=clock.today())
    for one in over.select_related("project", "commission"):
        what = _("The term of the evaluator is over: extend it or hand over")
        if one.is_sent:  # the group has read the draft: it stays with whoever wrote it
            what = _("The term of the evaluator is over: extend it")
        url = one.commission.get_absolute_url()
        yield Task(one.project.title, what, url, one.commission.until, None, "bad", one.project.funder_id)


def _ties(user: User) -> Iterator[Task]:
    """Evaluator organisations that something ties to a project."""
    funders = user.organizations_as(Role.STAFF)
    waiting = CommissionTie.objects.open().filter(commission__call__funder__in=funders)
    waiting = waiting.exclude(commission__call__in=Project.objects.staked_by(user).values("call"))
    for tie in waiting.select_related("commission__organization", "project"):
        what = _("Decide on a conflict of interest: %(person)s") % {"person": tie.commission.organization}
        url = reverse("evaluations:tie_decide", args=[tie.pk])
        yield Task(tie.project.title, what, url, None, tie.found_at, "bad")


def _approver(user: User) -> Iterator[Task]:
    funders = user.organizations_as(Role.APPROVER)
    waiting = TerminationProposal.objects.open().filter(evaluation__project__funder__in=funders)
    for one in waiting.select_related("evaluation__project__call"):
        if not rules.has_perm("evaluations.decide_termination", user, one):
            continue
        what = _("Decide whether the project is terminated")
        yield Task(one.project.title, what, one.get_absolute_url(), None, one.asked_at, "bad")
