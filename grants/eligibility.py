"""Whether an applicant meets the conditions of a call: the rules engine behind the self-check and the notice (告知单).

Pure: it is given the rules and the facts. Where the rules come from: field guide 1.1 (广州: one year without an entry
in the list of abnormal operation, two years without one in the list of serious dishonesty, three years without a
penalty), 2.10 (ratings hold for five years), 1.1 (海曙, 福田: no double funding). Every figure is the call's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MET, NOT_MET, MISSING = "met", "not_met", "missing"
NAMED = 3
"""So many projects are named in a reason; a notice has one page."""
OUTCOMES = {MET: gettext_lazy("met"), NOT_MET: gettext_lazy("not met"), MISSING: gettext_lazy("missing paper")}


@dataclass(frozen=True)
class CreditEntry:
    """One entry of a credit register: kind as in `people.CreditRecord`, from when until when, and where it stands."""

    kind: str
    entered_on: date
    lifted_on: date | None = None
    source: str = ""
    owner: str = ""
    """The host, when the entry is the host's; empty: the applicant's own."""


@dataclass(frozen=True)
class Place:
    """A community by its code and name."""

    code: str
    name: str


@dataclass(frozen=True)
class Facts:
    """What is known of an applicant on one day."""

    today: date
    is_filed: bool
    host: str = ""
    established_on: date | None = None
    region_code: str = ""
    """Of the applicant's own community."""
    places: tuple[Place, ...] = ()
    """Where the project takes place, when there is a project and it says so."""
    credit: tuple[CreditEntry, ...] = ()
    inspections: dict[int, bool] = field(default_factory=dict)
    """By year: whether it was passed."""
    confirmed_inspections: frozenset[int] = frozenset()
    """Years whose result a clerk has checked; the others are the organisation's own word."""
    rating: int | None = None
    rated_until: date | None = None
    """The first day on which the newest rating no longer holds."""
    rating_confirmed: bool = False
    proposals: int = 0
    """Other proposals in the same call that have not ended."""
    under_way: tuple[str, ...] = ()
    """Funded projects that have not ended, by title."""
    trained: bool = False
    trained_people: int = 0
    """Members who hold a certificate of training that still counts."""
    certified: int = 0


@dataclass(frozen=True)
class Finding:
    """What one rule says of the applicant: the outcome, why, and what to do about it."""

    rule: Any
    outcome: str
    reason: str
    advice: str = ""

    @property
    def is_met(self) -> bool:
        return self.outcome == MET

    @property
    def blocks(self) -> bool:
        """Not met, and the call does not let it pass with an explanation."""
        return not self.is_met and self.rule.severity == "block"

    @property
    def label(self) -> Any:
        """The outcome in a word; what may be explained is no refusal and does not read like one."""
        return OUTCOMES[self.outcome] if self.is_met or self.blocks else _("to be explained")

    @property
    def tone(self) -> str:
        return "good" if self.is_met else "bad" if self.blocks else "warn"


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def months_between(first: date, last: date) -> int:
    """Whole months from `first` to `last`."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def inspection_due(facts: Facts) -> int | None:
    """The newest year whose annual inspection must be done by now (it takes place until the end of June after it).

    None for a filed group, which has none, and for an organisation founded after that year.
    """
    year = facts.today.year - (1 if facts.today.month >= 7 else 2)
    if facts.is_filed or (facts.established_on and facts.established_on.year > year):
        return None
    return year


def findings(rules: Iterable[Any], facts: Facts) -> list[Finding]:
    """One finding a rule, in the order of the rules. A rule has `kind`, `value`, `region` and `severity`."""
    return [Finding(rule, *_CHECKS[rule.kind](rule, facts)) for rule in rules]


Answer = tuple[str, str] | tuple[str, str, str]


REGISTERS = {
    "abnormal": gettext_lazy("list of abnormal operation"),
    "serious": gettext_lazy("list of seriously dishonest organisations"),
    "penalty": gettext_lazy("administrative penalty"),
    "breach": gettext_lazy("breach of an agreement"),
}


def _as_entered(reason: str, confirmed: bool) -> str:
    """What rests on the organisation's own word says so."""
    return reason if confirmed else _("%(reason)s (entered by the organisation, to be checked)") % {"reason": reason}


def _held_against(entry: CreditEntry) -> Answer:
    words = {
        "kind": REGISTERS[entry.kind],
        "day": entry.entered_on,
        "source": entry.source or _("not given"),
        "owner": entry.owner,
    }
    if entry.owner:
        return (
            NOT_MET,
            _("The host “%(owner)s” has an entry: %(kind)s, %(day)s, source: %(source)s.") % words,
            _("Ask the host to have it lifted, choose another host, or ask the funder if the entry is wrong."),
        )
    return (
        NOT_MET,
        _("There is an entry in the credit register: %(kind)s, %(day)s, source: %(source)s.") % words,
        _("Have it lifted, wait until the period is over, or ask the funder if the entry is wrong."),
    )


def _listed(kind: str, default: int) -> Callable[[Any, Facts], Answer]:
    """Not listed at any time in the last years: an entry counts until it has been lifted for so long."""

    def check(rule: Any, facts: Facts) -> Answer:
        since = years_before(facts.today, rule.value if rule.value is not None else default)
        for entry in facts.credit:
            ends = entry.entered_on if kind == "penalty" else entry.lifted_on
            if entry.kind == kind and (ends is None or ends > since):
                return _held_against(entry)
        return MET, _("No entry since %(day)s is known to the platform.") % {"day": since}

    return check


def _not_delisted(rule: Any, facts: Facts) -> Answer:
    """Nobody has delisted the applicant, or its host, until a day that lies ahead."""
    for entry in facts.credit:
        if entry.kind == "delisted" and (entry.lifted_on is None or entry.lifted_on > facts.today):
            words = {"owner": entry.owner, "source": entry.source or _("not given"), "day": entry.lifted_on or "—"}
            if entry.owner:
                reason = _("The host “%(owner)s” is delisted until %(day)s: %(source)s.") % words
                return NOT_MET, reason, _("Choose another host.")
            return (
                NOT_MET,
                _("Delisted until %(day)s: %(source)s.") % words,
                _("Apply after that day. The decision can be appealed; it is lifted where it was wrong."),
            )
    return MET, _("Not delisted.")


def _inspected(rule: Any, facts: Facts) -> Answer:
    year = inspection_due(facts)
    if year is None:
        return MET, _("No annual inspection is due.")
    newest = max((y for y in facts.inspections if y >= year), default=None)
    if newest is None:
        return (
            MISSING,
            _("The result of the annual inspection of %(year)s is not entered.") % {"year": year},
            _("Enter it in your organisation's page and attach the paper."),
        )
    confirmed = newest in facts.confirmed_inspections
    if facts.inspections[newest]:
        return MET, _as_entered(_("Annual inspection of %(year)s passed.") % {"year": newest}, confirmed)
    return (
        NOT_MET,
        _as_entered(_("The annual inspection of %(year)s was not passed.") % {"year": newest}, confirmed),
        _("Mend what was found and have it inspected again."),
    )


def _rated(rule: Any, facts: Facts) -> Answer:
    least = rule.value or 1
    if facts.is_filed:
        return MET, _("Filed groups are not rated.")
    if facts.rating is None or facts.rated_until is None:
        return NOT_MET, _("No rating is entered."), _("Enter the rating in your organisation's page.")
    if facts.rated_until <= facts.today:
        return (
            NOT_MET,
            _("The rating %(level)sA lapsed on %(day)s: it holds for five years.")
            % {"level": facts.rating, "day": facts.rated_until},
            _("Apply for a new rating."),
        )
    if facts.rating < least:
        return (
            NOT_MET,
            _("Rated %(level)sA; at least %(least)sA is asked for.") % {"level": facts.rating, "least": least},
            _("Look for a call that asks for less."),
        )
    rated = _("Rated %(level)sA until %(day)s.") % {"level": facts.rating, "day": facts.rated_until}
    return MET, _as_entered(rated, facts.rating_confirmed)


def _established(rule: Any, facts: Facts) -> Answer:
    least = rule.value or 0
    if facts.established_on is None:
        return MISSING, _("The day of foundation is not entered."), _("Enter it in your organisation's page.")
    months = months_between(facts.established_on, facts.today)
    if months < least:
        return (
            NOT_MET,
            _("Founded %(months)s months ago; %(least)s are asked for.") % {"months": months, "least": least},
            _("Apply in a later call."),
        )
    return MET, _("Founded on %(day)s.") % {"day": facts.established_on}


def _in_region(rule: Any, facts: Facts) -> Answer:
    """Every place of the project lies inside; as long as none is named, the applicant's own community stands for it."""
    region = getattr(rule, "place", rule.region)
    if facts.places:
        outside = [place.name for place in facts.places if not place.code.startswith(rule.region)]
        if outside:
            return (
                NOT_MET,
                _("These places of the project lie outside %(region)s: %(names)s.")
                % {"region": region, "names": "、".join(outside)},
                _("Take them out of the proposal, or look for a call of that district or street."),
            )
        return MET, _("Every place of the project lies in %(region)s.") % {"region": region}
    if not facts.region_code:
        return MISSING, _("No community is entered."), _("Enter your community in your organisation's page.")
    if not facts.region_code.startswith(rule.region):
        return (
            NOT_MET,
            _("Your community (%(code)s) lies outside %(region)s; the project names no place yet.")
            % {"code": facts.region_code, "region": region},
            _("Name the places of the project in the proposal, or look for a call of your own district or street."),
        )
    return MET, _(
        "Your community lies in %(region)s; the project's places are looked at once the proposal names them."
    ) % {"region": region}


def _hosted(rule: Any, facts: Facts) -> Answer:
    if not facts.is_filed:
        return MET, _("Registered: it signs and receives the money itself.")
    if not facts.host:
        return (
            NOT_MET,
            _("A filed group needs a host organisation that signs and receives the money."),
            _("Find a registered organisation or the street's service centre, and enter it in your group's page."),
        )
    return MET, _("Host: %(host)s.") % {"host": facts.host}


def _proposals(rule: Any, facts: Facts) -> Answer:
    most = rule.value if rule.value is not None else 1
    if facts.proposals >= most:
        return (
            NOT_MET,
            _("%(count)s other proposals are in this call; at most %(most)s are allowed in all.")
            % {"count": facts.proposals, "most": most},
            _("Withdraw one of them."),
        )
    return MET, _("%(count)s other proposals in this call; at most %(most)s in all.") % {
        "count": facts.proposals,
        "most": most,
    }


def _not_funded_twice(rule: Any, facts: Facts) -> Answer:
    most = rule.value or 0
    if len(facts.under_way) > most:
        named = "、".join(facts.under_way[:NAMED])
        more = len(facts.under_way) - NAMED
        return (
            NOT_MET,
            _("Funded projects under way: %(titles)s, and %(more)s more.") % {"titles": named, "more": more}
            if more > 0
            else _("Funded projects under way: %(titles)s.") % {"titles": named},
            _("Finish them first, or explain why this is not the same work paid twice."),
        )
    return MET, _("%(count)s funded projects under way.") % {"count": len(facts.under_way)}


def _trained(rule: Any, facts: Facts) -> Answer:
    if facts.trained:
        return MET, _("Somebody of yours took part in a workshop.")
    return NOT_MET, _("Nobody of yours has taken part in a workshop of this call."), _("Sign up for a workshop.")


def _trained_people(rule: Any, facts: Facts) -> Answer:
    least = rule.value or 1
    if facts.trained_people < least:
        return (
            NOT_MET,
            _("%(count)s of your people hold a certificate of training; %(least)s are asked for.")
            % {"count": facts.trained_people, "least": least},
            _("Let them take part in a workshop that gives certificates: those of the last two years count."),
        )
    return MET, _("%(count)s of your people hold a certificate of training.") % {"count": facts.trained_people}


def _certified(rule: Any, facts: Facts) -> Answer:
    least = rule.value or 1
    if facts.certified < least:
        return (
            NOT_MET,
            _("%(count)s certified social workers are entered; %(least)s are asked for.")
            % {"count": facts.certified, "least": least},
            _("Let your social workers enter their certificates."),
        )
    return MET, _("%(count)s certified social workers.") % {"count": facts.certified}


_CHECKS: dict[str, Callable[[Any, Facts], Answer]] = {
    "not_abnormal": _listed("abnormal", 1),
    "not_serious": _listed("serious", 2),
    "no_penalty": _listed("penalty", 3),
    "no_breach": _listed("breach", 3),
    "not_delisted": _not_delisted,
    "inspected": _inspected,
    "rated": _rated,
    "established": _established,
    "in_region": _in_region,
    "hosted": _hosted,
    "proposals": _proposals,
    "not_funded_twice": _not_funded_twice,
    "trained": _trained,
    "trained_people": _trained_people,
    "certified": _certified,
}
