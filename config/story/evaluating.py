"""Midterm and final evaluations of the demo: from the schedule to the published report within eight days."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from config.story.clockwork import moment, on
from core.workdays import add_workdays
from evaluations.actions import concluding, evaluation, inspecting, rectifying, reporting, self_evaluation
from evaluations.actions.reporting import Item
from evaluations.models import Evaluation, RectificationItem
from projects.models import Project

if TYPE_CHECKING:
    from config.story.stage import Stage

WORDS = {
    "went_well": "活动按计划开展，居民参加得比预想的多，骨干能自己主持。",
    "went_badly": "有两次活动因天气改期；票据整理不够及时。",
    "next_steps": "每月最后一个周五对账归档，雨天备好室内场地。",
}
SHOWN = "见活动记录、签到表和支出登记。"
SEEN = "活动室公示了活动安排、管理制度和收支情况；抽查三次活动的签到与照片相符；专账、凭证齐全。"
HEARD = "三位居民说每周都来，知道钱花在哪里；社区工作者说团队配合好。"
MENDED = "《立项协议书》第六条、批次支出管理规定"


def fresh(found: Evaluation) -> Evaluation:
    return Evaluation.objects.select_related("project__call", "commission", "lead").get(pk=found.pk)


def send(stage: "Stage", project: Project, purpose: str, day: date) -> Evaluation:
    """The clerk arranges it, the head of the evaluator sends somebody, who declares."""
    project = Project.objects.get(pk=project.pk)
    with on(day, 9):
        found = evaluation.schedule(project, purpose, by=stage.clerk, finish_by=day + timedelta(days=21))
    with on(day, 11):
        evaluation.distribute(found, [stage.evaluator], by=stage.evaluator)
        stage.declare(project=project)
    return fresh(found)


def look(stage: "Stage", found: Evaluation, day: date, share: float = 0.9) -> Evaluation:
    """The group evaluates itself, hands in its papers, and is visited: ready for the draft on the third day."""
    head = stage.cast.head(found.project.applicant)
    if found.state == "self_evaluation":
        with on(day + timedelta(days=1), 10):
            scores = {one.pk: (_of(one.weight, share), SHOWN) for one in found.scored_lines}
            self_evaluation.hand_in(found, by=head, scores=scores, **WORDS)
        found = fresh(found)
    if found.state == "document_check":
        with on(day + timedelta(days=2), 10):
            papers = {line.pk: ("present", "") for line in found.papers.all()}
            inspecting.check_papers(found, by=stage.evaluator, found=papers)
            evaluation.go_on(fresh(found), by=stage.evaluator)
        found = fresh(found)
    if found.state == "site_visit":
        _visit(stage, found, day)
    return fresh(found)


def _of(weight, share: float):
    """So much of the full points, in halves."""
    return (weight * 2 * int(share * 100) / 100).to_integral_value() / 2


def _visit(stage: "Stage", found: Evaluation, day: date) -> None:
    place = str(found.project.community or found.project.applicant)
    comes = day + timedelta(days=4)
    head = stage.cast.head(found.project.applicant)
    with on(day + timedelta(days=2), 14):
        visit = inspecting.announce_visit(
            found, by=stage.evaluator, planned_at=moment(comes, 10), place=f"{place}活动室",
            visitors=str(stage.evaluator), wishes="账册和凭证；请两三位居民到场。",
        )  # fmt: skip
        inspecting.answer_visit(visit, by=head, suits=True)
    with on(comes, 16):
        words = {"present": f"{stage.evaluator}\n{head}", "seen": SEEN, "interviews": HEARD}
        inspecting.record_visit(fresh(found), by=stage.evaluator, held_at=moment(comes, 10), **words)
        evaluation.go_on(fresh(found), by=stage.evaluator)


def write(
    stage: "Stage", found: Evaluation, day: date, merit: float, conclusion: str, items: Sequence[str] = ()
) -> Evaluation:
    """The score sheet and the draft, sent to the group on the fifth day."""
    day = day + timedelta(days=5)
    for one in found.panel:
        stage.judge_work(one, merit, day)
    with on(day, 17):
        due_on = add_workdays(day, found.project.call.rectify_workdays)
        texts = {
            "conclusion": conclusion,
            "strengths": "贴近居民需要，志愿者队伍稳定。",
            "problems": conclusion if items else "个别活动记录写得简单。",
            "advice": "继续做好每月对账和活动归档。",
            "summary": conclusion,
        }
        asked = [Item(what, MENDED, due_on) for what in items]
        reporting.save_report(found, by=stage.evaluator, texts=texts, items=asked)
        reporting.send_draft(fresh(found), by=stage.evaluator)
    return fresh(found)


def publish(stage: "Stage", found: Evaluation, day: date) -> Project:
    """The group agrees, the final report is issued, and the clerk concludes on the eighth day."""
    with on(day + timedelta(days=6), 10):
        reporting.answer(found, by=stage.cast.head(found.project.applicant), answers={})
    with on(day + timedelta(days=7), 15):
        reporting.issue(fresh(found), by=stage.evaluator)
    with on(day + timedelta(days=8), 15):
        concluding.publish(fresh(found), by=stage.clerk)
    return Project.objects.get(pk=found.project_id)


def mend(stage: "Stage", project: Project, day: date, words: str) -> Project:
    """Everything that was asked for is reported; the evaluator accepts it the next day."""
    head = stage.cast.head(project.applicant)
    items = list(RectificationItem.objects.filter(evaluation__project=project, state="open"))
    for item in items:
        with on(day, 10):
            rectifying.report_item(item, by=head, words=words)
        with on(day + timedelta(days=1), 10):
            rectifying.judge_item(item, by=stage.evaluator, accepts=True)
    return Project.objects.get(pk=project.pk)
