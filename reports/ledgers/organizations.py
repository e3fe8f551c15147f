"""The ledger of the organisations (组织台账): who they are, and what became of their projects."""

from typing import Any

import rules
from django.db.models import Count, Q, Sum

from core.masking import mask_name, mask_phone
from core.money import round_half_up
from core.spreadsheets import COUNT, DAY, MONEY, Heading
from people.models import Organization
from projects.models import State
from projects.models.state import FUNDED
from reports.ledgers.ledger import PLACE, Asked, Rows, column, pieces, place_cells
from reports.ledgers.projects import stars_of
from reports.wording import KINDS

STATUSES = {Organization.Status.REGISTERED: "登记", Organization.Status.FILED: "备案"}
COLUMNS = [
    column("名称", width=30), column("类型", width=16), column("登记或备案", width=10),
    column("信用代码或备案编号", width=22), column("登记（备案）机关", width=24), column("成立日期", DAY), *PLACE,
    column("代管单位", width=28), column("负责人", width=10), column("电话", width=14),
    column("申报项目", COUNT, adds_up=True), column("立项项目", COUNT, adds_up=True),
    column("结项项目", COUNT, adds_up=True), column("立项金额（元）", MONEY, adds_up=True),
    column("已拨（元）", MONEY, adds_up=True), column("单位星级", COUNT),
]  # fmt: skip
NOTES = (
    ("项目与金额", "只计所选范围内、已提交的项目；资金在本平台之外的不计。"),
    ("负责人、电话", "只有主办单位经办人看到全部，其他人看到的已脱敏。"),
)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    """Those that may apply; where the projects are narrowed, those that have one of them."""
    seen = Organization.objects.filter(pk__in=Organization.objects.visible_to(asked.user).values("pk")).applicants()
    return seen.filter(pk__in=asked.projects.order_by().values("applicant")) if asked.is_narrowed else seen


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    full = rules.has_perm("reports.see_unmasked", asked.user)
    for batch in pieces(found(asked).select_related("host", "community"), "name"):
        keys = [one.pk for one in batch]
        sums = asked.projects.filter(applicant__in=keys).order_by().values("applicant").annotate(
            handed_in=Count("pk"), funded=Count("pk", filter=Q(state__in=FUNDED)),
            completed=Count("pk", filter=Q(state=State.COMPLETED)),
            awarded=Sum("amount_awarded", filter=Q(state__in=FUNDED)), paid=Sum("amount_paid"),
        )  # fmt: skip
        figures = {line["applicant"]: line for line in sums}
        stars = stars_of(keys)
        for one in batch:
            yield [*_who(one, full), *_figures(figures.get(one.pk, {})), stars.get(one.pk)]


def _who(one: Organization, full: bool) -> list[Any]:
    person = one.legal_representative if full else mask_name(one.legal_representative)
    return [
        one.name, KINDS[one.kind], STATUSES[Organization.Status(one.status)], one.number, one.authority,
        one.established_on, *place_cells(one.community), one.host.name if one.host else "", person,
        one.phone if full else mask_phone(one.phone),
    ]  # fmt: skip


def _figures(line: dict[str, Any]) -> list[Any]:
    money = [round_half_up(line.get(name) or 0) for name in ("awarded", "paid")]
    return [*(line.get(name, 0) for name in ("handed_in", "funded", "completed")), *money]
