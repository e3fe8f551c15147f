"""Who helps whom (结对台账): what enterprises and foundations offer to groups, and what came of it. The funder's."""

from typing import Any

from core.spreadsheets import DAY, MONEY, NUMBER, Heading
from projects.models import Pledge
from projects.pairs import OUT
from reports.ledgers.ledger import PROJECT, Asked, Rows, column, month_of, of_project, pieces, project_cells
from reports.wording import BASES, GIVEN, KINDS

STATES = {
    Pledge.State.OFFERED: "待答复",
    Pledge.State.ACCEPTED: "已接受",
    Pledge.State.PARTLY: "部分到位",
    Pledge.State.FULFILLED: "全部到位",
    Pledge.State.LAPSED: "逾期失效",
    Pledge.State.DECLINED: "未接受",
    Pledge.State.WITHDRAWN: "已撤回",
}
COLUMNS = [
    column("月份", width=10), column("捐赠方", width=30), column("捐赠方类型", width=12), *PROJECT,
    column("形式", width=10), column("内容", width=34), column("数量", NUMBER), column("单位", width=8),
    column("单价（元）", MONEY, 12), column("计价依据", width=14), column("依据说明", width=34),
    column("提出金额（元）", MONEY), column("认捐金额（元）", MONEY, adds_up=True),
    column("到位金额（元）", MONEY, adds_up=True), column("约定到位日", DAY), column("状态", width=10),
    column("捐赠确认单编号", width=26),
]  # fmt: skip
NOTES = (
    ("认捐金额", "组织接受后计入，逾期失效的仍计；待答复、未接受和已撤回的只列提出金额。"),
    ("到位金额", "组织登记、主办单位经办人确认后计入；实物、场地和工时按数量×单价折价。"),
    ("月份", "捐赠方提出认捐的月份。"),
)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    """Those to projects of this person's funders."""
    mine = Pledge.objects.filter(project__in=asked.projects, project__funder__in=list(asked.user.roles))
    return asked.within(mine, "offered_at")


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    return rows_of(found(asked))


def rows_of(pledges: Any) -> Rows:
    """Of these pledges, the pairs of a giver one after the other."""
    for batch in pieces(of_project(pledges.select_related("giver")).prefetch_related("gifts"), "giver__name"):
        for pledge in batch:
            yield _row(pledge)


def _row(pledge: Pledge) -> list[Any]:
    is_promised = pledge.state not in OUT
    return [
        month_of(pledge.offered_at), pledge.giver.name, KINDS[pledge.giver.kind], *project_cells(pledge.project),
        GIVEN[pledge.kind], pledge.what, pledge.quantity, pledge.unit, pledge.unit_price, BASES[pledge.basis],
        pledge.basis_words, pledge.value, pledge.value if is_promised else None,
        pledge.received_value if is_promised else None, pledge.due_on, STATES[Pledge.State(pledge.state)],
        "、".join(gift.number for gift in pledge.gifts.all() if gift.counts),
    ]  # fmt: skip
