"""The proposal (项目申报书). In Chinese like every paper: see `documents`."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import prefetch_related_objects

from core.masking import mask_account, mask_phone
from grants.models import Track
from people.models import Inspection
from projects.agreement_text import day_in_words
from projects.applicants import applicant_facts
from projects.models import BudgetLine, Project, TeamMember
from projects.sections import fields_of
from reports.documents import Document, file_name, party
from reports.wording import CATEGORIES, CERTIFICATES, INSPECTED, RANKS, SOURCES, TEXTS

ZERO = Decimal("0.00")
TIERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


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


def _numbered(texts: Iterable[tuple[str, str]]) -> list[Tier]:
    return [Tier(TIERS[place], heading, text) for place, (heading, text) in enumerate(texts)]


def _standing(project: Project) -> dict[str, Any]:
    """Rating, inspections and earlier projects of the applicant; what no clerk has confirmed says so."""
    facts = applicant_facts(project)
    rating = ""
    if facts.rating:
        until = "有效期至" if facts.rating.is_valid else "已于此日失效："
        granted, expires = day_in_words(facts.rating.granted_on), day_in_words(facts.rating.expires_on)
        rating = f"{facts.rating.level}A（{granted}获评，{until}{expires}）"
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
            "applicant": party(project.applicant),
            "standing": _standing(project),
            "host": party(project.host) if project.host else None,
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
            "contents": "page" if project.track.form == Track.Form.FULL else "none",
        },
    )
