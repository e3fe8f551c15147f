"""The register of conflicts of interest of a call as a workbook (利害关系登记); in Chinese like all papers."""

from collections.abc import Iterator
from typing import IO, Any

from core.spreadsheets import Heading, Workbook
from evaluations.conflicts import tie_map
from evaluations.models import Assignment, Conflict, Declaration, Purpose
from evaluations.ties import Reason
from grants.models import Call
from people.models import Expert
from projects.models import State

TIES = [Heading("类别", 14), Heading("对方", 12), Heading("对方名称", 30), Heading("本人单位", 30), Heading("情况", 60)]
REGISTER = [
    Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("环节", 10), Heading("发现时间", 16), *TIES,
    Heading("处理", 20), Heading("理由", 40), Heading("处理人"), Heading("处理时间", 16),
]  # fmt: skip
DECLARED = [
    Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("申报时间", 16), Heading("利害关系", 20),
    Heading("本人说明", 40),
]  # fmt: skip
RECUSED = [Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("回避时间", 16), Heading("理由", 40)]
BARRED = [Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("后果", 12), *TIES]
GROUNDS = {
    "member": "成员", "former": "离开未满两年", "coach": "导师", "coach-group": "曾做导师", "interest": "本人申报",
    "phone": "电话相同", "employer": "工作单位", "employer-near": "单位名称相近", "name": "同名",
    "name-representative": "与法定代表人同名", "shared-phone": "单位电话相同", "shared-address": "单位地址相同",
    "shared-account": "单位账号相同", "shared-representative": "法定代表人相同",
}  # fmt: skip
PARTIES = {
    "applicant": "申报单位", "host": "代管主体", "partner": "合作单位", "funder": "资助方", "leader": "项目负责人",
    "team": "团队成员", "council": "理事会成员", "contact": "合作单位联系人",
}  # fmt: skip
TO_BE_JUDGED = (State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.IN_REVIEW)


def write_conflicts(call: Call, target: IO[bytes]) -> None:
    """What was found after an assignment and decided, what judges declared, who stepped down, and which experts of the
    roster the projects to be judged bar today, hints as well. One row a tie."""
    asked = Assignment.objects.filter(project__call=call).select_related("project", "person")
    found = Conflict.objects.filter(assignment__in=asked).order_by("found_at", "pk")
    found = found.select_related("assignment__project", "assignment__person", "decided_by")
    declared = Declaration.objects.filter(assignment__in=asked).select_related("assignment__project")
    declared = declared.select_related("assignment__person", "assignment__project").order_by("declared_at", "pk")
    book = Workbook(target)
    book.add_sheet("利害关系登记", REGISTER, (row for one in found for row in _conflict(one)))
    book.add_sheet("本人申报", DECLARED, (_declaration(one) for one in declared))
    recused = asked.exclude(recused_at=None).order_by("recused_at", "pk")
    book.add_sheet("已回避", RECUSED, (_recusal(one) for one in recused))
    book.add_sheet("不得评审", BARRED, _barred(call))
    book.close()


def _tie(reason: Reason) -> list[Any]:
    said = [GROUNDS[reason.ground], PARTIES.get(reason.party, ""), reason.name, reason.own]
    return [*said, reason.sentence]


def _conflict(one: Conflict) -> Iterator[list[Any]]:
    assignment = one.assignment
    head = [assignment.project.number, assignment.project.title, str(assignment.person)]
    decided = [one.get_decision_display() or "待处理", one.reason, str(one.decided_by or ""), one.decided_at]
    for reason in one.found_reasons:
        yield [*head, Purpose(assignment.purpose).label, one.found_at, *_tie(reason), *decided]


def _declaration(one: Declaration) -> list[Any]:
    project = one.assignment.project
    said = one.get_tie_display() or "无利害关系"
    return [project.number, project.title, str(one.assignment.person), one.declared_at, said, one.words]


def _recusal(one: Assignment) -> list[Any]:
    return [one.project.number, one.project.title, str(one.person), one.recused_at, one.recusal_reason]


def _barred(call: Call) -> Iterator[list[Any]]:
    projects = {project.pk: project for project in call.projects.filter(state__in=TO_BE_JUDGED).order_by("number")}
    people = {
        expert.person_id: expert.person
        for expert in Expert.objects.available().of_bureaus([call.funder_id]).select_related("person")
    }
    found = tie_map(people.values(), projects.values())
    for person, project in sorted(found, key=lambda pair: (projects[pair[1]].number, pair[0])):
        for reason in found[person, project]:
            head = [projects[project].number, projects[project].title, str(people[person])]
            yield [*head, "提示核对" if reason.is_hint else "必须回避", *_tie(reason)]
