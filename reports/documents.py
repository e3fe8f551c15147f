"""What each document says: its file name, its template, and the facts that the template lays out.

These are papers that people sign and file, in Chinese whatever language the screen is in. Hence the Chinese
words here and in templates/pdf/: a legal wording is written once, and not translated back and forth.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from math import ceil
from typing import Any, NamedTuple

from django.db.models import prefetch_related_objects
from django.utils import timezone, translation

from core import clock
from core.masking import mask_account, mask_phone
from core.models import Event
from core.money import yuan
from core.workdays import add_workdays
from grants.eligibility import Finding
from grants.models import Call, EligibilityRule, Fund, PaperKind, Workshop
from people.models import Inspection, Kind, Organization
from projects.agreement_text import FUND_SOURCES, shown
from projects.applicants import applicant_facts
from projects.completeness import papers_asked_of
from projects.facts import check_applicant
from projects.models import Activity, BudgetLine, Comment, PlanVersion, Project, ReturnNotice, TeamMember
from projects.places import name_places
from projects.sections import fields_of
from reports.wording import (
    CATEGORIES,
    CERTIFICATES,
    CONDITIONS,
    INSPECTED,
    KINDS,
    PAPERS,
    RANKS,
    SOURCES,
    TEXTS,
)

ZERO = Decimal("0.00")

ROOMY = 36
"""So many lines have room on a notice of eligibility; with more it is set smaller."""
CLIP, REASON = {False: 70, True: 36}, {False: 140, True: 72}
"""How much of a basis or hint, and of a reason, one sheet has room for: roomy, and set smaller."""
TIERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


class Document(NamedTuple):
    """A document before it is laid out."""

    filename: str
    template: str
    context: dict[str, Any]


class Tier(NamedTuple):
    """One text of the plan under its heading: （一）项目概述."""

    ordinal: str
    heading: str
    text: str


class Line(NamedTuple):
    """One row of the budget table."""

    line: BudgetLine
    category: str
    source: str
    rank: str
    step: str


def _same(value: str) -> str:
    return value


def file_name(*parts: str) -> str:
    """A file name of these parts that every system accepts."""
    joined = "-".join(part for part in parts if part)
    return "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in joined) + ".pdf"


def _numbered(texts: Iterable[tuple[str, str]]) -> list[Tier]:
    return [Tier(TIERS[place], heading, text) for place, (heading, text) in enumerate(texts)]


def _party(organization: Organization) -> dict[str, Any]:
    """An organisation as papers name it: which number it has, and from whom."""
    return {
        "organization": organization,
        "kind": KINDS[Kind(organization.kind)],
        "number_name": "备案编号" if organization.is_filed else "统一社会信用代码",
        "authority_name": "备案机关" if organization.is_filed else "登记机关",
    }


def _standing(project: Project) -> dict[str, Any]:
    """Rating, inspections and earlier projects of the applicant; what no clerk has confirmed says so."""
    facts = applicant_facts(project)
    rating = ""
    if facts.rating:
        until = "有效期至" if facts.rating.is_valid else "已于此日失效："
        rating = (
            f"{facts.rating.level}A（{_date(facts.rating.granted_on)}获评，{until}{_date(facts.rating.expires_on)}）"
        )
        rating += _unconfirmed(facts.rating.is_confirmed)
    return {
        "rating": rating,
        "inspections": [
            f"{each.year}年度{INSPECTED[Inspection.Result(each.result)]}{_unconfirmed(each.is_confirmed)}"
            for each in facts.inspections
        ],
        "funded": [f"{earlier.call.title}：{earlier.title}" for earlier in facts.funded],
    }


def _unconfirmed(is_confirmed: bool) -> str:
    return "" if is_confirmed else "（单位自填，待核）"


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def proposal(project: Project, *, contact: bool, cuts: bool = True, account: bool = False) -> Document:
    """The proposal (项目申报书). `contact`: the reader may see phones (`projects.see_contact`), `account`: the
    number of the payee's account (`projects.see_payee_account`).

    `cuts`: the reader may see what the financial pre-check has cut so far (`projects.see_cuts`).

    An expert judges the plan and needs neither; both are masked for him.
    """
    prefetch_related_objects([project], "budget_lines", "plan_steps", "other_communities")
    steps = {step.key: step.name for step in project.plan_steps.all()}
    lines = [
        Line(
            line,
            CATEGORIES[BudgetLine.Category(line.category)],
            SOURCES[BudgetLine.Source(line.source)],
            RANKS.get(line.rank, ""),
            steps.get(line.step_key, ""),
        )
        for line in project.budget_lines.all()
    ]
    subtotals = [
        (name, sum((each.line.amount for each in lines if each.line.source == source), ZERO))
        for source, name in SOURCES.items()
    ]
    asked = fields_of(project.track.form)
    phone: Callable[[str], str] = _same if contact else mask_phone
    return Document(
        file_name("项目申报书", project.number, project.title),
        "pdf/proposal.html",
        {
            "title": "项目申报书",
            "number": project.number,
            "author": project.applicant.name,
            "project": project,
            "applicant": _party(project.applicant),
            "standing": _standing(project),
            "host": _party(project.host) if project.host else None,
            "payee": project.payee,
            "payee_account": project.payee.bank_account if account else mask_account(project.payee.bank_account),
            "leader_phone": phone(project.leader_phone),
            "applicant_phone": phone(project.applicant.phone),
            "host_phone": phone(project.host.phone) if project.host else "",
            "nature": "自治项目" if project.nature == Project.Nature.SELF_GOVERNANCE else "服务项目",
            "answers": project.answers,
            "submission": project.submissions.select_related("by").order_by("-ordinal").first(),
            "texts": _numbered((heading, getattr(project, name)) for name, heading in TEXTS.items() if name in asked),
            "targets": project.targets.all(),
            "steps": project.plan_steps.all(),
            "team": [(member, CERTIFICATES[TeamMember.Certified(member.certificate)]) for member in project.team.all()],
            "partners": project.partners.all(),
            "contact": contact,
            "others": project.other_communities.all() if "other_communities" in asked else [],
            "opinions": project.opinions,
            "cut": project.amount_cut if cuts else ZERO,
            "lines": lines,
            "subtotals": [(name, amount) for name, amount in subtotals if amount],
            "total": project.total_budget,
            "milestones": project.milestones.all(),
        },
    )


def eligibility_notice(organization: Organization, call: Call, project: Project | None = None) -> Document:
    """One sheet for an applicant (资格自检告知单): each condition of the call, met or not, why, and what to do; and
    each paper, there or not. `project`: the proposal being written, by whose places, host and files it is answered.

    (S1: 「自动填表并生成一张告知单」「还需要哪些手续」) It says what the platform knows at that minute and decides
    nothing: a print-out, with its time and without a number of its own.
    """
    papers = papers_asked_of(organization, call, project)
    with translation.override("zh-hans"):  # a paper is Chinese whatever language the screen is in
        found = check_applicant(organization, call, host=project.host if project else None, project=project)
        told = [(each.reason + each.advice, each.rule.legal_basis) for each in found]
        dense = _lines([*told, *((asked.paper.hint, asked.paper.legal_basis) for asked in papers)]) > ROOMY
        conditions = [
            (
                _condition(each),
                each.label,
                _clip(each.reason, REASON[dense]),
                each.advice,
                _clip(each.rule.legal_basis, CLIP[dense]),
            )
            for each in found
        ]
    return Document(
        file_name("资格自检告知单", call.code, organization.name),
        "pdf/eligibility.html",
        {
            "title": "资格自检告知单",
            "author": call.funder.name,
            "call": call,
            "party": _party(organization),
            "track": call.track_for(organization),
            "project": project,
            "findings": conditions,
            "papers": [
                (
                    PAPERS[PaperKind(asked.paper.kind)],
                    _clip(asked.paper.hint, CLIP[dense]),
                    asked,
                    _clip(asked.paper.legal_basis, CLIP[dense]),
                )
                for asked in papers
            ],
            "is_dense": dense,
            "blocked": any(finding.blocks for finding in found) or call.track_for(organization) is None,
            "unmet": sum(not finding.is_met for finding in found),
            "workshops": _workshops_for(call, found),
            "now": timezone.localtime(clock.now()),
        },
    )


def _workshops_for(call: Call, found: Iterable[Finding]) -> Iterable[Workshop]:
    """The workshops to come, where the advice is to sign up for one: paper has no links."""
    untrained = any(finding.rule.kind == EligibilityRule.Kind.TRAINED and not finding.is_met for finding in found)
    return call.workshops.upcoming().order_by("starts_at")[:3] if untrained else ()


def _condition(finding: Finding) -> str:
    """A condition as the notice names it, with its figure: 社会组织评估等级（3A）."""
    name, figure = CONDITIONS[EligibilityRule.Kind(finding.rule.kind)], finding.rule.figure
    return f"{name}（{figure}）" if figure else name


def _lines(rows: Iterable[tuple[str, str]]) -> int:
    """About how many lines the rows of a notice take: a reason has 20 characters a line, a basis 15."""
    return sum(max(1, ceil(len(reason) / 20), ceil(len(basis) / 15)) for reason, basis in rows)


def _clip(text: str, most: int) -> str:
    """So much of a basis, a hint or a reason as one sheet has room for; the pages on the screen have all of it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


class Chunk(NamedTuple):
    """Blocks of an agreement that are laid out together."""

    kind: str
    blocks: list[dict[str, Any]]


def agreement(project: Project, *, account: bool = False) -> Document:
    """The agreement (立项协议书) as its text was frozen, with the plan that is its annex.

    `account`: the reader may see the account number of the payee; else it is masked.

    Only what happens afterwards is read from elsewhere: who signed when, and whether the text still has its digest.
    """
    found = project.agreement
    body = [block for block in shown(found.blocks, account=account) if block["kind"] != "signature"]
    last = body[-1:] if body[-1]["kind"] == "text" else []
    chunks = [
        Chunk(kind, list(blocks))
        for kind, blocks in groupby(
            body[: len(body) - len(last)], key=lambda b: "prose" if b["kind"] in ("clause", "text") else b["kind"]
        )
    ]
    return Document(
        file_name("立项协议书", found.number, project.title),
        "pdf/agreement.html",
        {
            "title": "立项协议书",
            "number": found.number,
            "author": project.call.funder.name,
            "agreement": found,
            "project": project,
            "chunks": chunks,
            "last": last,
            "signatures": [block for block in found.blocks if block["kind"] == "signature"],
            "version": found.version,
            **annex(found.version),
        },
    )


ANNEXED = {
    "targets": ("goal", "indicator", "value", "unit", "proof"),
    "plan_steps": ("name", "starts_on", "ends_on", "content", "times", "responsible"),
    "team": ("name", "part", "certificate", "post"),
    "partners": ("name", "duty", "brings"),
    "budget_lines": ("category", "item", "unit_price", "unit", "quantity", "amount", "source", "basis"),
}
"""The columns of the plan that are annexed: no telephone numbers."""


class AnnexTable(NamedTuple):
    """One table of the plan, as it is annexed."""

    name: str
    columns: list[str]
    rows: list[list[str]]


def annex(version: PlanVersion) -> dict[str, Any]:
    """A version of the plan as a paper has it: its texts under their labels, and its tables."""
    content = version.content
    with translation.override("zh-hans"):
        texts = [
            (str(Project._meta.get_field(name).verbose_name), text)
            for name, text in content["fields"].items()
            if text and name not in ("leader_phone", "amount_requested")
        ]
        texts.append(("资助金额", f"{yuan(Decimal(version.figures['award']))}元"))
        amounts = {line["key"]: yuan(line["amount"]) for line in version.lines}
        tables = []
        for name, columns in ANNEXED.items():
            rows = content["tables"].get(name, [])
            model: Any = Project._meta.get_field(name).related_model
            if rows:
                labels = [
                    "金额（元）" if c == "amount" else str(model._meta.get_field(c).verbose_name) for c in columns
                ]
                cells = [
                    [amounts.get(row["key"], "") if c == "amount" else row.get(c, "") for c in columns] for row in rows
                ]
                tables.append(AnnexTable(str(model._meta.verbose_name_plural), labels, cells))
    return {"annex_texts": texts, "annex_tables": tables}


def award_letter(project: Project) -> Document:
    """The letter that tells the group of its award (立项通知书), as it stood on the day of the approval."""
    assert project.approved_at is not None, "an award letter follows an approval"
    approved_on = clock.localdate(project.approved_at)
    return Document(
        file_name("立项通知书", project.number, project.title),
        "pdf/award_letter.html",
        {
            "title": "立项通知书",
            "number": project.number,
            "author": project.call.funder.name,
            "project": project,
            "funder": project.call.funder,
            "source": FUND_SOURCES[Fund.Source(project.call.fund.source)],
            "approved_on": approved_on,
            "printed_on": approved_on,
            "sign_by": add_workdays(approved_on, project.call.signing_workdays),
        },
    )


def correction_notice(project: Project, returned: Event) -> Document:
    """The letter that says what must be corrected (补正通知书), all at once, and until when."""
    with translation.override("zh-hans"):  # the places are named by the labels of the form
        sent = project.comments.roots().filter(kind=Comment.Kind.CORRECTION, sent_at__gte=returned.at)
        later = Event.objects.about(project).filter(name="return_for_correction", at__gt=returned.at).first()
        remarks = name_places(project, list(sent.filter(sent_at__lt=later.at) if later else sent))
    returned_on = clock.localdate(returned.at)
    is_current = project.state == Project.State.RETURNED and later is None
    last_day = project.due_on if is_current else add_workdays(returned_on, project.call.correction_workdays)
    return Document(
        file_name("补正通知书", project.number, project.title),
        "pdf/correction_notice.html",
        {
            "title": "补正通知书",
            "number": project.number,
            "author": project.call.funder.name,
            "project": project,
            "funder": project.call.funder,
            "returned_on": returned_on,
            "last_day": last_day,
            "remarks": remarks,
            "reason": returned.note,
        },
    )


def return_notice(notice: ReturnNotice) -> Document:
    """The letter that asks for money back: 追缴通知书 after a termination, 结余资金退回通知书 after the end."""
    project = notice.project
    title = "追缴通知书" if notice.is_clawback else "结余资金退回通知书"
    return Document(
        file_name(title, notice.number, project.title),
        "pdf/return_notice.html",
        {
            "title": title,
            "number": notice.number,
            "author": project.call.funder.name,
            "notice": notice,
            "project": project,
            "payee": project.payee,
            "funder": project.call.funder,
            "issued_on": clock.localdate(notice.issued_at),
        },
    )


def activity_plan(activity: Activity, *, contact: bool) -> Document:
    """The plan of one activity (活动方案) with its materials. `contact` as for the proposal."""
    project = activity.project
    return Document(
        file_name("活动方案", clock.localdate(activity.starts_at).isoformat(), activity.theme),
        "pdf/activity_plan.html",
        {
            "title": "活动方案",
            "number": project.number,
            "author": project.applicant.name,
            "activity": activity,
            "project": project,
            "leader_phone": project.leader_phone if contact else mask_phone(project.leader_phone),
            "partners": activity.partners.all(),
            "items": activity.items.all(),
            "cost": activity.cost,
        },
    )
