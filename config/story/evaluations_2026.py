"""Evaluations of this year: one draft waits for the answer of the group, one group is mending what was found."""

from collections.abc import Callable
from datetime import date

from config.story import evaluating
from config.story.clockwork import on
from config.story.stage import Stage
from evaluations.actions import rectifying, report_templates
from evaluations.models import RectificationItem, ReportTemplate
from projects.models import Project

Kind = ReportTemplate.Kind
TEXTS = (
    (Kind.CONCLUSION, "按计划开展", "项目按立项方案开展，进度与协议一致，资助款专款专用。"),
    (Kind.PROBLEMS, "票据不全", "部分支出缺少发票或签领表，请按一事一票补齐。"),
    (Kind.ADVICE, "按月归档", "建议每月末整理活动记录、签到表和凭证，一并归档。"),
)


def play_evaluations(stage: Stage, projects: dict[str, Project], day: Callable[[int], date]) -> None:
    with on(day(-60), 10):
        organization = stage.cast.groups["evaluator"]
        for kind, title, text in TEXTS:
            report_templates.keep(organization, by=stage.evaluator, kind=kind, title=title, text=text)
    _answered(stage, projects["yinling"], day)
    _mending(stage, projects["loudao"], day)


def _answered(stage: Stage, project: Project, day: Callable[[int], date]) -> None:
    """银龄: looked at this week; the draft has been sent, and the group has some days to answer."""
    found = evaluating.look(stage, evaluating.send(stage, project, "midterm", day(-6)), day(-6))
    evaluating.write(stage, found, day(-6), 82, "进度正常，敲门记录完整；急救箱登记还不细。")


def _mending(stage: Stage, project: Project, day: Callable[[int], date]) -> None:
    """楼道: not passed; of two things to mend one has been reported."""
    asked = ("三个楼道粉刷后组织居民验收并留记录", "补齐绿植采购缺的2张发票")
    found = evaluating.look(stage, evaluating.send(stage, project, "midterm", day(-16)), day(-16), 0.8)
    found = evaluating.write(stage, found, day(-16), 50, "三个楼道粉刷后未验收，绿植采购缺发票2张。", asked)
    evaluating.publish(stage, found, day(-16))
    item = RectificationItem.objects.filter(evaluation__project=project, what=asked[1]).get()
    with on(day(-2), 10):
        head = stage.cast.head(project.applicant)
        rectifying.report_item(item, by=head, words="已向花卉市场补开发票2张，附在支出登记里。")
