"""Midterm and final evaluations by the real verbs: one line for a test that is about something else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from core import clock
from evaluations.actions import (
    commissions,
    concluding,
    evaluation,
    evidence,
    inspecting,
    reporting,
    scoring,
    self_evaluation,
)
from evaluations.actions.reporting import Item
from evaluations.models import Assignment, Commission, Evaluation, Result
from people.models import User
from projects.models import Project
from tests.life import declared

TEXTS = {
    "conclusion": "项目按方案开展，居民参与度高。",
    "strengths": "陪伴服务扎实。",
    "problems": "两张发票抬头不全。\n签到表缺一次。",
    "advice": "补齐票据，按月归档。",
    "summary": "入户陪伴按计划进行，居民满意。",
}


def commissioned(town, **values) -> Commission:
    """The town's evaluators are charged with its call from today, for half a year."""
    values = {"since": clock.today(), "until": clock.today() + timedelta(days=180), "by": town.clerk} | values
    return commissions.commission(values.pop("call", town.call), values.pop("organization", town.evaluators), **values)


def fresh(found: Evaluation) -> Evaluation:
    return Evaluation.objects.select_related("project__call", "commission", "lead").get(pk=found.pk)


def scheduled(town, project: Project, purpose: str = "midterm") -> Evaluation:
    """Arranged by the clerk; nobody has been sent yet."""
    project = Project.objects.get(pk=project.pk)
    if not commissions.covering(project, purpose):
        commissioned(town)
    return evaluation.schedule(project, purpose, by=town.clerk)


def sent(town, project: Project, purpose: str = "midterm", people: Sequence[User] = ()) -> Evaluation:
    """The evaluator is sent and has declared: the first step has begun."""
    found = scheduled(town, project, purpose)
    evaluation.distribute(found, list(people) or [town.evaluator], by=town.evaluator)
    declared(project)
    return fresh(found)


def head_of(town, project: Project) -> User:
    return town.singer if project.applicant_id == town.choir.pk else town.head


def self_evaluated(town, found: Evaluation) -> Evaluation:
    """The group gives itself full points, with words to each."""
    if found.state == "self_evaluation":
        scores = {one.pk: (one.weight, "见活动记录") for one in found.scored_lines}
        words = {"went_well": "每周入户。", "went_badly": "雨天停了两次。", "next_steps": "改在室内。"}
        self_evaluation.hand_in(found, by=head_of(town, found.project), scores=scores, **words)
    return fresh(found)


def checked(town, found: Evaluation) -> Evaluation:
    """Every paper is there."""
    if found.state == "document_check":
        papers = {line.pk: ("present", "") for line in found.papers.all()}
        inspecting.check_papers(found, by=found.lead, found=papers)
        evaluation.go_on(fresh(found), by=found.lead)
    return fresh(found)


def visited(town, found: Evaluation) -> Evaluation:
    """The evaluator was there this morning."""
    if found.state == "site_visit":
        words = {"present": "唐欣\n刘芳", "seen": "活动室公示了制度和账目。", "interviews": "老人说每周都来。"}
        inspecting.record_visit(found, by=found.lead, held_at=clock.now(), **words)
        evaluation.go_on(fresh(found), by=found.lead)
    return fresh(found)


def at_draft(town, project: Project, purpose: str = "midterm", people: Sequence[User] = ()) -> Evaluation:
    """Everything has been looked at: sheets and draft are to be written."""
    return visited(town, checked(town, self_evaluated(town, sent(town, project, purpose, people))))


def fill_in(assignment: Assignment, *given) -> None:
    """Hand in a sheet with these points, one for each criterion."""
    assignment = Assignment.objects.select_related("evaluation__rubric", "project", "person").get(pk=assignment.pk)
    points = {c.pk: Decimal(p) for c, p in zip(assignment.lines, given, strict=True)}
    for line in evidence.lacking(assignment, points):
        evidence.say(assignment, line, by=assignment.person, text="现场没有看到记录")
    scoring.submit_sheet(assignment, by=assignment.person, points=points, strengths="现场查看", weaknesses="票据不全")


def items_of(days: int = 30, *whats: str) -> list[Item]:
    """Things to be mended within so many days."""
    due_on = clock.today() + timedelta(days=days)
    return [Item(what, "立项协议第六条", due_on) for what in whats or ("补齐票据抬头",)]


def written(town, found: Evaluation, *points, items: Sequence[Item] = (), **texts) -> Evaluation:
    """Sheets are in and the draft is written; a report that fails names something to mend."""
    for one in found.panel:
        fill_in(one, *points)
    failing = sum(Decimal(p) for p in points) < found.rubric.pass_mark
    asked = list(items) or (items_of() if failing else [])
    reporting.save_report(fresh(found), by=found.lead, texts=TEXTS | texts, items=asked)
    return fresh(found)


def drafted(town, project: Project, *points, purpose: str = "midterm", items: Sequence[Item] = (), **texts):
    """The draft has been sent to the group."""
    found = written(town, at_draft(town, project, purpose), *points, items=items, **texts)
    reporting.send_draft(found, by=found.lead)
    return fresh(found)


def issued(town, project: Project, *points, purpose: str = "midterm", items: Sequence[Item] = (), **texts):
    """The group agrees to everything, and the final report is issued."""
    found = drafted(town, project, *points, purpose=purpose, items=items, **texts)
    reporting.answer(found, by=head_of(town, found.project), answers={})
    reporting.issue(fresh(found), by=found.lead)
    return fresh(found)


def evaluated(town, project: Project, *points, purpose: str = "midterm", items: Sequence[Item] = (), **texts) -> Result:
    """From the schedule to the published report in one day: the result with these points."""
    return concluding.publish(issued(town, project, *points, purpose=purpose, items=items, **texts), by=town.clerk)


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, 0)
