"""Figures in, a picture out: the charts of the dashboards and of the papers, as SVG. Pure: no ORM, no request.

Every chart takes its title and unit, its rows, and a `Size`; it gives one `<svg>` element, the same for a page, a
screen in the hall and a PDF, and the same bytes for the same figures. With nothing to show it gives "": whoever asked
says so in words, instead of an empty axis. A label that does not fit ends in …, so a table must stand beside it.

How they look: bars begin at zero, every bar says its figure, so that no axis is needed; text is horizontal; one hue
unless colours tell parts apart. The colours of PARTS grow lighter in even steps, so that they differ in grey and for
the colour-blind as well (`tests/reports/test_charts.py` measures both); the vermilion of the site marks what is
missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, pairwise

from reports.canvas import GROUND, INK, RULE, SOFT, Canvas, clipped, width_of, wrapped
from reports.chart_style import (
    ALERT,
    FULL,
    MAIN,
    PALE,
    PARTS,
    SHADES,
    WIDE,
    Number,
    Say,
    Size,
    part_of,
    plain,
    text_on,
)


def _number(value: Number) -> float:
    return float(value)


def _labels(texts: Sequence[str], size: Size, share: float = 0.34) -> float:
    """How wide the column of the labels is."""
    return min(max(width_of(text, size.text) for text in texts), size.width * share)


def _label(canvas: Canvas, right: float, middle: float, text: str, room: float) -> None:
    lines = wrapped(text, canvas.text * (1 if width_of(text, canvas.text) <= room else 0.92), room)
    small = canvas.text if len(lines) == 1 else canvas.text * 0.92
    for place, line in enumerate(lines):
        y = middle + (place - (len(lines) - 1) / 2) * small * 1.2
        canvas.words(right, y, line, anchor="right", size=small)


def _says(rows: Sequence[tuple[str, str]], unit: str) -> str:
    """The description: what somebody hears who does not see the picture."""
    told = "; ".join(f"{label} {value}" for label, value in rows[:40])
    return f"{told} ({unit})" if unit else told


@lru_cache(maxsize=1024)
def bar(title: str, rows: tuple[tuple[str, Number], ...], unit: str, size: Size = WIDE, say: Say = plain) -> str:
    """Lying bars, one a row, in the order given."""
    most = max((_number(value) for _label_, value in rows), default=0)
    if most <= 0:
        return ""
    step = size.step(len(rows), size.text * 2.3)
    left = _labels([label for label, _v in rows], size) + size.text * 0.8
    right = max(width_of(say(value), size.text) for _l, value in rows) + size.text * 0.8
    canvas = Canvas(size.width, step * len(rows) + size.text * 0.4, size.text)
    room = size.width - left - right
    for place, (label, value) in enumerate(rows):
        top, middle = place * step + step * 0.18, place * step + step / 2
        _label(canvas, left - size.text * 0.7, middle, label, left - size.text * 0.8)
        length = max(0.0, room * _number(value) / most)
        canvas.box(left, top, max(length, 1.5) if value else 0, step * 0.64, MAIN)
        canvas.words(left + length + size.text * 0.4, middle, say(value), bold=True)
    canvas.line([(left, 0), (left, step * len(rows))], SOFT, 1)
    return canvas.svg(title, _says([(label, say(value)) for label, value in rows], unit))


def _legend(canvas: Canvas, parts: Sequence[str], colours: Sequence[str]) -> float:
    """The names of the parts at the top, broken into lines; how high they are."""
    x, y, text = 0.0, canvas.text * 0.8, canvas.text * 0.92
    for part, colour in zip(parts, colours, strict=False):
        name = clipped(part, text, canvas.width - text * 2)
        wide = text * 1.5 + width_of(name, text)
        if x and x + wide > canvas.width:
            x, y = 0.0, y + text * 1.6
        canvas.box(x, y - text / 2, text, text, colour, SOFT, 0.5)
        canvas.words(x + text * 1.4, y, name, size=text, colour=INK)
        x += wide + text * 1.2
    return y + text * 1.3


@lru_cache(maxsize=1024)
def stacked(
    title: str,
    parts: tuple[str, ...],
    rows: tuple[tuple[str, tuple[Number, ...]], ...],
    unit: str,
    size: Size = WIDE,
    say: Say = plain,
) -> str:
    """Lying bars of parts; at most as many parts as there are PARTS. The sum stands at the end of each bar."""
    if len(parts) > len(PARTS):
        raise ValueError(f"{len(parts)} parts cannot be told apart, {len(PARTS)} can")
    sums = [sum(map(_number, values)) for _l, values in rows]
    if not rows or max(sums) <= 0:
        return ""
    left = _labels([label for label, _v in rows], size) + size.text * 0.8
    wholes = [say(sum(values, Decimal(0)) if isinstance(values[0], Decimal) else sum(values)) for _l, values in rows]
    right = max(width_of(whole, size.text) for whole in wholes) + size.text * 0.8
    canvas = Canvas(size.width, 0, size.text)
    head = _legend(canvas, parts, PARTS)
    step = size.step(len(rows), size.text * 2.3, head)
    canvas.height = head + step * len(rows) + size.text * 0.4
    room = size.width - left - right
    for place, (label, values) in enumerate(rows):
        top, middle = head + place * step + step * 0.18, head + place * step + step / 2
        _label(canvas, left - size.text * 0.7, middle, label, left - size.text * 0.8)
        ends = [left + room * part / max(sums) for part in accumulate(map(_number, values), initial=0.0)]
        for (start, end), value, colour in zip(pairwise(ends), values, PARTS, strict=False):
            if end - start < 0.3:
                continue
            canvas.box(start, top, end - start, step * 0.64, colour, GROUND, 1)
            if width_of(say(value), size.text * 0.85) + 6 < end - start:
                centre, small = (start + end) / 2, size.text * 0.85
                canvas.words(centre, middle, say(value), anchor="center", size=small, colour=text_on(colour))
        canvas.words(ends[-1] + size.text * 0.4, middle, wholes[place], bold=True)
    canvas.line([(left, head), (left, head + step * len(rows))], SOFT, 1)
    told = [
        (label, ", ".join(f"{part} {say(value)}" for part, value in zip(parts, values, strict=True)))
        for label, values in rows
    ]
    return canvas.svg(title, _says(told, unit))


@lru_cache(maxsize=1024)
def funnel(title: str, steps: tuple[tuple[str, int], ...], unit: str, size: Size = WIDE) -> str:
    """What is left after each step, and how much of the first that is."""
    first = steps[0][1] if steps else 0
    if not first:
        return ""
    step, gap = size.text * 2.7, size.text * 0.7
    left = _labels([label for label, _n in steps], size) + size.text * 0.8
    right = width_of("100% ", size.text) + size.text * 0.6
    canvas = Canvas(size.width, (step + gap) * len(steps) - gap + 2, size.text)
    room, centre = size.width - left - right, left + (size.width - left - right) / 2
    lengths = [room * n / first for _l, n in steps]
    for place, ((label, n), length) in enumerate(zip(steps, lengths, strict=True)):
        top = place * (step + gap)
        if place + 1 < len(steps):
            below = lengths[place + 1]
            edge = [(centre - length / 2, top + step), (centre + length / 2, top + step)]
            canvas.shape([*edge, (centre + below / 2, top + step + gap), (centre - below / 2, top + step + gap)], PALE)
        canvas.box(centre - length / 2, top, max(length, 2), step, MAIN)
        _label(canvas, left - size.text * 0.7, top + step / 2, label, left - size.text * 0.8)
        said, large = plain(n), size.text * 1.25
        if width_of(said, large) + 10 < length:
            canvas.words(centre, top + step / 2, said, anchor="center", size=large, bold=True, colour=GROUND)
        else:
            canvas.words(centre + length / 2 + size.text * 0.4, top + step / 2, said, size=large, bold=True)
        canvas.words(size.width, top + step / 2, part_of(n, first), anchor="right", colour=SOFT, size=size.text)
    told = [(label, f"{plain(n)} ({part_of(n, first)})") for label, n in steps]
    return canvas.svg(title, _says(told, unit))


def _round_steps(most: float, number: int = 4) -> list[float]:
    """Round figures from zero to at least `most`: the lines behind a curve."""
    rough = max(most, 1) / number
    tens = 10.0 ** (len(str(int(rough))) - 1)
    step = next((tens * m for m in (1, 2, 2.5, 5, 10) if tens * m >= rough), tens * 10)
    step = max(1.0, step)
    steps = [0.0]
    while steps[-1] < most:
        steps.append(steps[-1] + step)
    return steps


@lru_cache(maxsize=1024)
def line(title: str, points: tuple[tuple[str, Number | None], ...], unit: str, size: Size = WIDE) -> str:
    """A curve over time; None is a gap in it: not known, or kept back. The highest and the last point say their own."""
    points = tuple((clipped(label, size.text * 0.9, size.text * 6), value) for label, value in points)
    known = [_number(value) for _l, value in points if value is not None]
    if not known or max(known) <= 0:
        return ""
    steps = _round_steps(max(known))
    left = max(width_of(plain(each), size.text * 0.9) for each in steps) + size.text * 0.7
    top, bottom = size.text * 1.6, size.text * 2
    height = size.height or min(size.width * 0.5, size.text * 20)
    canvas = Canvas(size.width, height, size.text)
    ends = [width_of(points[place][0], size.text * 0.9) / 2 for place in (0, -1)]
    start = max(left + size.text * 0.8, ends[0])
    room, deep = size.width - start - max(ends[1], size.text), height - top - bottom
    for each in steps:
        y = top + deep * (1 - each / steps[-1])
        canvas.line([(left, y), (size.width, y)], RULE if each else SOFT, 1)
        canvas.words(left - size.text * 0.5, y, plain(each), anchor="right", size=size.text * 0.9, colour=SOFT)
    apart = room / max(1, len(points) - 1)
    start += 0 if len(points) > 1 else room / 2
    at = [
        None if value is None else (start + place * apart, top + deep * (1 - _number(value) / steps[-1]))
        for place, (_l, value) in enumerate(points)
    ]
    wide = max(width_of(label, size.text * 0.9) for label, _v in points) + size.text * 0.6
    every = max(1, -(-int(wide) // max(1, int(apart))))
    for place, (label, _value) in enumerate(points):
        if (len(points) - 1 - place) % every == 0:
            x = start + place * apart
            canvas.words(x, height - size.text * 0.9, label, anchor="center", size=size.text * 0.9, colour=SOFT)
    run: list[tuple[float, float]] = []
    for point in [*at, None]:
        if point is not None:
            run.append(point)
            continue
        if len(run) > 1:
            canvas.shape([(run[0][0], top + deep), *run, (run[-1][0], top + deep)], PALE)
            canvas.line(run, MAIN, max(2, size.text / 6))
        run = []
    for point in at:
        if point:
            canvas.dot(*point, max(2.5, size.text / 5), MAIN)
    told = {max(range(len(points)), key=lambda n: -1 if points[n][1] is None else _number(points[n][1] or 0))}
    told |= {max(n for n, (_l, value) in enumerate(points) if value is not None)}
    for place in told:
        where, value = at[place], points[place][1]
        if where and value is not None:
            x = min(where[0], size.width - width_of(plain(value), size.text) / 2)
            canvas.words(x, where[1] - size.text * 0.95, plain(value), anchor="center", bold=True)
    said = [(label, "–" if value is None else plain(value)) for label, value in points]
    return canvas.svg(title, _says(said, unit))


@dataclass(frozen=True)
class Heat:
    """One cell: how dark it is, what stands in it, and whether it is marked."""

    value: Number
    text: str = ""
    marked: bool = False


@lru_cache(maxsize=512)
def heat(
    title: str,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, tuple[Heat, ...]], ...],
    unit: str,
    size: Size = FULL,
) -> str:
    """A table whose cells are the darker the more there is; marked ones have an edge of vermilion."""
    most = max((_number(cell.value) for _l, cells in rows for cell in cells), default=0)
    if most <= 0 and not any(cell.marked for _l, cells in rows for cell in cells):
        return ""
    left = _labels([label for label, _c in rows], size, 0.3) + size.text * 0.8
    wide = (size.width - left) / len(columns)
    small = size.text * 0.92
    heads = [wrapped(column, small, wide - 6, 3) for column in columns]
    head = max(map(len, heads)) * small * 1.25 + size.text * 0.6
    step = size.text * 2.2
    canvas = Canvas(size.width, head + step * len(rows) + 2, size.text)
    for place, lines in enumerate(heads):
        for number, text in enumerate(lines):
            y = head - size.text * 0.5 - (len(lines) - number - 0.5) * small * 1.25
            canvas.words(left + (place + 0.5) * wide, y, text, anchor="center", size=small, colour=SOFT)
    edges = []
    for number, (label, cells) in enumerate(rows):
        y = head + number * step
        _label(canvas, left - size.text * 0.7, y + step / 2, label, left - size.text * 0.8)
        for place, cell in enumerate(cells):
            depth = _number(cell.value) / most if most > 0 else 0.0
            shade = SHADES[0] if depth <= 0 else SHADES[min(4, 1 + int(depth * 3.999))]
            x = left + place * wide
            canvas.box(x, y, wide, step, shade, GROUND, 2)
            text = cell.text if width_of(cell.text, size.text) < wide - 6 else cell.text.replace(" ", "")
            text = clipped(text, size.text, wide - 4)
            canvas.words(x + wide / 2, y + step / 2, text, anchor="center", colour=text_on(shade), bold=cell.marked)
            if cell.marked:
                edges.append((x + 2, y + 2))
    for x, y in edges:
        canvas.box(x, y, wide - 4, step - 4, "", ALERT, max(2, size.text / 7))
    told = [
        (label, ", ".join(f"{column} {cell.text}" for column, cell in zip(columns, cells, strict=True) if cell.text))
        for label, cells in rows
    ]
    return canvas.svg(title, _says(told, unit))


@dataclass(frozen=True)
class Span:
    """One row of `interval`: from where to where, the point between, what is said of it; weak: too little is known."""

    label: str
    low: Number
    middle: Number
    high: Number
    text: str
    weak: bool = False


@lru_cache(maxsize=1024)
def interval(
    title: str, rows: tuple[Span, ...], unit: str, size: Size = WIDE, most: Number | None = None, say: Say = plain
) -> str:
    """A dot with what it may be, or with the middle half, to both sides; `most` is the end of the scale."""
    end = _number(most) if most is not None else max((_number(row.high) for row in rows), default=0)
    if not rows or end <= 0:
        return ""
    steps = [0.0, 25.0, 50.0, 75.0, 100.0] if most == 100 else _round_steps(end)
    end = max(end, steps[-1])
    left = _labels([row.label for row in rows], size) + size.text * 0.8
    right = min(max(width_of(row.text, size.text * 0.92) for row in rows) + size.text * 0.9, size.width * 0.4)
    foot = size.text * 1.7
    step = size.step(len(rows), size.text * 2.3, foot)
    canvas = Canvas(size.width, step * len(rows) + foot, size.text)
    room = max(size.width - left - right, size.width * 0.15)
    wide = max(width_of(say(each), size.text * 0.85) for each in steps) + size.text * 0.5
    every = max(1, -(-int(wide * (len(steps) - 1)) // max(1, int(room))))
    for number, each in enumerate(steps):
        x = left + room * each / end
        canvas.line([(x, 0), (x, step * len(rows))], RULE if each else SOFT, 1)
        if number % every == 0:
            y = step * len(rows) + size.text * 0.9
            canvas.words(x, y, say(each), anchor="center", size=size.text * 0.85, colour=SOFT)
    for place, row in enumerate(rows):
        middle = place * step + step / 2
        _label(canvas, left - size.text * 0.7, middle, row.label, left - size.text * 0.8)
        low, dot, high = (left + room * min(_number(each), end) / end for each in (row.low, row.middle, row.high))
        thick = size.text * 0.42
        canvas.box(low, middle - thick / 2, max(high - low, 1.5), thick, PALE if row.weak else SHADES[2])
        canvas.dot(dot, middle, size.text * 0.38, SOFT if row.weak else MAIN, hollow=row.weak)
        x = size.width - right + size.text * 0.7
        text = clipped(row.text, size.text * 0.92, size.width - x)
        canvas.words(x, middle, text, size=size.text * 0.92, colour=SOFT if row.weak else INK)
    return canvas.svg(title, _says([(row.label, row.text) for row in rows], unit))


@lru_cache(maxsize=512)
def histogram(
    title: str, edges: tuple[Number, ...], counts: tuple[int, ...], unit: str, size: Size = WIDE, say: Say = plain
) -> str:
    """How many lie between each two edges."""
    if len(edges) != len(counts) + 1:
        raise ValueError("a histogram has an edge more than counts")
    if not any(counts):
        return ""
    height = size.height or min(size.width * 0.46, size.text * 18)
    foot, top = size.text * 1.9, size.text * 1.6
    canvas = Canvas(size.width, height, size.text)
    side = width_of(say(edges[-1]), size.text) / 2 + 4
    wide, deep = (size.width - 2 * side) / len(counts), height - foot - top
    for place, n in enumerate(counts):
        tall, x = deep * n / max(counts), side + place * wide
        canvas.box(x + 1, top + deep - tall, wide - 2, tall, MAIN)
        said, colour = plain(n), INK if n else SOFT
        canvas.words(x + wide / 2, top + deep - tall - size.text * 0.8, said, anchor="center", bold=True, colour=colour)
    canvas.line([(side, top + deep), (size.width - side, top + deep)], SOFT, 1)
    every = max(1, -(-int(width_of(say(edges[-1]), size.text) + 6) // max(1, int(wide))))
    for place, edge in enumerate(edges):
        if place % every == 0:
            x, y = side + place * wide, top + deep + size.text * 0.9
            canvas.words(x, y, say(edge), anchor="center", size=size.text * 0.9, colour=SOFT)
    told = [(f"{say(low)}–{say(high)}", plain(n)) for (low, high), n in zip(pairwise(edges), counts, strict=True)]
    return canvas.svg(title, _says(told, unit))
