"""Who judged, who did not and why, as a workbook (专家分派与回避); in Chinese like all papers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from django.db.models import QuerySet

from core.spreadsheets import Heading, Workbook
from evaluations.actions.panel import unmet
from evaluations.models import Assignment, Draw, Purpose, Reduction
from evaluations.quorum import needed
from grants.models import Call
from people.models import Expert, User
from projects.models import Project

ASSIGNMENTS = [
    Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("分派人"), Heading("分派时间", 16),
    Heading("利害关系申报", 16), Heading("申报内容", 30), Heading("评分表", 10), Heading("回避时间", 16),
    Heading("回避理由", 40), Heading("缺席时间", 16), Heading("缺席理由", 40),
]  # fmt: skip
PANELS = [
    Heading("编号", 20), Heading("项目", 30), Heading("申报单位", 30), Heading("状态", 12), Heading("应有", 8),
    Heading("已派", 8), Heading("专家", 40), Heading("专业", 40), Heading("缺少", 30),
]  # fmt: skip
LOADS = [Heading("专家"), Heading("项目数", 8), Heading("回避数", 8), Heading("缺席数", 8)]
DRAWS = [
    Heading("序号", 8), Heading("事项"), Heading("种子", 36), Heading("时间", 16), Heading("操作人"),
    Heading("采用", 8), Heading("已证明最优", 12),
]  # fmt: skip
INPUTS = [
    Heading("序号", 8), Heading("类别", 24), Heading("专家", 14), Heading("专家编号", 10), Heading("项目编号", 20),
    Heading("数值", 10),
]  # fmt: skip
OUTCOMES = [Heading("序号", 8), Heading("组或项目", 20), Heading("次序", 8), Heading("项目或专家", 20)]


def write_panels(call: Call, target: IO[bytes]) -> None:
    """Each panel, assignments with declarations and recusals, the experts' loads, and of every lot and calculation all
    that was put in and came out: a row each, for a cell holds no thousand projects."""
    asked = Assignment.objects.filter(project__call=call, purpose=Purpose.REVIEW).order_by("project__number", "pk")
    asked = asked.select_related("project", "person", "assigned_by", "declaration", "sheet")
    draws = list(call.draws.select_related("drawn_by").order_by("pk"))
    book = Workbook(target)
    book.add_sheet("评审组", PANELS, _panels(call, asked))
    book.add_sheet("分派与回避", ASSIGNMENTS, (_assignment(one) for one in asked))
    book.add_sheet("专家工作量", LOADS, _loads(asked))
    fewer = Reduction.objects.filter(project__call=call).select_related("project", "asked_by", "decided_by")
    book.add_sheet("减员评审", REDUCTIONS, (_reduction(one) for one in fewer))
    book.add_sheet("抽签与分派计算", DRAWS, (_draw(number, one) for number, one in enumerate(draws, start=1)))
    names = dict(User.objects.filter(pk__in=_people(draws)).values_list("pk", "name"))
    book.add_sheet("输入", INPUTS, (row for number, one in enumerate(draws, 1) for row in _inputs(number, one, names)))
    book.add_sheet(
        "结果", OUTCOMES, (row for number, one in enumerate(draws, 1) for row in _outcomes(number, one, names))
    )
    book.close()


def _assignment(one: Assignment) -> list[Any]:
    declared = getattr(one, "declaration", None)
    said = "未申报" if declared is None else (declared.get_tie_display() or "无利害关系")
    state = "已提交" if one.is_submitted else "草稿" if hasattr(one, "sheet") else "未开始"
    return [
        one.project.number, one.project.title, str(one.person), str(one.assigned_by), one.assigned_at, said,
        declared.words if declared else "", state, one.recused_at, one.recusal_reason, one.absent_at,
        one.absence_reason,
    ]  # fmt: skip


def _loads(asked: QuerySet[Assignment]) -> Iterator[list[Any]]:
    loads: dict[Any, list[int]] = {}
    for one in asked:
        counts = loads.setdefault(one.person, [0, 0, 0])
        counts[1 if one.recused_at else 2 if one.is_absent else 0] += 1
    for person, counts in sorted(loads.items(), key=lambda item: (-item[1][0], str(item[0]))):
        yield [str(person), *counts]


REDUCTIONS = [
    Heading("编号", 20), Heading("项目", 30), Heading("评委人数", 8), Heading("事由", 40), Heading("申请人"),
    Heading("申请时间", 16), Heading("决定", 8), Heading("答复", 40), Heading("决定人"), Heading("决定时间", 16),
]  # fmt: skip


def _reduction(one: Reduction) -> list[Any]:
    said = {True: "同意", False: "不同意"}.get(one.granted, "待决定")
    return [
        one.project.number, one.project.title, one.judges, one.reason, str(one.asked_by), one.asked_at, said,
        one.answer, str(one.decided_by or ""), one.decided_at,
    ]  # fmt: skip


def _panels(call: Call, asked: QuerySet[Assignment]) -> Iterator[list[Any]]:
    experts = {one.person_id: one for one in Expert.objects.prefetch_related("skills")}
    wanted = list(call.panel_rules.all())
    panels: dict[Project, list[Assignment]] = {}
    for one in asked.select_related("project__applicant"):
        panels.setdefault(one.project, []).append(one)
    sizes = needed([project.pk for project in panels])
    for project, assignments in panels.items():
        active = [one for one in assignments if one.is_seated]
        held = [experts[one.person_id] for one in active if one.person_id in experts]
        lacking = unmet(wanted, [{skill.kind for skill in expert.skills.all()} for expert in held])
        yield [
            project.number, project.title, project.applicant.name, project.get_state_display(), sizes[project.pk],
            len(active), "、".join(str(one.person) for one in active),
            "；".join("、".join(map(str, expert.expertise)) for expert in held), "、".join(map(str, lacking)),
        ]  # fmt: skip


def _draw(number: int, one: Draw) -> list[Any]:
    taken = {True: "是", False: "否"}.get(one.taken, "")
    proven = {True: "是", False: "否"}[one.outcome["proven_optimal"]] if one.kind == Draw.Kind.PANEL else ""
    return [number, one.get_kind_display(), one.seed, one.drawn_at, str(one.drawn_by), taken, proven]


def _people(draws: Iterable[Draw]) -> set[int]:
    return {int(pk) for one in draws if one.kind == Draw.Kind.PANEL for pk in one.items["loads"]}


def _inputs(number: int, one: Draw, names: Mapping[int, str]) -> Iterator[list[Any]]:
    """For lots the pot; for panels what the solver was given: limits, pairs, preferences, composition."""
    if one.kind != Draw.Kind.PANEL:
        yield from ([number, "参加抽签", None, None, item, None] for item in one.items)
        return
    given = one.items

    def row(what: str, person: str | None = None, project: str | None = None, value: Any = None) -> list[Any]:
        return [number, what, names.get(int(person)) if person else None, person, project, value]

    yield row("每个项目的专家人数", value=given["panel_size"])
    yield from (row("待分派的项目", project=project) for project in given["projects"])
    yield from (row("最多份数", person, value=load) for person, load in given["loads"].items())
    yield from (row("已人工分派", person, project) for person, project in given["fixed"])
    yield from (row("不得评审", person, project) for person, project in given["forbidden"])
    yield from (row("优先（正）或避免（负）", person, project, value) for person, project, value in given["affinity"])
    for name, minimum, people in given["composition"]:
        yield row(f"每组至少：{name}", value=minimum)
        yield from (row(f"专业：{name}", person) for person in people)


def _outcomes(number: int, one: Draw, names: Mapping[int, str]) -> Iterator[list[Any]]:
    if one.kind == Draw.Kind.PANEL:
        for project, panel in one.outcome["panels"].items():
            yield from ([number, project, place, names.get(pk, str(pk))] for place, pk in enumerate(panel, start=1))
    elif one.kind == Draw.Kind.GROUPS:
        for group, items in enumerate(one.outcome, start=1):
            yield from ([number, f"第{group}组", place, item] for place, item in enumerate(items, start=1))
    else:
        yield from ([number, None, place, item] for place, item in enumerate(one.outcome, start=1))
