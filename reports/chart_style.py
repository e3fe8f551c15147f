"""How charts look and how they say their figures: sizes, colours, words. Pure: no ORM, no request."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from core.money import round_half_up
from reports.canvas import GROUND, INK

Number = int | float | Decimal
Say = Callable[[Number], str]

MAIN = "#0e5a52"
PALE = "#d7e8e3"
ALERT = "#b4331f"
PARTS = ("#0b4a43", "#37719f", "#d99a2b", "#bfd0b4", "#ece4d0")
"""For the parts of a whole, in their order; the lightness goes from 27 to 91."""
SHADES = ("#f5f1e6", "#cfe3dc", "#9cc6bb", "#5b9d90", "#0e5a52")
"""For the cells of a heat table: nothing, and four steps."""


@dataclass(frozen=True)
class Size:
    """How wide a picture is and how large its text, in pixels. The height follows from what is in it, unless one is
    given to be filled."""

    width: int
    text: float
    height: int = 0

    def step(self, rows: int, usual: float, head: float = 0) -> float:
        """How high a row is."""
        if not self.height:
            return usual
        return max(usual, min(usual * 1.9, (self.height - head) / max(rows, 1)))


WIDE = Size(540, 14)
NARROW = Size(330, 13.5)
FULL = Size(1180, 14)
PAPER = Size(590, 13)
"""156 mm, the type area of a paper, when a point is a pixel."""
HALL = Size(1760, 42, 780)
"""For a screen of 1920 × 1080 that is read from ten metres."""


def exactly(value: Number) -> Decimal:
    """The number as it is written: 0.125 and not what binary makes of 1.005."""
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def part_of(part: int, whole: int) -> str:
    """How many percent, without places: 13%."""
    return f"{round_half_up(Decimal(part) * 100 / whole, 0)}%"


def plain(value: Number) -> str:
    """12,345 or 12.5: as many decimals as there are, two at most."""
    rounded = round_half_up(exactly(value))
    return f"{rounded:,f}".rstrip("0").rstrip(".") if rounded % 1 else f"{int(rounded):,}"


def with_percent(value: Number) -> str:
    return f"{plain(value)}%"


def in_ten_thousand(value: Number) -> str:
    """An amount as people say it: 12.3万; the exact one stands in the table."""
    return _in(10000, "万", value)


def in_thousand(value: Number) -> str:
    """The same where people do not count in ten thousands: 123k."""
    return _in(1000, "k", value)


def _in(size: int, name: str, value: Number) -> str:
    number = exactly(value)
    return f"{round_half_up(number / size, 1):,f}".removesuffix(".0") + name if abs(number) >= size else plain(value)


def text_on(colour: str) -> str:
    """The colour of text on a ground: whichever is read more easily."""
    light = luminance(colour)
    return GROUND if 1.05 / (light + 0.05) > (light + 0.05) / (luminance(INK) + 0.05) else INK


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
