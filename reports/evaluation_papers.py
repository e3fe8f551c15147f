"""Papers of an evaluation: 评估评分表, 自评报告, 评估报告, 整改通知书. In Chinese like every paper: see `documents`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from core import clock
from core.models import Attachment
from core.money import round_half_up
from evaluations.actions.concluding import outcome
from evaluations.actions.reporting import figures_of
from evaluations.forms import SheetForm
from evaluations.models import Assignment, Evaluation, SiteForm
from evaluations.suggestions import suggestions
from projects.models import ActivityPhoto
from reports import evidence_papers, photo_pages
from reports.budget_execution import Execution, execution
from reports.documents import Document, file_name
from reports.wording import PURPOSES

GRADES = {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}
NATURES = {"service": "服务类项目", "governance": "自治类项目"}
STANDINGS = {"present": "齐全", "incomplete": "不完整", "missing": "缺少", "none": "不适用", "": "未查"}
ABOUT = {
    "score": "得分与等级",
    "veto": "一票否决",
    "conclusion": "评估结论",
    "problem": "存在问题",
    "item": "整改事项",
    "other": "其他意见",
}
STANCES = {"agrees": "无异议", "differs": "有异议", "": "—"}
OUTCOMES = {"kept": "维持原意见", "changed": "已修改", "": "—"}


class Dimension(NamedTuple):
    """One criterion on paper: its full points, what the evaluators gave (the mean) and the group gave itself."""

    name: str
    group: str
    weight: Decimal
    given: Decimal | None
    own: Decimal | None

    @property
    def step(self) -> int:
        """The length of its bar, in steps of five in a hundred."""
        return int(self.given * 20 / self.weight) * 5 if self.given is not None and self.weight else 0


def dimensions(evaluation: Evaluation) -> list[Dimension]:
    """What each criterion has got; figures only when every sheet is in."""
    panel = list(evaluation.panel.select_related("sheet").prefetch_related("sheet__scores"))
    whole = bool(panel) and all(one.is_submitted for one in panel)
    written = getattr(evaluation, "self_evaluation", None)
    own = {one.criterion_id: one.points for one in written.scores.all()} if written and written.is_handed_in else {}
    found = []
    for criterion in evaluation.scored_lines:
        given = [score.points for one in panel for score in _scores(one) if score.criterion_id == criterion.pk]
        mean = round_half_up(sum(given, Decimal(0)) / len(given)) if whole and given else None
        found.append(Dimension(criterion.name, criterion.dimension, criterion.weight, mean, own.get(criterion.pk)))
    return found


def _scores(assignment: Any) -> Iterable[Any]:
    return assignment.sheet.scores.all() if assignment.is_submitted else []


def _common(evaluation: Evaluation, title: str) -> dict[str, Any]:
    project = evaluation.project
    return {
        "title": title,
        "evaluation": evaluation,
        "project": project,
        "purpose": PURPOSES[evaluation.purpose],
        "round": f"（第{evaluation.round}次）" if evaluation.round > 1 else "",
        "organization": evaluation.commission.organization,
        "funder": project.call.funder,
    }


def _shown(figures: dict[str, str]) -> dict[str, Any]:
    """The figures as they are kept, with sums that can be laid out as sums."""
    return figures | {name: Decimal(figures[name]) for name in ("paid", "recognised")}


def _execution(figures: dict[str, Any]) -> Execution | None:
    """Spending against budget as it was kept with the figures."""
    kept = figures.get("categories", [])
    return execution((category, Decimal(planned), Decimal(spent)) for category, planned, spent in kept)


def _site_photos(evaluation: Evaluation) -> photo_pages.PhotoPages:
    """Photos of the site forms on which everybody who can be recognised has agreed."""
    forms = SiteForm.objects.filter(evaluation=evaluation, photos_agreed=True).order_by("visited_at", "pk")
    return photo_pages.of_files(
        (file, clock.localdate(form.visited_at), form.place) for form in forms for file in Attachment.objects.of(form)
    )


def self_evaluation(evaluation: Evaluation) -> Document:
    """The self-evaluation (自评报告) of the group, to be signed by its head."""
    title = f"{PURPOSES[evaluation.purpose]}自评报告"
    written = evaluation.self_evaluation
    figures = written.figures or figures_of(evaluation.project)
    shown = ActivityPhoto.objects.filter(activity__project=evaluation.project)
    if written.handed_in_at:
        shown = shown.filter(activity__starts_at__lte=written.handed_in_at)
    context = _common(evaluation, title) | {
        "number": evaluation.project.number,
        "author": evaluation.project.applicant.name,
        "written": written,
        "scores": written.scores.select_related("criterion"),
        "figures": _shown(figures),
        "execution": _execution(figures),
        "photos": photo_pages.of_activities(shown),
    }
    return Document(file_name(title, evaluation.project.title), "pdf/self_evaluation.html", context)


def evaluation_report(evaluation: Evaluation) -> Document:
    """The report (评估报告) with its facts, scores by dimension, findings, answers and what is to be mended; a draft
    says so on every page."""
    title = f"{PURPOSES[evaluation.purpose]}报告"
    result = evaluation.result if evaluation.is_published else None
    said = outcome(evaluation)
    frozen = result or (said.total if said else None)
    grade = result.grade if result else said.grade if said else ""
    visit = getattr(evaluation, "visit", None)
    papers = list(evaluation.papers.all())
    figures = evaluation.figures or figures_of(evaluation.project)
    context = _common(evaluation, title) | {
        "number": evaluation.number,
        "author": evaluation.commission.organization.name,
        "state": "" if evaluation.issued_at else "征求意见稿" if evaluation.is_sent else "草稿",
        "unwritten": "" if evaluation.issued_at or evaluation.is_sent else "（未填写）",
        "issued_on": clock.localdate(evaluation.issued_at) if evaluation.issued_at else None,
        "figures": _shown(figures),
        "execution": _execution(figures),
        "photos": _site_photos(evaluation),
        "dimensions": dimensions(evaluation),
        "total": frozen,
        "grade": GRADES[grade] if grade else "",
        "result": result,
        "sheets": said.sheets if said else 0,
        "vetoes": [line for line in evaluation.lines if line.is_veto],
        "marked": result.vetoes if result else said.vetoes if said else [],
        "papers": [(line.name, STANDINGS[line.standing], line.remark) for line in papers],
        "counted": [
            (name, n) for key, name in STANDINGS.items() if (n := sum(1 for line in papers if line.standing == key))
        ],
        "visit": visit if visit is not None and visit.is_recorded else None,
        "people": "、".join(str(one.person) for one in evaluation.panel.select_related("person")),
        "items": evaluation.items.all(),
        "points": [
            (ABOUT[point.about], point.words, STANCES[point.stance], point.answer, OUTCOMES[point.outcome], point.reply)
            for point in evaluation.points.all()
            if point.needs_reply
        ],
        **evidence_papers.appendix(evaluation),
    }
    return Document(
        file_name(title, evaluation.number, evaluation.project.title), "pdf/evaluation_report.html", context
    )


def rectification_notice(evaluation: Evaluation) -> Document:
    """The notice of what has to be mended (整改通知书), as the funder sends it with the published report."""
    title = "整改通知书"
    result = evaluation.result
    number = evaluation.number.replace("PG", "ZG")
    context = _common(evaluation, title) | {
        "number": number,
        "author": evaluation.project.call.funder.name,
        "items": evaluation.items.all(),
        "result": result,
        "grade": GRADES[result.grade] if result else "",
        "issued_on": clock.localdate(evaluation.published_at),
        "payee": evaluation.project.payee,
        "last_day": max((item.due_on for item in evaluation.items.all()), default=None),
    }
    return Document(file_name(title, number, evaluation.project.title), "pdf/rectification_notice.html", context)


def evaluation_sheet(assignment: Assignment) -> Document:
    """One evaluator's sheet (评估评分表): what the records said is frozen once it is submitted."""
    known = {} if assignment.is_submitted else suggestions(assignment)
    project, title = assignment.project, f"{PURPOSES[assignment.purpose]}评分表"
    stored = getattr(assignment, "sheet", None)
    return Document(
        file_name(title, project.number, project.title, assignment.person.name),
        "pdf/evaluation_sheet.html",
        {
            "title": title,
            "number": project.number,
            "author": str(assignment.organization or project.call.funder),
            "project": project,
            "nature": NATURES[project.nature],
            "assignment": assignment,
            "rubric": assignment.rubric,
            "sections": SheetForm(assignment=assignment, known=known).sections,
            "sheet": stored,
            "sum": stored.sum if stored else None,
        },
    )
