"""What was given and has come (捐赠台账), from enterprises and foundations, in money and in kind."""

from typing import Any

from core.spreadsheets import DAY, MONEY, NUMBER, Heading
from projects.models import Gift
from reports.ledgers.ledger import PROJECT, Asked, Rows, column, month_of, of_project, pieces, project_cells
from reports.wording import BASES, GIVEN, KINDS

COLUMNS = [
    column("月份", width=10), column("到位日期", DAY), column("捐赠方", width=30), column("捐赠方类型", width=12),
    *PROJECT, column("形式", width=10), column("内容", width=34), column("数量", NUMBER), column("单位", width=8),
    column("单价（元）", MONEY, 12), column("计价依据", width=14), column("到位金额（元）", MONEY, adds_up=True),
    column("捐赠确认单编号", width=22),
]  # fmt: skip
NOTES = (("范围", "组织登记、主办单位经办人已确认到位的；实物、场地和工时按数量×单价折价。"),)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    return asked.within(Gift.objects.counted().filter(pledge__project__in=asked.projects), "came_on")


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    gifts = of_project(found(asked).select_related("pledge__giver"), "pledge__project")
    for batch in pieces(gifts, *asked.in_time("came_on")):
        for gift in batch:
            pledge = gift.pledge
            yield [
                month_of(gift.came_on), gift.came_on, pledge.giver.name, KINDS[pledge.giver.kind],
                *project_cells(pledge.project), GIVEN[pledge.kind], pledge.what, gift.quantity, pledge.unit,
                pledge.unit_price, BASES[pledge.basis], gift.value, gift.number,
            ]  # fmt: skip
