"""Whether a budget keeps the rules of its call. Pure: it is given lines and rules, and compares exactly, to the fen.

What each metric looks at (the lines that match the rule's category, words and title):

| metric | measured | against |
|---|---|---|
| share_of_grant | matching lines paid from the grant | value % of all lines paid from the grant |
| share_of_total | matching lines, whoever pays | value % of the whole budget |
| amount | matching lines paid from the grant | value yuan |
| unit_price | each matching line paid from the grant, its unit price | value yuan, a lesson where the rule says so |
| per_person | matching lines paid from the grant | value yuan × people served directly |
| forbidden | matching lines paid from the grant | none may exist |

Nothing is divided, so nothing is rounded: a limit met exactly passes, 0.01 yuan more does not (field guide 2.2, 6.6).

Lecture fees are limited by the lesson (学时), and half a day counts as four lessons at most (财行〔2016〕540号): a line
in half days is held against four times the limit, one in days against eight times. A dearer line in a unit that says
nothing of time is asked for its lessons, so that the wording of a line evades nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import plain, yuan

ZERO = Decimal("0.00")
FEN = Decimal("0.01")
LESSONS = {
    **dict.fromkeys(("学时", "课时", "小时", "节", "节课"), 1),
    **dict.fromkeys(("半天", "半日"), 4),
    **dict.fromkeys(("天", "日", "整天", "全天"), 8),
}
"""How many lessons the units of time stand for."""
NO_RANK = "none"


@dataclass(frozen=True)
class Breach:
    """One rule that is not kept: the sentence, the line it is about (None: the whole), and whether it blocks."""

    rule: Any
    message: str
    line: Any = None

    @property
    def blocks(self) -> bool:
        return self.rule.severity == "block"

    @property
    def sentence(self) -> str:
        """The message with the basis on which the rule stands."""
        return with_basis(self.message, self.rule.legal_basis)


def with_basis(message: Any, basis: str) -> str:
    """What an applicant reads, and on which rule it rests."""
    return _("%(message)s (Basis: %(basis)s)") % {"message": message, "basis": basis} if basis else str(message)


def breaches(lines: Iterable[Any], rules: Iterable[Any], *, people: int | None = None) -> list[Breach]:
    """Every rule that the budget breaks, in the order of the rules; what two rules say alike of one line is said once.

    `lines` have category, item, rank, basis, source, unit, unit_price and amount (yuan); `people`: served directly. A
    limit for each person is left out while nobody has said how many there are.
    """
    lines = list(lines)
    found: list[Breach] = []
    for rule in rules:
        for breach in _check(rule, lines, people):
            if not any(breach.line is other.line and breach.sentence == other.sentence for other in found):
                found.append(breach)
    return found


def limits_by_rank(rules: Iterable[Any]) -> dict[str, Any]:
    """The rule that limits what a lecturer of each title costs, the strictest of several; `NO_RANK` for no title."""
    found: dict[str, Any] = {}
    for rule in rules:
        if rule.rank and rule.metric == "unit_price" and rule.category in ("", "training"):
            found[rule.rank] = min(found.get(rule.rank, rule), rule, key=lambda each: each.value)
    return found


def matches(line: Any, rule: Any) -> bool:
    """Whether a line is one that the rule looks at."""
    if rule.category and line.category != rule.category:
        return False
    if rule.rank and rule.rank != (line.rank or NO_RANK):
        return False
    if word_in(line, rule, rule.unless_list):
        return False
    return not rule.word_list or word_in(line, rule, rule.word_list) is not None


def word_in(line: Any, rule: Any, words: Iterable[str]) -> str | None:
    """The first of the words that stands in the line: in its item, and in its basis where the rule looks there too."""
    text = unicodedata.normalize("NFKC", f"{line.item} {line.basis}" if rule.in_basis else line.item).casefold()
    return next((word for word in words if unicodedata.normalize("NFKC", word).casefold() in text), None)


def lessons_in(unit: str) -> int | None:
    """For how many lessons a line's unit stands; None when it says nothing of time."""
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", unit))
    return LESSONS.get(re.sub(r"^[每元人位个一1]+|每?[人位]$", "", plain))


def _sum(lines: Iterable[Any]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


def _check(rule: Any, lines: Sequence[Any], people: int | None) -> list[Breach]:
    granted = [line for line in lines if line.source == "grant"]
    looked_at = [line for line in granted if matches(line, rule)]
    if rule.metric == "forbidden":
        return [Breach(rule, _refusal(rule, line), line) for line in looked_at]
    if rule.metric == "unit_price":
        said_of = [(line, _price(rule, line)) for line in looked_at]
        return [Breach(rule, said, line) for line, said in said_of if said]
    if rule.metric == "share_of_total":
        base = _sum(lines)
        spent = _sum(line for line in lines if matches(line, rule))
        return _share(rule, spent, base, _("the total budget"))
    spent = _sum(looked_at)
    if rule.metric == "share_of_grant":
        return _share(rule, spent, _sum(granted), _("the grant"))
    if rule.metric == "per_person":
        if people is None or spent <= rule.value * people:
            return []
        said = _("%(what)s comes to %(sum)s yuan for %(people)s people; at most %(limit)s yuan each are allowed.") % {
            "what": _what(rule),
            "sum": yuan(spent),
            "people": people,
            "limit": yuan(rule.value),
        }
        return [Breach(rule, rule.message or said)]
    if spent <= rule.value:
        return []
    said = _("%(what)s comes to %(sum)s yuan; at most %(limit)s yuan are allowed.") % {
        "what": _what(rule),
        "sum": yuan(spent),
        "limit": yuan(rule.value),
    }
    return [Breach(rule, rule.message or said)]


def _refusal(rule: Any, line: Any) -> str:
    """Why a line may not be: with the word that was found in it, so that a wrong find can be seen and reworded."""
    word = word_in(line, rule, rule.word_list)
    if word is None:
        return rule.message or _("“%(item)s” may not be paid from this grant.") % {"item": line.item}
    if rule.message:
        return _("%(message)s (“%(word)s” in “%(item)s”)") % {"message": rule.message, "word": word, "item": line.item}
    said = _("“%(item)s” may not be paid from this grant, because the word “%(word)s” stands in it.")
    return said % {"item": line.item, "word": word}


def _price(rule: Any, line: Any) -> str:
    """What is wrong with the unit price of a line; nothing when it is within the limit."""
    lessons = lessons_in(line.unit) if rule.per == "lesson" else 1
    if line.unit_price <= rule.value * (lessons or 1):
        return ""
    facts = {
        "item": line.item,
        "price": yuan(line.unit_price),
        "limit": yuan(rule.value * (lessons or 1)),
        "each": yuan(rule.value),
        "unit": line.unit.strip() or _("piece"),
    }
    if lessons is None:
        said = _(
            "“%(item)s” costs %(price)s yuan per %(unit)s. Please count it in lessons, half days or days: at most "
            "%(each)s yuan a lesson are allowed, and half a day counts as 4 lessons."
        )
        return said % facts + _advice(rule)
    if rule.message:
        return rule.message
    if rule.per == "lesson":
        said = _(
            "“%(item)s” costs %(price)s yuan per %(unit)s; at most %(limit)s yuan are allowed (%(each)s yuan a lesson)."
        )
        return said % facts + _advice(rule)
    return _("“%(item)s” costs %(price)s yuan each; at most %(limit)s yuan are allowed.") % facts


def _advice(rule: Any) -> str:
    """How to go on where the title is what matters."""
    if rule.rank != NO_RANK:
        return ""
    return " " + _("If the lecturer has a higher title, choose it in a line of “Training and experts”.")


def _share(rule: Any, spent: Decimal, base: Decimal, of_what: str) -> list[Breach]:
    if spent * 100 <= base * rule.value:
        return []
    limit = (base * rule.value / 100).quantize(FEN, ROUND_DOWN)  # to be read; what decides is the line above
    said = _("%(what)s comes to %(sum)s yuan; at most %(share)s%% of %(base)s, %(limit)s yuan, are allowed.") % {
        "what": _what(rule),
        "sum": yuan(spent),
        "share": plain(Decimal(rule.value)),
        "base": of_what,
        "limit": yuan(limit),
    }
    return [Breach(rule, rule.message or said)]


def _what(rule: Any) -> str:
    return f"“{rule.scope}”" if rule.scope else _("The budget")
