"""Where a project is in trouble, said early: the lights of the mentor's desk. Pure: facts in, lights out.

Each light is a colour and a sentence. Red: somebody should act now. Yellow: have a look. Green: nothing stands out.

    light        yellow                                        red
    late         something is due and not there                … for more than 14 days
    money        spent a quarter of the award less or more     … 45 hundredths less; more than the award
                 than the time that had passed
    people       fewer than six tenths of the people whom      … three tenths
                 the time that had passed asks for
    advice       a remark nobody answered for 7 days, or       … for 21 days; 14 days overdue
                 what was agreed is overdue
    visit        nobody was there for 30 days                  … for 60 days
    standing     a warning of the funder is open               … unanswered past its day; suspended, or a
                                                               rectification is open

Money is judged from the fifth part of the time on, people from the fourth: before, everything looks late. Both are
judged by the day on which they were counted, not by today: an account of last quarter says nothing of this month.
Every figure is a convention of this platform and no rule of any bureau: a light decides nothing (guide S11: 督导).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import yuan

LATE_BAD = 14
MONEY_FROM, MONEY_WARN, MONEY_BAD = Decimal("0.20"), Decimal("0.25"), Decimal("0.45")
PEOPLE_FROM, PEOPLE_WARN, PEOPLE_BAD = Decimal("0.25"), Decimal("0.60"), Decimal("0.30")
ANSWER_WARN, ANSWER_BAD = 7, 21
FOLLOW_UP_BAD = 14
VISIT_WARN, VISIT_BAD = 30, 60
ZERO, ONE = Decimal(0), Decimal(1)


class Tone(StrEnum):
    BAD, WARN, GOOD = "bad", "warn", "good"


COLOURS = {
    Tone.BAD: gettext_lazy("Red"),
    Tone.WARN: gettext_lazy("Yellow"),
    Tone.GOOD: gettext_lazy("Green"),
}
"""Said in words: whoever sees no colours reads them."""
KINDS = {
    "standing": gettext_lazy("Standing"),
    "late": gettext_lazy("Late"),
    "money": gettext_lazy("Money"),
    "people": gettext_lazy("People reached"),
    "advice": gettext_lazy("Advice"),
    "visit": gettext_lazy("Visit"),
    "plan": gettext_lazy("In all"),
}


@dataclass(frozen=True)
class Light:
    """One colour with its reason."""

    kind: str
    tone: Tone
    reason: str

    @property
    def name(self) -> Any:
        return KINDS[self.kind]

    @property
    def colour(self) -> Any:
        return COLOURS[self.tone]


@dataclass(frozen=True)
class Owed:
    """Something that is to be there by a day: a report on a milestone, the record of an activity, the closure."""

    what: str
    due_on: date


@dataclass(frozen=True)
class Asked:
    """A remark of the mentor that waits for the group's answer, or what the two agreed on."""

    what: str
    since: date


@dataclass(frozen=True)
class Warned:
    """A warning of the funder that is not closed yet."""

    since: date
    until: date
    is_answered: bool


@dataclass(frozen=True)
class Facts:
    """What is known of one project on one day."""

    today: date
    is_working: bool = True
    """Work goes on: only then can it be late."""
    starts_on: date | None = None
    ends_on: date | None = None
    suspended_since: date | None = None
    rectify_since: date | None = None
    rectify_until: date | None = None
    warned: Sequence[Warned] = ()
    owed: Sequence[Owed] = ()
    awarded: Decimal | None = None
    spent: Decimal = ZERO
    spent_on: date | None = None
    """The day of the account; None: there is none yet."""
    persons: int = 0
    persons_wanted: int | None = None
    persons_on: date | None = None
    unanswered: Sequence[Asked] = field(default_factory=tuple)
    undone: Sequence[Asked] = field(default_factory=tuple)
    """What was agreed and is overdue; `since` is its due day."""
    seen_on: date | None = None
    """When somebody was last there."""


def elapsed(facts: Facts, day: date) -> Decimal:
    """Which part of the project's time has passed on a day, 0 to 1."""
    if facts.starts_on is None or facts.ends_on is None:
        return ZERO
    whole = (facts.ends_on - facts.starts_on).days + 1
    gone = (day - facts.starts_on).days + 1
    return min(max(Decimal(gone) / whole, ZERO), ONE)


def lights(facts: Facts) -> list[Light]:
    """What stands out, the worst first; one green light when nothing does."""
    found = list(_standing(facts))
    if facts.is_working:
        found += [*_late(facts), *_money(facts), *_people(facts)]
    found += list(_advice(facts))
    if facts.is_working:
        found += list(_visit(facts))
    found.sort(key=lambda light: light.tone != Tone.BAD)  # stable: equal colours keep the order above
    return found or [Light("plan", Tone.GOOD, _("Nothing stands out."))]


def worst(found: Iterable[Light]) -> Tone:
    tones = {light.tone for light in found}
    return Tone.BAD if Tone.BAD in tones else Tone.WARN if Tone.WARN in tones else Tone.GOOD


def trouble(found: Iterable[Light]) -> tuple[int, int]:
    """By this the most troubled project comes first: more red lights, then more yellow ones."""
    tones = [light.tone for light in found]
    return -tones.count(Tone.BAD), -tones.count(Tone.WARN)


def _standing(facts: Facts) -> Iterable[Light]:
    if facts.suspended_since:
        yield Light("standing", Tone.BAD, _("Suspended since %(day)s.") % {"day": facts.suspended_since})
    if facts.rectify_since:
        words = {"day": facts.rectify_since, "until": facts.rectify_until}
        said = _("To be mended since %(day)s, until %(until)s.") if facts.rectify_until else None
        yield Light("standing", Tone.BAD, (said or _("To be mended since %(day)s.")) % words)
    for one in facts.warned:
        words = {"day": one.since, "until": one.until}
        if one.is_answered:
            yield Light("standing", Tone.WARN, _("Warned on %(day)s, answered, not closed yet.") % words)
        elif one.until < facts.today:
            yield Light("standing", Tone.BAD, _("Warned on %(day)s and not answered by %(until)s.") % words)
        else:
            yield Light("standing", Tone.WARN, _("Warned on %(day)s, to be answered by %(until)s.") % words)


def _late(facts: Facts) -> Iterable[Light]:
    late = sorted((owed for owed in facts.owed if owed.due_on < facts.today), key=lambda owed: owed.due_on)
    if not late:
        return
    days = (facts.today - late[0].due_on).days
    words = {"what": late[0].what, "days": days, "more": len(late) - 1}
    said = _("%(what)s: %(days)s days late.") if len(late) == 1 else _("%(what)s: %(days)s days late; %(more)s more.")
    yield Light("late", Tone.BAD if days > LATE_BAD else Tone.WARN, said % words)


def _money(facts: Facts) -> Iterable[Light]:
    if not facts.awarded:
        return
    if facts.spent > facts.awarded:
        over = {"over": yuan(facts.spent - facts.awarded)}
        yield Light("money", Tone.BAD, _("Spent %(over)s yuan more than the award.") % over)
        return
    day = facts.spent_on or facts.today
    gone, share = elapsed(facts, day), facts.spent / facts.awarded
    if gone < MONEY_FROM or abs(share - gone) < MONEY_WARN:
        return
    words = {"share": _percent(share), "gone": _percent(gone), "day": day}
    if share > gone:
        yield Light("money", Tone.WARN, _("%(share)s spent when %(gone)s of the time had passed (%(day)s).") % words)
        return
    tone = Tone.BAD if gone - share >= MONEY_BAD else Tone.WARN
    if facts.spent_on is None:
        yield Light("money", tone, _("No accepted account, and %(gone)s of the time has passed.") % words)
    else:
        yield Light("money", tone, _("Only %(share)s spent when %(gone)s of the time had passed (%(day)s).") % words)


def _people(facts: Facts) -> Iterable[Light]:
    if not facts.persons_wanted:
        return
    day = facts.persons_on or facts.today
    gone = elapsed(facts, day)
    wanted = gone * facts.persons_wanted
    if gone < PEOPLE_FROM or facts.persons >= wanted * PEOPLE_WARN:
        return
    tone = Tone.BAD if facts.persons < wanted * PEOPLE_BAD else Tone.WARN
    words = {"n": facts.persons, "all": facts.persons_wanted, "gone": _percent(gone), "day": day}
    if facts.persons_on:  # the group says so in its report
        said = _("%(n)s of %(all)s people reached when %(gone)s of the time had passed (%(day)s).")
    else:
        said = _("%(n)s of %(all)s people known by name when %(gone)s of the time had passed (%(day)s).")
    yield Light("people", tone, said % words)


def _advice(facts: Facts) -> Iterable[Light]:
    if facts.unanswered:
        oldest = min(facts.unanswered, key=lambda asked: asked.since)
        days = (facts.today - oldest.since).days
        if days >= ANSWER_WARN:
            words = {"what": oldest.what, "days": days}
            said = _("%(what)s: no answer for %(days)s days.") % words
            yield Light("advice", Tone.BAD if days >= ANSWER_BAD else Tone.WARN, said)
    overdue = [asked for asked in facts.undone if asked.since < facts.today]
    if overdue:
        oldest = min(overdue, key=lambda asked: asked.since)
        days = (facts.today - oldest.since).days
        said = _("Agreed and not done, %(days)s days overdue: %(what)s") % {"what": oldest.what, "days": days}
        yield Light("advice", Tone.BAD if days > FOLLOW_UP_BAD else Tone.WARN, said)


def _visit(facts: Facts) -> Iterable[Light]:
    since = facts.seen_on or facts.starts_on
    if since is None:
        return
    days = (facts.today - since).days
    if days < VISIT_WARN:
        return
    said = _("Nobody has been there for %(days)s days.") if facts.seen_on else _("Nobody has been there yet.")
    yield Light("visit", Tone.BAD if days >= VISIT_BAD else Tone.WARN, said % {"days": days})


def _percent(share: Decimal) -> str:
    return f"{share * 100:.0f}%"
