"""Whether a budget keeps the rules of its call. Pure: it is given lines and rules, and compares exactly, to the fen.

What each metric looks at (the lines that match the rule's category and words):

| metric | measured | against |
|---|---|---|
| share_of_grant | matching lines paid from the grant | value % of all lines paid from the grant |
| share_of_total | matching lines, whoever pays | value % of the whole budget |
| amount | matching lines paid from the grant | value yuan |
| unit_price | each matching line paid from the grant, its unit price | value yuan |
| per_person | matching lines paid from the grant | value yuan × people served directly |
| forbidden | matching lines paid from the grant | none may exist |

Nothing is divided, so nothing is rounded: a limit met exactly passes, 0.01 yuan more does not (field guide 2.2, 6.6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import plain, yuan

ZERO = Decimal("0.00")
FEN = Decimal("0.01")


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
        basis = self.rule.legal_basis
        said = {"message": self.message, "basis": basis}
        return _("%(message)s (Basis: %(basis)s)") % said if basis else self.message


def breaches(lines: Iterable[Any], rules: Iterable[Any], *, people: int | None = None) -> list[Breach]:
    """Every rule that the budget breaks, in the order of the rules.

    `lines` have category, item, basis, source, unit_price and amount (yuan); `people`: served directly. A limit for
    each person is left out while nobody has said how many there are.
    """
    lines = list(lines)
    found: list[Breach] = []
    for rule in rules:
        found.extend(_check(rule, lines, people))
    return found


def matches(line: Any, rule: Any) -> bool:
    """Whether a line is one that the rule looks at."""
    if rule.category and line.category != rule.category:
        return False
    words = rule.word_list
    text = f"{line.item} {line.basis}".casefold()
    return not words or any(word.casefold() in text for word in words)


def _sum(lines: Iterable[Any]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


def _check(rule: Any, lines: Sequence[Any], people: int | None) -> list[Breach]:
    granted = [line for line in lines if line.source == "grant"]
    looked_at = [line for line in granted if matches(line, rule)]
    if rule.metric == "forbidden":
        return [
            Breach(rule, rule.message or _("“%(item)s” may not be paid from this grant.") % {"item": line.item}, line)
            for line in looked_at
        ]
    if rule.metric == "unit_price":
        return [
            Breach(
                rule,
                rule.message
                or _("“%(item)s” costs %(price)s yuan each; at most %(limit)s yuan are allowed.")
                % {"item": line.item, "price": yuan(line.unit_price), "limit": yuan(rule.value)},
                line,
            )
            for line in looked_at
            if line.unit_price > rule.value
        ]
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
