"""Which records of a frame are looked at: all from an amount on, the rest by lot, and what was found of them. Pure.

Method: the frame (every record that lay in the pot) is written down with the seed. With a threshold, every record of
that amount or more is taken; the places that are left go by lot to the others (`evaluations.lots`: the order of the
SHA-256 digests of "seed:key"). Without one all places go by lot. So whoever has frame, seed, size and threshold draws
the same list again.

The share that is wrong is said of the drawn part with Wilson's interval, since only there chance has chosen; what was
taken for its amount was looked at in full, and is counted by itself. Who was not reached says nothing either way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluations import lots
from evaluations.wilson import wilson

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Unit:
    """A record in the pot."""

    key: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Drawing:
    """What was taken for its amount, and what the lot chose, each in the order of the lots."""

    certain: tuple[Unit, ...]
    by_lot: tuple[Unit, ...]

    @property
    def keys(self) -> list[str]:
        return [unit.key for unit in (*self.certain, *self.by_lot)]


def draw(frame: Sequence[Unit], *, size: int, seed: str, threshold: Decimal | None = None) -> Drawing:
    """`size` records of the frame, or all of them where it has fewer. ValueError when more than `size` reach the
    threshold: then nothing would be left to chance, and who draws has to say which of the two gives way."""
    order = lots.draw(frame, seed, key=lambda unit: unit.key)
    certain = [unit for unit in order if reaches(unit, threshold)]
    if len(certain) > size:
        raise ValueError(f"{len(certain)} reach the threshold, and only {size} are to be drawn")
    rest = [unit for unit in order if not reaches(unit, threshold)]
    return Drawing(tuple(certain), tuple(rest[: size - len(certain)]))


def reaches(unit: Unit, threshold: Decimal | None) -> bool:
    return threshold is not None and unit.amount is not None and unit.amount >= threshold


@dataclass(frozen=True)
class Looked:
    """What came of one drawn record: `is_wrong` is None as long as nobody knows, `is_silent` when that will stay so."""

    is_wrong: bool | None
    is_certain: bool = False
    in_question: Decimal = ZERO
    is_silent: bool = False


@dataclass(frozen=True)
class Tally:
    """What a sample says so far."""

    drawn: int
    known: int
    wrong: int
    certain_known: int
    certain_wrong: int
    in_question: Decimal
    silent: int = 0

    @property
    def lot_known(self) -> int:
        return self.known - self.certain_known

    @property
    def lot_wrong(self) -> int:
        return self.wrong - self.certain_wrong

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which shares the true one of the drawn part lies (95 %); None as long as nothing is known of it."""
        return wilson(self.lot_wrong, self.lot_known) if self.lot_known else None


def tally(looked: Iterable[Looked]) -> Tally:
    items = list(looked)
    known = [one for one in items if one.is_wrong is not None]
    certain = [one for one in known if one.is_certain]
    return Tally(
        drawn=len(items),
        known=len(known),
        wrong=sum(bool(one.is_wrong) for one in known),
        certain_known=len(certain),
        certain_wrong=sum(bool(one.is_wrong) for one in certain),
        in_question=sum((one.in_question for one in items), ZERO),
        silent=sum(one.is_silent for one in items),
    )
