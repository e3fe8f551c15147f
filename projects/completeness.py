"""What a proposal still lacks before it can be submitted: asked of the stored project, by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.models import Attachment
from core.money import plain, yuan
from grants.models import Call
from people.models import Organization
from projects.budget_rules import Breach, breaches, with_basis
from projects.facts import check_applicant
from projects.sections import TABLES, is_filled, places_of, required_of, tables_of

ZERO = Decimal("0.00")
EMPTY_TABLES = {
    "targets": _("Please add at least one measurable goal."),
    "plan_steps": _("Please add at least one step of the plan."),
    "team": _("Please name at least one member of the team."),
    "budget_lines": _("Please add at least one budget line."),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is missing or does not fit: the form's field (or table, or `table:row`) and a sentence."""

    field: str
    message: Any


def stored_tables(project: Any) -> dict[str, Sequence[Any]]:
    """The rows of each table of the project's form."""
    return {name: list(getattr(project, name).all()) for name in tables_of(project.track.form)}


def problems(project: Any, tables: Mapping[str, Sequence[Any]] | None = None) -> list[Problem]:
    """Everything that keeps the proposal from being submitted, from the top of the form down; empty when complete.

    `tables`: rows not yet stored (a form being checked), by name; the stored ones when left out.

    Rules of the call: period inside the call's, grant within the track's cap and its share of the total budget
    (field guide 1.4: grant ≤ min(cap, total × rate)), lines that add up to the request, the budget rules, the papers
    it asks for, and the conditions for applicants: what blocks must be mended, a warning must be explained.
    """
    tables = stored_tables(project) if tables is None else tables
    found = [
        *_profile(project),
        *_missing(project, tables),
        *_terms(project),
        *_steps(project, tables.get("plan_steps", [])),
        *_money(project, tables.get("budget_lines", [])),
        *_papers(project),
        *_conditions(project),
    ]
    place = {"profile": -1} | {name: number for number, name in enumerate(places_of(project.track.form))}
    return sorted(found, key=lambda problem: place.get(problem.field.partition(":")[0], len(place)))


def budget_breaches(project: Any, lines: Sequence[Any]) -> list[Breach]:
    """Every budget rule of the call that these lines break, whether it blocks or warns."""
    return breaches(counted(lines, project.track), project.call.budget_rules.all(), people=project.beneficiaries)


def counted(lines: Sequence[Any], track: Any) -> list[Any]:
    """The lines that make up the total budget: contributions in kind only where the track counts them."""
    return [line for line in lines if line.source != "in_kind" or track.in_kind_counts]


def missing_papers(project: Any) -> list[Any]:
    """The required papers of the call that have not been handed in.

    A recommendation by link counts as one when a community in which the project takes place supports it and none of
    them is against it; it counts before a clerk has called back, so that a group is not kept waiting.
    """
    asked = [paper for paper in project.call.papers.all() if paper.track_id in (None, project.track_id)]
    if not asked:
        return []
    there = kinds_there(project)
    return [paper for paper in asked if paper.is_required and paper.kind not in there]


def kinds_there(project: Any) -> set[str]:
    """The kinds of paper that have been handed in with a proposal."""
    there = set(Attachment.objects.of(project).values_list("kind", flat=True))
    if opinions := project.opinions:
        there |= {"recommendation"} if all(opinion.supports for opinion in opinions) else set()
    return there


@dataclass(frozen=True)
class AskedPaper:
    """A paper that the call asks of one applicant, and whether it is there (还需要哪些手续)."""

    paper: Any
    label: Any
    tone: str


def papers_asked_of(applicant: Organization, call: Call, project: Any = None) -> list[AskedPaper]:
    """Each paper of the call that concerns this applicant: there, missing, or to be prepared as long as there is no
    `project` to hand it in with."""
    there = kinds_there(project) if project is not None else set()
    return [
        AskedPaper(paper, *_standing(paper, paper.kind in there, begun=project is not None))
        for paper in call.papers.select_related("track")
        if paper.track is None or paper.track.takes(applicant)
    ]


def _standing(paper: Any, is_there: bool, *, begun: bool) -> tuple[Any, str]:
    if is_there:
        return _("there"), "good"
    if not paper.is_required:
        return _("if there is one"), "neutral"
    return (_("missing"), "bad") if begun else (_("to be prepared"), "warn")


def waits_for_a_call(project: Any) -> bool:
    """Whether a required recommendation rests on an answer by link that no clerk has confirmed by calling back."""
    asked = project.call.papers.filter(kind="recommendation", is_required=True)
    if not any(paper.track_id in (None, project.track_id) for paper in asked):
        return False
    if Attachment.objects.of(project).filter(kind="recommendation").exists():
        return False
    return any(opinion.is_genuine is None for opinion in project.opinions)


def lacks_profile(project: Any) -> bool:
    """The full form asks for a few lines about the organisation (单位基本情况); the short one does not."""
    return project.track.form == "full" and not project.applicant.profile.strip()


def _profile(project: Any) -> list[Problem]:
    message = _("Please write a few lines about your organisation on its page; experts read them first.")
    return [Problem("profile", message)] if lacks_profile(project) else []


def _missing(project: Any, tables: Mapping[str, Sequence[Any]]) -> list[Problem]:
    required = required_of(project.track.form)
    found = [
        Problem(name, _("Please fill this in before you submit."))
        for name in required - set(TABLES)
        if not is_filled(getattr(project, name))
    ]
    return found + [Problem(name, EMPTY_TABLES[name]) for name in TABLES if name in required and not tables.get(name)]


def _terms(project: Any) -> list[Problem]:
    call, found = project.call, []
    if project.field_id and project.field not in call.service_fields.all():
        found.append(Problem("field", _("This call does not fund this field.")))
    if project.starts_on and project.starts_on < call.starts_on:
        found.append(
            Problem("starts_on", _("Projects of this call start on %(day)s at the earliest.") % {"day": call.starts_on})
        )
    if project.ends_on and project.ends_on > call.ends_on:
        found.append(Problem("ends_on", _("Projects of this call end by %(day)s.") % {"day": call.ends_on}))
    if project.starts_on and project.ends_on and project.starts_on > project.ends_on:
        found.append(Problem("ends_on", _("The project must end after it starts.")))
    if project.applicant.is_filed and project.host_id is None:
        found.append(Problem("host", _("A filed group needs a host organisation that signs and receives the money.")))
    return found


def _steps(project: Any, steps: Sequence[Any]) -> list[Problem]:
    """Steps of the plan lie inside the project."""
    first, last = project.starts_on, project.ends_on
    if not first or not last:
        return []
    outside = [step.name for step in steps if not first <= step.starts_on <= step.ends_on <= last]
    message = _("These steps lie outside the project's time: %(names)s.") % {"names": "、".join(outside)}
    return [Problem("plan_steps", message)] if outside else []


def _money(project: Any, lines: Sequence[Any]) -> list[Problem]:
    total = sum((line.amount for line in counted(lines, project.track)), ZERO)
    grant = sum((line.amount for line in lines if line.source == "grant"), ZERO)
    found = money_problems(project.amount_requested, grant, total, project.track)
    unproved = [line.item for line in lines if line.source == "in_kind" and not line.basis.strip()]
    if unproved:
        message = _("Say on what basis these contributions in kind are valued: %(items)s.")
        found.append(Problem("budget_lines", message % {"items": "、".join(unproved)}))
    broken = budget_breaches(project, lines)
    explained = explained_limits(project) if any(not breach.blocks for breach in broken) else set()
    for breach in broken:
        place = f"budget_lines:{breach.line.key}" if breach.line else "budget_lines"
        if breach.blocks:
            found.append(Problem(place, breach.sentence))
        elif breach.rule.pk not in explained:
            message = _("%(reason)s Please mend it, or explain it on the page of the eligibility check.")
            found.append(Problem(place, message % {"reason": breach.sentence}))
    return found


def explained_limits(project: Any) -> set[int]:
    """The budget rules to whose warning the applicant has said something."""
    return set(project.explanations.filter(limit__isnull=False).values_list("limit", flat=True))


def _papers(project: Any) -> list[Problem]:
    return [
        Problem("papers", _("This paper is missing: %(paper)s.") % {"paper": paper.get_kind_display()})
        for paper in missing_papers(project)
    ]


def _conditions(project: Any) -> list[Problem]:
    found = []
    explained = None
    for finding in check_applicant(project.applicant, project.call, host=project.host, project=project):
        if finding.is_met:
            continue
        if finding.blocks:
            found.append(Problem("eligibility", f"{finding.reason} {finding.advice}"))
            continue
        if explained is None:
            explained = set(project.explanations.filter(rule__isnull=False).values_list("rule", flat=True))
        if finding.rule.pk not in explained:
            message = _("%(reason)s Please explain it in the eligibility check.") % {"reason": finding.reason}
            found.append(Problem("eligibility", message))
    return found


def money_problems(requested: Decimal | None, grant: Decimal, total: Decimal, track: Any) -> list[Problem]:
    """What is wrong with a request (yuan) against its budget lines and the track's limits."""
    if requested is None:
        return []
    found = []
    if requested <= 0:
        found.append(Problem("amount_requested", _("Please ask for more than 0 yuan.")))
    if requested > track.cap:
        found.append(
            Problem(
                "amount_requested",
                with_basis(
                    _("This track grants at most %(cap)s yuan a project.") % {"cap": yuan(track.cap)},
                    track.legal_basis,
                ),
            )
        )
    if grant != requested:
        found.append(
            Problem(
                "amount_requested",
                _("The lines paid from this grant add up to %(lines)s yuan, but %(requested)s yuan are requested.")
                % {"lines": yuan(grant), "requested": yuan(requested)},
            )
        )
    if requested * 100 > total * track.max_share:
        found.append(
            Problem(
                "amount_requested",
                with_basis(
                    _("The grant may be at most %(share)s%% of the total budget of %(total)s yuan.")
                    % {"share": plain(track.max_share), "total": yuan(total)},
                    track.legal_basis,
                ),
            )
        )
    return found
