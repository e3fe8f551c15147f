"""Indicators with numerator and denominator stated, so that two people who calculate one get the same. Pure: no ORM.

Every indicator says what is divided by what, from where both come, and why it is not known when a base is missing: an
empty base is never a zero. Percentages and means are rounded half-up. Half of the values lie at or below the median (of
an even number the mean of the two in the middle), nine tenths at or below the 90th percentile (nearest rank).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from math import ceil
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.money import round_half_up


class Unit(StrEnum):
    PERCENT = "percent"
    DAYS = "days"
    WORKDAYS = "workdays"
    GROUPS = "groups"
    PAPERS = "papers"
    TIMES = "times"


@dataclass(frozen=True)
class Indicator:
    """One figure as it is read. `value` is None when it is not known; `missing` says why."""

    key: str
    label: Any
    value: Decimal | None
    unit: Unit
    numerator: Decimal | int | None
    denominator: Decimal | int | None
    definition: Any
    source: Any
    missing: Any = ""
    note: Any = ""


@dataclass(frozen=True)
class Facts:
    """What was counted for one call, district or year. None: nobody has said."""

    staff: int = 0
    certified: int = 0
    residents: int = 0
    nameless: int = 0
    population: int | None = None
    without_population: tuple[str, ...] = ()
    signed: int = 0
    first_timers: int = 0
    income: Decimal | None = None
    public_income: Decimal | None = None
    organizations: int = 0
    with_income: int = 0
    filed: int = 0
    communities: int = 0
    communities_on_target: int = 0
    target: int = 0
    groups_dated: int = 0
    groups_undated: int = 0
    groups_new: int = 0
    year: int = 0
    days: Sequence[int] = field(default_factory=tuple)
    workdays: Sequence[int] = field(default_factory=tuple)
    undecided: int = 0
    submitted: int = 0
    papers: int = 0
    returned: int = 0
    corrections: int = 0


def indicators(facts: Facts) -> list[Indicator]:
    """All of them, in the order in which they are shown."""
    return [
        _certified(facts),
        _participation(facts),
        _first_time(facts),
        _public_money(facts),
        *_filed(facts),
        _new_groups(facts),
        *_durations(facts),
        _papers(facts),
        *_corrections(facts),
    ]


def percent(part: Decimal | int | None, whole: Decimal | int | None, places: int = 1) -> Decimal | None:
    """None without a whole: what is not known is no zero."""
    if part is None or not whole:
        return None
    return round_half_up(Decimal(part) * 100 / Decimal(whole), places)


def mean(total: int, of: int, places: int = 1) -> Decimal | None:
    return round_half_up(Decimal(total) / of, places) if of else None


def median(values: Sequence[int]) -> Decimal | None:
    ranked, middle = sorted(values), len(values) // 2
    if not ranked:
        return None
    if len(ranked) % 2:
        return Decimal(ranked[middle])
    return round_half_up(Decimal(ranked[middle - 1] + ranked[middle]) / 2, 1)


def percentile_90(values: Sequence[int]) -> Decimal | None:
    """Nearest rank: the smallest value at or below which nine tenths lie."""
    return Decimal(sorted(values)[ceil(len(values) * 9 / 10) - 1]) if values else None


def _certified(facts: Facts) -> Indicator:
    return Indicator(
        "certified",
        _("Certified social workers"),
        percent(facts.certified, facts.staff),
        Unit.PERCENT,
        facts.certified,
        facts.staff,
        _("People with a valid social worker's certificate / people of the social work organisations funded here"),
        _("Memberships (head, staff, finance) and certificates, as they are today"),
        "" if facts.staff else _("no social work organisation is funded here, or it has entered no people"),
    )


def _participation(facts: Facts) -> Indicator:
    missing = ""
    if facts.population is None:
        names = "、".join(facts.without_population)
        missing = _("the population is not entered: %(names)s") % {"names": names} if names else _("no community")
    note, recorded = "", facts.residents or facts.signed
    if not missing and not recorded:
        missing = _("no person is recorded")
    if facts.nameless:
        note = _("At most: %(n)s persons without a name or phone are counted once a project") % {"n": facts.nameless}
    return Indicator(
        "participation",
        _("Participation"),
        percent(facts.residents, facts.population, 2) if recorded else None,
        Unit.PERCENT,
        facts.residents,
        facts.population,
        _("Different persons who live in the projects' communities and took part / population of these communities"),
        _("Sign-ins and rosters; a person in several projects counts once; population as entered with the community"),
        missing,
        note,
    )


def _first_time(facts: Facts) -> Indicator:
    return Indicator(
        "first_time",
        _("First-time participants"),
        percent(facts.first_timers, facts.signed),
        Unit.PERCENT,
        facts.first_timers,
        facts.signed,
        _("Different persons who said at a sign-in that it was their first time / different persons who signed in"),
        _("Sign-ins at activities that are recorded"),
        "" if facts.signed else _("nobody has signed in"),
    )


def _public_money(facts: Facts) -> Indicator:
    missing, note = "", ""
    if facts.organizations:
        told = {"known": facts.with_income, "all": facts.organizations}
        note = _("%(known)s of %(all)s organisations have entered it") % told
    if not facts.organizations:
        missing = _("no organisation is funded here")
    elif facts.income is None:
        missing = _("none of %(n)s organisations has entered its income") % {"n": facts.organizations}
    elif not facts.income:
        missing = _("the income that is entered is zero")
    return Indicator(
        "public_money",
        _("Dependence on public money"),
        percent(facts.public_income, facts.income),
        Unit.PERCENT,
        facts.public_income,
        facts.income,
        _("Income from public money / all income, of the organisations funded here, each for its newest year (yuan)"),
        _("Annual inspections, as the organisations have entered them"),
        missing,
        note,
    )


def _filed(facts: Facts) -> list[Indicator]:
    missing = "" if facts.communities else _("no community")
    source = _("Organisations that are filed, by community, as they are today")
    return [
        Indicator(
            "filed",
            _("Filed groups a community"),
            mean(facts.filed, facts.communities),
            Unit.GROUPS,
            facts.filed,
            facts.communities,
            _("Groups that are filed / communities"),
            source,
            missing,
        ),
        Indicator(
            "filed_on_target",
            _("Communities that reach the target"),
            percent(facts.communities_on_target, facts.communities),
            Unit.PERCENT,
            facts.communities_on_target,
            facts.communities,
            _("Communities with at least %(target)s filed groups / communities") % {"target": facts.target},
            source,
            missing,
        ),
    ]


def _new_groups(facts: Facts) -> Indicator:
    note = ""
    if facts.groups_undated:
        note = _("%(n)s groups without a founding day are left out") % {"n": facts.groups_undated}
    return Indicator(
        "new_groups",
        _("New groups"),
        percent(facts.groups_new, facts.groups_dated),
        Unit.PERCENT,
        facts.groups_new,
        facts.groups_dated,
        _("Community groups founded in %(year)s / community groups whose founding day is known") % {"year": facts.year},
        _("Organisations of these communities"),
        "" if facts.groups_dated else _("no group with a founding day"),
        note,
    )


def _durations(facts: Facts) -> list[Indicator]:
    missing = "" if facts.days else _("nothing has been decided yet")
    note = _("%(n)s proposals are not decided yet and left out") % {"n": facts.undecided} if facts.undecided else ""
    source = _("The first submission, and the log of the decision")
    found = []
    halves = {
        "days": (_("Days from submission to decision, median"), _("Days from submission to decision, 90th percentile")),
        "workdays": (
            _("Workdays from submission to decision, median"),
            _("Workdays from submission to decision, 90th percentile"),
        ),
    }
    for values, unit, name in ((facts.days, Unit.DAYS, "days"), (facts.workdays, Unit.WORKDAYS, "workdays")):
        half, nine_tenths = halves[name]
        for how, value, label in (("median", median(values), half), ("p90", percentile_90(values), nine_tenths)):
            found.append(
                Indicator(
                    f"{name}_{how}",
                    label,
                    value,
                    unit,
                    None,
                    len(values),
                    _("From the first submission to the first decision; half, or nine tenths, took no longer"),
                    source,
                    missing,
                    note,
                )
            )
    return found


def _papers(facts: Facts) -> Indicator:
    return Indicator(
        "papers",
        _("Papers asked of a proposal"),
        mean(facts.papers, facts.submitted),
        Unit.PAPERS,
        facts.papers,
        facts.submitted,
        _("Required papers of the submitted proposals / submitted proposals"),
        _("What the call asks of the applicant's track"),
        "" if facts.submitted else _("nothing has been submitted"),
    )


def _corrections(facts: Facts) -> list[Indicator]:
    missing, source = "" if facts.submitted else _("nothing has been submitted"), _("The log of the formal check")
    return [
        Indicator(
            "returned",
            _("Proposals sent back for correction"),
            percent(facts.returned, facts.submitted),
            Unit.PERCENT,
            facts.returned,
            facts.submitted,
            _("Proposals that were sent back at least once / submitted proposals"),
            source,
            missing,
        ),
        Indicator(
            "corrections",
            _("Corrections a proposal"),
            mean(facts.corrections, facts.submitted, 2),
            Unit.TIMES,
            facts.corrections,
            facts.submitted,
            _("How often proposals were sent back / submitted proposals"),
            source,
            missing,
        ),
    ]
