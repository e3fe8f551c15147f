"""The scores of a call (评分台账): each expert's points for each criterion, beside what they add up to."""

import rules
from django.db.models import Exists, OuterRef, QuerySet

from core.money import round_half_up
from core.spreadsheets import COUNT, NUMBER, Heading
from evaluations.models import Assignment, Purpose
from evaluations.standings import Standing, standings
from grants.models import Call, Criterion
from reports.ledgers.ledger import Asked, Rows, column

FIRST = [
    column("组别", width=14), column("名次", COUNT, 8), column("项目编号", width=20), column("项目", width=32),
    column("申报单位", width=30), column("专家", width=14),
]  # fmt: skip
LAST = [
    column("总分", NUMBER), column("是否计入", width=10), column("项目平均分", NUMBER, 12),
    column("最大分差", NUMBER, 10), column("项目得分", NUMBER),
]  # fmt: skip
NOTES = (
    ("范围", "只列评分已收齐的项目；没有收齐的，任何人都看不到分数。"),
    ("项目平均分", "全部评分表的算术平均；项目得分按批次公布的规则（去掉最高最低分、加分）计算。"),
    ("最大分差", "各专家总分的最高与最低之差。"),
)


def judged(calls: QuerySet[Call]) -> QuerySet[Call]:
    """The calls of which an expert has handed in a score sheet."""
    sheets = Assignment.objects.filter(project__call=OuterRef("pk"), purpose=Purpose.REVIEW)
    return calls.filter(Exists(sheets.filter(sheet__submitted_at__isnull=False)))


def criteria(asked: Asked) -> list[Criterion]:
    """All criteria by which proposals of the call were scored, in the order of the rubric; once a name."""
    if asked.call is None:
        return []
    used = Criterion.objects.filter(pk__in=_scored(asked.call)).order_by("position", "pk")
    return list({one.name: one for one in used}.values())


def _scored(call):
    lines = standings(call)
    return {score.criterion_id for line in lines for judge in line.sheets for score in judge.sheet.scores.all()}


def columns(asked: Asked) -> list[Heading]:
    points = [column(f"{one.name}（{one.weight.normalize():f}分）", NUMBER, 14) for one in criteria(asked)]
    return [*FIRST, *points, *LAST]


def found(asked: Asked) -> list[Standing]:
    """The complete panels of the call, for whoever may read its ranking."""
    call = asked.call
    if call is None or not rules.has_perm("evaluations.see_ranking", asked.user, call):
        return []
    wanted = set(asked.projects.order_by().values_list("pk", flat=True))
    return [line for line in standings(call) if line.is_complete and line.project.pk in wanted]


def count(asked: Asked) -> int:
    return sum(len(line.sheets) for line in found(asked))


def rows(asked: Asked) -> Rows:
    names = [one.name for one in criteria(asked)]
    for line in found(asked):
        project, totals = line.project, [judge.sheet.total for judge in line.sheets]
        mean = round_half_up(sum(totals) / len(totals)) if totals else None
        for judge, counts in line.counted:
            points = {score.criterion.name: score.points for score in judge.sheet.scores.all()}
            yield [
                project.track.name, line.rank, project.number, project.title, project.applicant.name,
                judge.person.name, *(points.get(name) for name in names), judge.sheet.total,
                "是" if counts else "否", mean, line.spread, line.score,
            ]  # fmt: skip
