"""Statistics for everybody: by year, call, field, street and source of money, each figure with what it is part of.

Pure: lines in (`figures`), tables out. Awards stand one by one in the open data, so nothing of them is hidden. Two
figures speak of somebody who is not in it, and of few one could tell who they are:

- proposals: where it is said by street or field that few got no money, everybody there knows whose they were. A group
  of a table with 1 to 4 of them is withheld, and as many others as it takes that nobody finds it by subtraction;
- visits of people served: below 10 withheld, else rounded to tens, totals as well, so that no difference is exact.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from projects.indicators import percent

FEW_PROPOSALS = 5
FEW_VISITS = 10
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of a group of projects; amounts in yuan."""

    proposals: int = 0
    awards: int = 0
    undecided: int = 0
    """Proposals of which it is not known yet whether they get money."""
    requested: Decimal = ZERO
    awarded: Decimal = ZERO
    paid: Decimal = ZERO
    completed: int = 0
    visits: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Figures)))

    @property
    def unfunded(self) -> int:
        """Proposals that are no award (or not yet)."""
        return self.proposals - self.awards

    @property
    def is_open(self) -> bool:
        """No award, and the decision is still to come: a percentage would say that nothing was awarded."""
        return self.undecided > 0 and self.awards == 0


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of the projects that are the same in all of these; an empty text is not stated."""

    year: int
    call: str
    call_title: str
    source: str
    street: str
    field: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Row:
    """One group as it may be shown: what is None is withheld."""

    key: str
    label: str
    proposals: int | None
    award_rate: Decimal | None
    awards: int
    requested: Decimal
    awarded: Decimal
    share: Decimal | None
    paid: Decimal
    paid_rate: Decimal | None
    completed: int
    completed_rate: Decimal | None
    visits: int | None
    is_open: bool
    """Nothing of it is decided yet, so nothing is said of what part of it got money."""

    @property
    def withheld(self) -> list[str]:
        """The figures that are not said here so that nobody is recognised."""
        return [name for name in ("proposals", "visits") if getattr(self, name) is None]


@dataclass(frozen=True, slots=True)
class Table:
    """All groups of one kind, and their total."""

    key: str
    rows: tuple[Row, ...]
    total: Row


@dataclass(frozen=True, slots=True)
class Kind:
    """How lines are put into groups; `is_small`: its groups are so small that proposals are withheld."""

    key: str
    of: Callable[[Line], tuple[str, str]]
    is_small: bool = False


KINDS = (
    Kind("year", lambda line: (str(line.year), str(line.year))),
    Kind("call", lambda line: (line.call, line.call_title)),
    Kind("field", lambda line: (line.field, line.field), is_small=True),
    Kind("street", lambda line: (line.street, line.street), is_small=True),
    Kind("source", lambda line: (line.source, line.source)),
)


def tables(lines: Sequence[Line]) -> list[Table]:
    """Every table, its groups in the order in which the lines come."""
    total = sum((line.figures for line in lines), Figures())
    return [_table(kind, lines, total) for kind in KINDS]


def _table(kind: Kind, lines: Iterable[Line], total: Figures) -> Table:
    groups: dict[tuple[str, str], Figures] = {}
    for line in lines:
        key = kind.of(line)
        groups[key] = groups.get(key, Figures()) + line.figures
    hidden = few({key: figures.unfunded for key, figures in groups.items()}) if kind.is_small else set()
    rows = tuple(row(*key, figures, total, hides=key in hidden) for key, figures in groups.items())
    return Table(kind.key, rows, row("", "", total, total, hides=False))


def few(unfunded: dict[tuple[str, str], int]) -> set[tuple[str, str]]:
    """The groups whose proposals are withheld: each with few that got no money, and then the next smallest, until there
    are two at least and together they hide as many as are not few; else one could subtract the others from the total.
    """
    hidden = {key for key, count in unfunded.items() if 0 < count < FEW_PROPOSALS}
    if not hidden:
        return hidden
    rest = sorted((key for key in unfunded if key not in hidden), key=lambda key: (unfunded[key], key), reverse=True)
    while rest and (len(hidden) < 2 or sum(unfunded[key] for key in hidden) < FEW_PROPOSALS):
        hidden.add(rest.pop())
    return hidden


def row(key: str, label: str, figures: Figures, total: Figures, *, hides: bool) -> Row:
    """A group as it is shown; percentages with one place, None where there is nothing to be part of."""
    return Row(
        key=key,
        label=label,
        proposals=None if hides else figures.proposals,
        award_rate=None if hides or figures.is_open else percent(figures.awards, figures.proposals),
        awards=figures.awards,
        requested=figures.requested,
        awarded=figures.awarded,
        share=None if figures.is_open else percent(figures.awarded, total.awarded),
        paid=figures.paid,
        paid_rate=percent(figures.paid, figures.awarded),
        completed=figures.completed,
        completed_rate=percent(figures.completed, figures.awards),
        visits=coarse(figures.visits),
        is_open=figures.is_open,
    )


def coarse(visits: int) -> int | None:
    """A number of visits that tells of nobody: tens, and nothing below ten. None at all is 0."""
    if 0 < visits < FEW_VISITS:
        return None
    return (visits + 5) // 10 * 10
