"""The papers and tables of the judging: feedback to a group, the ranking and the experts' agreement.

Like all papers they are in Chinese, whatever language the screen is in.
"""

from collections.abc import Iterator
from typing import IO, Any

from core.money import yuan
from core.spreadsheets import Heading, Workbook
from evaluations.ballots import CODE, PROJECT
from evaluations.cards import cards
from evaluations.consistency import Consistency, consistency
from evaluations.models import Alternative, Feedback, Purpose
from evaluations.portfolio import DISTRICT, STREET, GroupLine, Summary, ordered, summary
from evaluations.standings import Standing, standings
from grants.models import Call
from projects.models import Project
from reports.documents import Document, file_name
from reports.recount import write_recount


def feedback(project: Project) -> Document:
    """The experts' feedback (评审反馈意见): means of the criteria and edited words, nobody named."""
    found = Feedback.objects.get(project=project)
    card = cards(standings(project.call)).get(project.pk)
    result = project.results.filter(purpose=Purpose.REVIEW).first()
    context = {
        "title": "评审反馈意见",
        "number": project.number,
        "author": project.call.funder.name,
        "project": project,
        "funder": project.call.funder,
        "feedback": found,
        "card": card,
        "result": result,
    }
    return Document(file_name("评审反馈意见", project.number, project.title), "pdf/feedback.html", context)


def write_ranking(call: Call, target: IO[bytes]) -> None:
    """How every place came about, with everything that is needed to count again."""
    rows, book = standings(call), Workbook(target)
    write_recount(call, rows, book)
    book.close()


def write_selection(call: Call, target: IO[bytes]) -> None:
    """The ways of choosing side by side: for each project whether it is in, and why."""
    rows, book = standings(call), Workbook(target)
    alternatives = list(call.alternatives.all())
    heads = [Heading("组别"), Heading("名次", 8), Heading("编号", 20), Heading("项目", 30), Heading("得分", 10)]
    heads += [Heading("金额（元）", 14), Heading("服务领域", 16), Heading("区县代码", 10), Heading("街道代码", 12)]
    for one in alternatives:
        heads += [Heading(one.name, 10), Heading(f"{one.name}：名次在前未入选", 12), Heading(f"{one.name}：理由", 40)]
    summaries = [summary(one, rows) for one in alternatives]
    book.add_sheet("资金方案", heads, (_choice_row(row, summaries) for row in ordered(rows)))
    book.add_sheet("方案说明", TERMS, (_terms_row(one) for one in summaries))
    lines = ([str(one.alternative), *_group_cells(line)] for one in summaries for line in one.groups)
    book.add_sheet("分组", GROUPS, lines)
    readable = call.ballots.all().readable()
    if readable.exists():
        numbers = dict(call.projects.values_list("pk", "number"))
        votes = (
            [code, "、".join(sorted(numbers[pk] for pk in approved))]
            for code, approved in sorted(readable.approvals().items())
        )
        book.add_sheet("居民选票", [Heading(CODE), Heading(PROJECT, 60)], votes)
    book.close()


TERMS = [
    Heading("方案"), Heading("办法", 30), Heading("资金（元）", 16), Heading("最低资助分", 12),
    Heading("使用（元）", 16), Heading("结余（元）", 16), Heading("项目数", 8), Heading("最优性", 30),
    Heading("限额", 60), Heading("说明", 50), Heading("计算时间", 16), Heading("与现在的得分和金额", 20),
]  # fmt: skip
GROUPS = [
    Heading("方案"), Heading("分组", 30), Heading("项目数", 8), Heading("金额（元）", 16), Heading("最多（元）", 16),
    Heading("最多（个）", 10), Heading("至少（个）", 10),
]  # fmt: skip
VOTES = (
    "等额分担法：共 {ballots} 张选票，资金平分，每张可决定 {share} 元；项目由支持者等额分担，单位花费最低者先入选；"
    "余款按得票从多到少补足。"
)


def _terms_row(found: Summary) -> list[Any]:
    one = found.alternative
    quotas = "；".join(f"{line.name}：{_limits(line)}" for line in found.limited)
    said = _votes(one) if one.is_by_vote else "；".join(one.result.get("unmet", ()))
    return [
        one.name, one.get_objective_display(), one.budget, one.floor, one.spent, one.left, found.count,
        _proof(found), quotas, said,
        one.made_at, "一致" if found.is_current else "已变化，须重新计算",
    ]  # fmt: skip


def _votes(one: Alternative) -> str:
    if one.objective == Alternative.Objective.VOTE:
        return f"居民投票，按公告的规则计票：共 {one.result['ballots']} 张选票。"
    return VOTES.format(**one.result)


def _proof(found: Summary) -> str:
    if found.alternative.objective not in (Alternative.Objective.SCORE, Alternative.Objective.MERIT_AMOUNT):
        return "按顺序或按票选出，不涉及最优"
    return "已证明最优" if found.gap is None else f"未证明最优，最多还能好 {found.gap}%"


def _limits(line: GroupLine) -> str:
    quota = line.quota
    if quota is None:
        return ""
    said = [
        "" if quota.max_amount is None else f"最多 {yuan(quota.max_amount)} 元",
        "" if quota.max_count is None else f"最多 {quota.max_count} 个",
        "" if quota.min_count is None else f"至少 {quota.min_count} 个",
    ]
    return "、".join(one for one in said if one)


def _group_cells(line: GroupLine) -> list[Any]:
    quota = line.quota
    limits = [quota.max_amount, quota.max_count, quota.min_count] if quota else [None, None, None]
    return [line.name, line.count, line.amount, *limits]


def _choice_row(row: Standing, summaries: list[Summary]) -> list[Any]:
    project = row.project
    code = project.community.region_code if project.community else ""
    cells = [project.track.name, row.rank, project.number, project.title, row.score, project.amount_payable]
    cells += [str(project.field or ""), code[:DISTRICT], code[:STREET]]
    for found in summaries:
        one = found.alternative
        is_over = "是" if project.pk in found.passed_over else ""
        cells += ["入选" if project.pk in one.chosen else "未入选", is_over, one.reasons.get(project.pk, "")]
    return cells


JUDGES = [
    Heading("组别"), Heading("专家"), Heading("评分表", 8), Heading("与他人之差", 12), Heading("95%下限", 10),
    Heading("95%上限", 10), Heading("校准值", 10),
]  # fmt: skip
PLACES = [
    Heading("组别"), Heading("编号", 20), Heading("项目", 30), Heading("得分", 10), Heading("名次", 8),
    Heading("评分表平均", 10), Heading("平均名次", 8), Heading("最大分差", 10),
    Heading("校准得分", 10), Heading("95%下限", 10), Heading("95%上限", 10), Heading("校准名次", 10),
]  # fmt: skip


def write_consistency(call: Call, target: IO[bytes]) -> None:
    """The measures of agreement, the experts' severity and both places of every project."""
    tracks = consistency(standings(call))
    book = Workbook(target)
    book.add_sheet("一致性", [Heading("组别"), Heading("指标", 24), Heading("数值", 12)], _measures(tracks))
    book.add_sheet("专家宽严", JUDGES, _judges(tracks))
    book.add_sheet("名次对照", PLACES, _places(tracks))
    book.close()


def _measures(tracks: list[Consistency]) -> Iterator[list[Any]]:
    for track in tracks:
        name = track.track.name
        for level, said in (("interval", "定距"), ("ordinal", "定序"), ("nominal", "定类")):
            yield [name, f"Krippendorff α（{said}）", _rounded(track.alphas[level], 4)]
        yield [name, "ICC(2,k)", _rounded(track.icc.value, 4) if track.icc else None]
        yield [name, "互不相连的项目组数", track.calibration.components]
        for standing in track.discuss:
            yield [name, f"建议先讨论：{standing.project.title}（分差）", standing.spread]


def _judges(tracks: list[Consistency]) -> Iterator[list[Any]]:
    for track in tracks:
        for line in track.judges:
            found = line.severity
            shrunk = _rounded(line.shrunk) if line.adjusted else None
            figures = [_rounded(found.mean), _rounded(found.low), _rounded(found.high), shrunk]
            yield [track.track.name, str(line.person), found.n, *figures]


def _places(tracks: list[Consistency]) -> Iterator[list[Any]]:
    for track in tracks:
        for line in track.places:
            project, standing = line.standing.project, line.standing
            adjusted = [_rounded(line.adjusted), _rounded(line.low), _rounded(line.high), line.adjusted_rank]
            plain = [standing.score, standing.rank, _rounded(line.raw), line.raw_rank, standing.spread]
            yield [track.track.name, project.number, project.title, *plain, *adjusted]


def _rounded(value: float | None, places: int = 2) -> float | None:
    return None if value is None else round(value, places)
