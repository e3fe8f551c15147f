"""A call's ranking with everything that is needed to count it again (评审排名); in Chinese like all papers."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from core.spreadsheets import Heading, Workbook
from evaluations.cards import Card, cards
from evaluations.models import Purpose, Unlocking
from evaluations.standings import Standing
from grants.models import Call

RANKING = [
    Heading("组别"), Heading("名次", 8), Heading("编号", 20), Heading("项目", 30), Heading("申报单位", 30),
    Heading("评分表", 8), Heading("计入", 8), Heading("专家评分", 10), Heading("加分", 8), Heading("得分", 10),
    Heading("最大分差", 10), Heading("申请金额（元）", 14), Heading("状态"), Heading("入选线", 10),
    Heading("距入选线", 10), Heading("同分比较值（大者在前）", 30), Heading("同分待抽签", 10),
    Heading("同分处理", 50),
]  # fmt: skip
SHEETS = [
    Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("总分", 10), Heading("是否计入", 10),
    Heading("提交时间", 16), Heading("离群说明", 40),
]  # fmt: skip
SCORES = [
    Heading("编号", 20), Heading("专家"), Heading("评分项", 24), Heading("满分", 8), Heading("得分", 8),
    Heading("是否计入", 10),
]  # fmt: skip
CRITERIA = [
    Heading("编号", 20), Heading("项目", 30), Heading("评分项", 24), Heading("满分", 8), Heading("本项目平均", 12),
    Heading("同组别平均", 12), Heading("相差", 8),
]  # fmt: skip
BONUSES = [
    Heading("编号", 20), Heading("项目", 30), Heading("加分项", 24), Heading("最多", 8), Heading("加分", 8),
    Heading("依据", 40), Heading("录入人"), Heading("时间", 16),
]  # fmt: skip
UNLOCKED = [
    Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("申请人"), Heading("申请时间", 16),
    Heading("理由", 40), Heading("决定", 10), Heading("答复", 40), Heading("决定人"), Heading("决定时间", 16),
    Heading("更正内容", 50),
]  # fmt: skip
LOTS = [Heading("事项"), Heading("种子", 36), Heading("时间", 16), Heading("次序", 8), Heading("编号", 20)]
RULES = [Heading("规则", 30), Heading("内容", 60)]


def write_recount(call: Call, rows: Sequence[Standing], book: Workbook) -> None:
    """The places, the sheets and points behind them, the bonuses, the lots, and the rule. Points only of complete
    panels: others' scores are nobody's business before the panel is locked."""
    complete = [row for row in rows if row.is_complete]
    found = cards(rows)
    book.add_sheet("排名", RANKING, (_ranking(row, found) for row in rows))
    book.add_sheet("评分表", SHEETS, (line for row in complete for line in _sheets(row)))
    book.add_sheet("各项得分", SCORES, (line for row in complete for line in _scores(row)))
    book.add_sheet("各项平均", CRITERIA, (line for card in found.values() for line in _criteria(card)))
    book.add_sheet("加分", BONUSES, (line for row in rows for line in _bonuses(row)))
    book.add_sheet("评分表解锁", UNLOCKED, _unlocked(call, {row.project.pk for row in complete}))
    lots = (
        [draw.get_kind_display(), draw.seed, draw.drawn_at, place, str(item)]
        for draw in call.draws.filter(kind__in=["tie", "order"])
        for place, item in enumerate(draw.outcome, start=1)
    )
    book.add_sheet("抽签", LOTS, lots)
    book.add_sheet("规则", RULES, _rules(call))


def _ranking(row: Standing, found: Mapping[int, Card]) -> list[Any]:
    project, added = row.project, row.sum if row.is_complete else None
    card = found.get(project.pk)
    return [
        project.track.name, row.rank if added else None, project.number, project.title, project.applicant.name,
        len(row.sheets), len(row.counting) if added else None, added.base if added else None,
        added.bonus if added else None, row.score if added else None, row.spread if added else None,
        project.amount_requested, project.get_state_display(), card.line if card else None,
        card.distance if card else None, "；".join(map(str, row.tie_break)) if added else None,
        "是" if added and row.is_tied else None, _equals(card),
    ]  # fmt: skip


def _equals(card: Card | None) -> str:
    """With whom it was equal, and what decided."""
    said = []
    for one in card.equals if card else []:
        how = f"{one.label} {one.mine} 对 {one.theirs}" if one.label else f"抽签 第{one.mine}位对第{one.theirs}位"
        said.append(f"与 {one.rival.project.number} 同分：{how if one.mine else '待抽签'}")
    return "；".join(said)


def _sheets(row: Standing) -> Iterator[list[Any]]:
    for assignment, counts in row.counted:
        sheet, said = assignment.sheet, "计入" if counts else "去掉"
        head = [row.project.number, row.project.title, str(assignment.person)]
        yield [*head, sheet.total, said, sheet.submitted_at, sheet.deviation_note]


def _scores(row: Standing) -> Iterator[list[Any]]:
    for assignment, counts in row.counted:
        given = sorted(assignment.sheet.scores.all(), key=lambda score: (score.criterion.position, score.criterion_id))
        for score in given:
            head = [row.project.number, str(assignment.person), score.criterion.name]
            yield [*head, score.criterion.weight, score.points, "计入" if counts else "去掉"]


def _criteria(card: Card) -> Iterator[list[Any]]:
    project = card.standing.project
    for line in card.criteria:
        means = [line.criterion.weight, line.mean, line.track_mean, line.moved]
        yield [project.number, project.title, line.criterion.name, *means]


def _bonuses(row: Standing) -> Iterator[list[Any]]:
    for bonus in row.bonuses:
        head = [row.project.number, row.project.title, str(bonus.rule), bonus.rule.most, bonus.points]
        yield [*head, bonus.reason, str(bonus.given_by), bonus.given_at]


def _unlocked(call: Call, complete: Container[int]) -> Iterator[list[Any]]:
    """Who asked for a sheet to be opened again, who decided, and what it said before and after; what it says only
    of complete panels, like every other point."""
    found = Unlocking.objects.filter(sheet__assignment__project__call=call, sheet__assignment__purpose=Purpose.REVIEW)
    related = ("sheet__assignment__project__call__review_rubric", "sheet__assignment__person", "asked_by", "decided_by")
    for one in found.select_related(*related):
        assignment, decided = one.sheet.assignment, {None: "待决定", True: "同意解锁", False: "不予解锁"}[one.granted]
        shown = one.granted and assignment.project_id in complete
        changed = (
            [f"{line.label}：{line.before}→{line.after}" for line in one.lines() if line.is_changed] if shown else []
        )
        yield [
            assignment.project.number, assignment.project.title, str(assignment.person), str(one.asked_by),
            one.asked_at, one.reason, decided, one.answer, str(one.decided_by or ""), one.decided_at,
            "；".join(changed) or ("未改动" if shown and one.after else None),
        ]  # fmt: skip


def _rules(call: Call) -> Iterator[list[Any]]:
    yield ["评分表", str(call.review_rubric)]
    yield ["每个项目的专家人数", call.panel_size]
    yield ["减员评审", "有专家缺席而无人替补时，由一人申请、另一人决定，可以少于上述人数"]
    dropped = f"满{call.drop_from}张时，去掉一个最高分和一个最低分" if call.drop_from else "全部计入"
    yield ["计入的评分表", dropped]
    yield ["专家评分", "计入的评分表总分的平均，四舍五入到两位小数"]
    yield ["得分", "专家评分＋加分"]
    yield ["名次", "各组别分开排列"]
    ties = [str(tie) for tie in call.tie_breaks.select_related("criterion")]
    for place, tie in enumerate(ties or ["各评分项平均分，按评分表先后", "申请金额少者在前"], start=1):
        yield [f"得分相同时比较（{place}）", tie]
    yield ["仍相同时", "抽签，见“抽签”"]
    for rule in call.bonus_rules.all():
        yield [f"加分：{rule}", f"最多{rule.most}分"]
