"""The notice of eligibility (资格自检告知单). In Chinese like every paper: see `documents`."""

from collections.abc import Iterable
from math import ceil

from django.utils import timezone, translation

from core import clock
from grants.eligibility import Finding
from grants.models import Call, EligibilityRule, PaperKind, Workshop
from people.models import Organization
from projects.completeness import papers_asked_of
from projects.facts import check_applicant
from projects.models import Project
from reports.documents import Document, file_name, party
from reports.wording import CONDITIONS, PAPERS

ROOMY = 36
"""So many lines have room on a notice of eligibility; with more it is set smaller."""
CLIP, REASON = {False: 70, True: 36}, {False: 140, True: 72}
"""How much of a basis or hint, and of a reason, one sheet has room for: roomy, and set smaller."""


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
            "party": party(organization),
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
