"""What the agreement of one project says: the facts that go into its clauses.

An agreement is a paper that people sign: like all papers it is Chinese by decision, whatever language the screen is in
(see reports/agreement_papers.py).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation

from core.masking import mask_account
from core.money import in_words, plain, yuan
from grants.agreement_text import Block, compose
from grants.models import Fund, Gate
from people.models import Organization
from projects.models import PlanVersion, Project, Tranche

FUND_SOURCES = {
    Fund.Source.BUDGET: "财政资金",
    Fund.Source.LOTTERY: "福利彩票公益金",
    Fund.Source.COMMUNITY: "社区公益基金",
    Fund.Source.DEPARTMENT: "部门资金",
    Fund.Source.ENTERPRISE: "企业资金",
    Fund.Source.FOUNDATION: "基金会资金",
}
GATES = {
    Gate.AGREEMENT: "本协议生效",
    Gate.RECEIPT: "上期款项的收款票据已提交",
    Gate.REPORT: "上期拨款后的进度报告已通过",
    Gate.SPENDING: "已拨资金支出率达到%s%%",
    Gate.MIDTERM: "中期评估合格",
    Gate.FINAL: "末期评估合格",
    Gate.RECTIFIED: "没有未完成的整改事项",
    Gate.MATCHING: "配套资金到位证明达到预算配套的%s%%",
}
"""The gates of an instalment as the agreement says them; where a figure is asked for, it stands in the sentence."""
OPEN = "（由乙方书面提供）"


def agreement_blocks(project: Project, version: PlanVersion, clauses: list[Any], *, has_community: bool) -> list[Block]:
    """The whole text, from the plan that is annexed and the instalments as they are planned."""
    with translation.override("zh-hans"):
        tables = {"instalments": _instalments(project), "account": _account(project.payee)}
        conditions = [*(["hosted"] if project.host else []), *(["community"] if has_community else [])]
        blocks = compose(
            clauses,
            title=[project.call.title, "项目立项协议书"],
            parties=_parties(project, has_community),
            facts=_facts(project, version),
            tables=tables,
            conditions=conditions,
        )
    return [*blocks, *_signatures(project, has_community)]


def day_in_words(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def place_of(project: Project) -> str:
    place = project.community
    return f"{place.district}{place.street}{place.name}" if place else ""


def _number(organization: Organization) -> list[list[str]]:
    name = "备案编号" if organization.is_filed else "统一社会信用代码"
    rows = [[name, organization.number]]
    return rows + ([["地址", organization.address]] if organization.address else [])


def _parties(project: Project, has_community: bool) -> list[Block]:
    payee, funder = project.payee, project.call.funder
    second = payee.name + ("（代管单位）" if project.host else "")
    found: list[Block] = [
        {"kind": "party", "rows": [["甲方（资助方）", funder.name], *_number(funder)]},
        {"kind": "party", "rows": [["乙方（承接方）", second], *_number(payee)]},
    ]
    if project.host:
        found.append({"kind": "party", "rows": [["项目实施团队", project.applicant.name], *_number(project.applicant)]})
    if has_community:
        found.append({"kind": "party", "rows": [["丙方（实施地社区）", place_of(project)]]})
    return found


def _facts(project: Project, version: PlanVersion) -> dict[str, str]:
    call, award = project.call, project.amount_awarded or Decimal("0.00")
    return {
        "call": call.title,
        "basis": f"{call.legal_basis}和" if call.legal_basis else "",
        "title": project.title,
        "number": project.number,
        "field": str(project.field or ""),
        "place": place_of(project),
        "starts_on": day_in_words(project.starts_on),
        "ends_on": day_in_words(project.ends_on),
        "beneficiaries": str(project.beneficiaries or 0),
        "leader": project.leader,
        "funder": call.funder.name,
        "payee": project.payee.name,
        "group": project.applicant.name,
        "community": place_of(project),
        "award": yuan(award),
        "award_in_words": in_words(award),
        "fund": call.fund.name,
        "source": FUND_SOURCES[Fund.Source(call.fund.source)],
        "mark": "“彩票公益金资助”标识和" if call.fund.source == Fund.Source.LOTTERY else "",
        "version": f"第{version.ordinal}版，{day_in_words(version.valid_from)}",
        "tolerance": plain(call.shift_tolerance),
        "extension_days": str(call.extension_days),
    }


def _instalments(project: Project) -> Block:
    tranches = list(project.tranches.all())
    total = sum((tranche.amount for tranche in tranches), Decimal("0.00"))
    return {
        "kind": "instalments",
        "rows": [
            [str(t.ordinal), f"{plain(t.percentage)}%", yuan(t.amount), in_words(t.amount), gate_words(t)]
            for t in tranches
        ],
        "total": [f"{plain(sum((t.percentage for t in tranches), Decimal(0)))}%", yuan(total), in_words(total)],
    }


def gate_words(tranche: Tranche) -> str:
    """All that an instalment waits for, in the words of the agreement."""
    words = (
        GATES[Gate(gate["kind"])] % plain(Decimal(gate["figure"])) if gate["figure"] else GATES[Gate(gate["kind"])]
        for gate in tranche.gates
    )
    return "；".join(words)


def _account(payee: Organization) -> Block:
    return {
        "kind": "account",
        "rows": [
            ["户名", payee.bank_account_name or OPEN],
            ["开户银行", payee.bank_name or OPEN],
            ["银行账号", payee.bank_account or OPEN],
        ],
    }


def shown(blocks: Iterable[Block], *, account: bool) -> list[Block]:
    """The text for a reader; the account number only for whom it concerns: those who pay and those who are paid."""
    return [block if account or block["kind"] != "account" else _masked(block) for block in blocks]


def _masked(block: Block) -> Block:
    *rows, [label, number] = block["rows"]
    return block | {"rows": [*rows, [label, number if number == OPEN else mask_account(number)]]}


def _signatures(project: Project, has_community: bool) -> list[Block]:
    found: list[Block] = [
        {"kind": "signature", "party": "甲方", "name": project.call.funder.name},
        {"kind": "signature", "party": "乙方", "name": project.payee.name},
    ]
    if has_community:
        found.append({"kind": "signature", "party": "丙方", "name": place_of(project)})
    return found
