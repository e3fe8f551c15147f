"""Activities and services (活动台账、服务记录台账): what happened, when, where and for how many. Nobody is named."""

from typing import Any

from django.db.models import Count

from core import clock
from core.spreadsheets import COUNT, DAY, MOMENT, MONEY, NUMBER, Heading
from evaluations.satisfaction import satisfactions_of_activities
from projects.figures import visits_by_activity
from projects.models import Activity, Service
from reports.ledgers.ledger import PROJECT, Asked, Rows, column, month_of, of_project, pieces, project_cells

STATES = {
    Activity.State.PLANNED: "待开展",
    Activity.State.CHANGED: "计划有变更",
    Activity.State.RECORDED: "已开展",
    Activity.State.CANCELLED: "已取消",
}
COLUMNS = [
    column("月份", width=10), column("开始时间", MOMENT), column("结束时间", MOMENT), *PROJECT,
    column("活动主题", width=32), column("地点", width=24), column("服务对象", width=20), column("状态", width=12),
    column("预计人数", COUNT, adds_up=True), column("服务人次", COUNT, adds_up=True),
    column("其中签到", COUNT, adds_up=True), column("其中未签到", COUNT, 12, adds_up=True),
    column("满意度（%）", NUMBER, 12), column("评价（份）", COUNT, adds_up=True),
    column("现场登记支出（元）", MONEY, 18, adds_up=True), column("记录日期", DAY), column("取消原因", width=30),
]  # fmt: skip
NOTES = (
    ("范围", "已提交计划的活动；草稿不列。按开始时间所在的月份。"),
    ("服务人次", "每次到场计一次：签到加未签到的人头数；只计已记录的活动。"),
    ("现场登记支出", "活动记录里填写的数；财务支出以支出明细为准。"),
)
METHODS = {Service.Method.CASE: "个案", Service.Method.GROUP: "小组", Service.Method.COMMUNITY: "社区"}
WAYS = {"": "", Service.Way.HOME: "入户", Service.Way.PHONE: "电话", Service.Way.OFFICE: "到机构"}
SERVICES = [
    column("月份", width=10), column("日期", DAY), *PROJECT, column("方法", width=8), column("方式", width=10),
    column("小组或行动名称", width=28), column("第几节", COUNT), column("时长（分钟）", COUNT, 12, adds_up=True),
    column("服务人次", COUNT, adds_up=True), column("覆盖人数（估计）", COUNT, 16, adds_up=True),
]  # fmt: skip
SERVICE_NOTES = (
    ("服务对象", "台账不列服务对象的姓名和编号，也不列个案内容。"),
    ("服务人次", "个案每次计1；小组为到场组员加其他到场的人；社区工作的覆盖人数是估计，不计人次。"),
)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    shown = Activity.objects.filter(project__in=asked.projects).exclude(state=Activity.State.DRAFT)
    return asked.within(shown, "starts_at")


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    for batch in pieces(of_project(found(asked)), *asked.in_time("starts_at")):
        visits = visits_by_activity(activity.pk for activity in batch)
        voices = satisfactions_of_activities(batch)
        for one in batch:
            came = visits.get(one.pk)
            heads = one.head_count if came is not None else None
            recorded = clock.localdate(one.recorded_at) if one.recorded_at else None
            yield [
                month_of(one.starts_at), one.starts_at, one.ends_at, *project_cells(one.project), one.theme, one.place,
                one.audience, STATES[Activity.State(one.state)], one.expected, came,
                None if came is None else came - one.head_count, heads, voices[one.pk].share, voices[one.pk].n or None,
                one.spent, recorded, one.cancel_reason,
            ]  # fmt: skip


def service_columns(asked: Asked) -> list[Heading]:
    return SERVICES


def services_found(asked: Asked) -> Any:
    return asked.within(Service.objects.filter(project__in=asked.projects), "held_on")


def service_count(asked: Asked) -> int:
    return services_found(asked).count()


def service_rows(asked: Asked) -> Rows:
    # What is written about a person is not even read.
    silent = of_project(services_found(asked)).defer("situation", "plan", "purpose", "content")
    for batch in pieces(silent.annotate(came=Count("members")), *asked.in_time("held_on")):
        for one in batch:
            visits = {Service.Method.CASE: 1, Service.Method.GROUP: one.came + one.others}.get(one.method)
            yield [
                month_of(one.held_on), one.held_on, *project_cells(one.project), METHODS[Service.Method(one.method)],
                WAYS[one.way], one.title, one.session, one.minutes, visits, one.reach,
            ]  # fmt: skip
