"""A sheet to draw on in pixels, and the SVG that comes of it; matplotlib writes it (docs/adr/0011). Pure: no ORM.

What matplotlib writes is cleaned: its style attributes become presentation attributes, because our pages allow nothing
inline; what nobody reads (metadata, groups, clip paths) goes; title and description come in. The text stays text, so
that it can be read aloud, searched and copied, in the page and in the PDF. The same drawing gives the same bytes, on
every machine: nothing is placed by the width that some installed font happens to have, but by `width_of`.
"""

import hashlib
import io
import re
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from typing import Any
from unicodedata import east_asian_width
from xml.etree import ElementTree

FONTS = (
    "PingFang SC, Hiragino Sans GB, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, WenQuanYi Micro Hei, sans-serif"
)
SVG = "http://www.w3.org/2000/svg"
OPENING, CLOSING = "（《〈“‘「【", "）》〉”’」】，。、；：！？"
"""What no line ends with, and what none begins with."""
INK, SOFT, RULE, GROUND = "#1c2526", "#5c6665", "#d9d2c2", "#fffefb"

_lock = threading.Lock()  # matplotlib's caches of fonts and text are not made for two threads at once
_UNWRITABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, escaped or not."""

Point = tuple[float, float]


def width_of(text: str, size: float) -> float:
    """About how wide a text is, in the unit of `size`: a Chinese character is a square, a Latin one is narrower."""
    return size * sum(1.0 if east_asian_width(sign) in "WFA" else 0.58 for sign in text)


def clipped(text: str, size: float, room: float) -> str:
    """So much of a text as there is room for; what was cut off ends in ….  It stands whole in the table beside."""
    text = " ".join(writable(text).split())
    if width_of(text, size) <= room + 0.01:
        return text
    while text and width_of(text + "…", size) > room + 0.01:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, size: float, room: float, most: int = 2) -> list[str]:
    """The text in at most so many lines of about one length; broken anywhere, as Chinese is."""
    rest, lines = " ".join(writable(text).split()), list[str]()
    whole = width_of(rest, size)
    if room < whole <= room * most * 0.95:  # no single sign in a line of its own
        room = min(room, whole / ceil(whole / room) + size)
    while rest and len(lines) < most - 1 and width_of(rest, size) > room + 0.01:
        fits = max((n for n in range(1, len(rest)) if width_of(rest[:n], size) <= room), default=1)
        while fits > 1 and (rest[fits - 1] in OPENING or rest[fits] in CLOSING):
            fits -= 1
        lines.append(rest[:fits].rstrip())
        rest = rest[fits:].lstrip()
    return [*lines, clipped(rest, size, room)] if rest else lines or [""]


def writable(text: str) -> str:
    return _UNWRITABLE.sub("", str(text))


@dataclass
class Canvas:
    """What is drawn, in the order of drawing: x to the right, y downwards, in pixels."""

    width: float
    height: float
    text: float
    marks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, edge: str = "", line: float = 0
    ) -> None:
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        self.shape(corners, colour, edge, line)

    def shape(self, points: Sequence[Point], colour: str, edge: str = "", line: float = 0) -> None:
        self.marks.append(("shape", {"points": list(points), "colour": colour, "edge": edge, "line": line}))

    def line(self, points: Sequence[Point], colour: str = RULE, width: float = 1) -> None:
        self.marks.append(("line", {"points": list(points), "colour": colour, "width": width}))

    def dot(self, x: float, y: float, radius: float, colour: str, *, hollow: bool = False) -> None:
        self.marks.append(("dot", {"at": (x, y), "radius": radius, "colour": colour, "hollow": hollow}))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "left",
        size: float = 0,
        colour: str = INK,
        bold: bool = False,
    ) -> None:
        """One line of text whose middle is at `y`."""
        size = size or self.text
        given = {"text": writable(text), "anchor": anchor, "size": size, "colour": colour, "bold": bold}
        self.marks.append(("words", {"at": (x, y + size * 0.36), **given}))

    def svg(self, title: str, description: str) -> str:
        """The drawing as one element that can stand in a page, a PDF or a file of its own."""
        with _lock:
            raw = _written(self)
        return _cleaned(raw, self, writable(title), writable(description))


@cache
def _tools() -> Any:
    # Here, not above: loading matplotlib takes half a second, and pages without a chart need not wait for it.
    import matplotlib  # noqa: PLC0415
    from matplotlib import lines, patches  # noqa: PLC0415
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    settings = {"svg.fonttype": "none", "svg.hashsalt": "charts", "path.simplify": False}
    return matplotlib, settings, patches, lines, Figure, FigureCanvasSVG


def _written(canvas: Canvas) -> bytes:
    matplotlib, settings, patches, lines, figure_class, backend = _tools()
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # It looks for each character in the fonts of this machine; the reader's fonts are what counts.
        warnings.simplefilter("ignore")
        figure = figure_class(figsize=(canvas.width / 72, canvas.height / 72), dpi=72)
        backend(figure)
        figure.patch.set_visible(False)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, canvas.width)
        axes.set_ylim(canvas.height, 0)
        for order, (kind, given) in enumerate(canvas.marks):
            if kind == "words":
                axes.text(
                    *given["at"], given["text"], ha=given["anchor"], va="baseline", size=given["size"],
                    color=given["colour"], weight="bold" if given["bold"] else "normal", parse_math=False,
                    zorder=order,
                )  # fmt: skip
                continue
            if kind == "line":
                artist = lines.Line2D(*zip(*given["points"], strict=True), color=given["colour"], lw=given["width"])
            elif kind == "dot":
                face = GROUND if given["hollow"] else given["colour"]
                artist = patches.Circle(given["at"], given["radius"], fc=face, ec=given["colour"], lw=1.5)
            else:
                edge = given["edge"] or "none"
                artist = patches.Polygon(given["points"], fc=given["colour"] or "none", ec=edge, lw=given["line"])
            artist.set(clip_on=False, zorder=order)
            axes.add_artist(artist)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


_KEPT = {
    "fill", "stroke", "stroke-width", "stroke-linejoin", "stroke-linecap", "font-size", "font-weight", "text-anchor",
}  # fmt: skip
_NUMBER = re.compile(r"-?\d+\.\d+")
_FONT = re.compile(r"(?:(?P<weight>bold|\d00) )?(?P<size>[\d.]+)px ")


def _cleaned(raw: bytes, canvas: Canvas, title: str, description: str) -> str:
    root = ElementTree.Element(
        "svg", {"xmlns": SVG, "viewBox": f"0 0 {canvas.width:g} {canvas.height:g}", "role": "img"}
    )
    kept = (f"{{{SVG}}}path", f"{{{SVG}}}text")
    drawn = [_plain(each) for each in ElementTree.fromstring(raw).iter() if each.tag in kept]
    said = repr((title, description)).encode() + b"".join(map(ElementTree.tostring, drawn))
    key = hashlib.sha256(said).hexdigest()[:12]
    root.set("aria-labelledby", f"t{key} d{key}")
    root.set("font-family", FONTS)
    for tag, words in (("title", title), ("desc", description)):
        ElementTree.SubElement(root, tag, {"id": f"{tag[0]}{key}"}).text = words
    root.extend(drawn)
    return ElementTree.tostring(root, encoding="unicode")


def _plain(element: ElementTree.Element) -> ElementTree.Element:
    """A path or a text without style, identifiers and needless figures."""
    tag = element.tag.rpartition("}")[2]
    given: dict[str, str] = {}
    for part in element.get("style", "").split(";"):
        name, _, value = part.partition(":")
        name, value = name.strip(), value.strip()
        if name == "font" and (found := _FONT.search(value)):
            given |= {"font-size": found["size"]} | ({"font-weight": "bold"} if found["weight"] else {})
        elif name in _KEPT:
            given[name] = value.removesuffix("px") if name == "font-size" else value
    if given.get("fill") == "#000000":
        del given["fill"]
    plain = ElementTree.Element(tag)
    if tag == "path":
        plain.set("d", _short(" ".join(element.get("d", "").split())))
    else:
        plain.set("x", _short(element.get("x", "0")))
        plain.set("y", _short(element.get("y", "0")))
        plain.text = element.text
    for name in sorted(given):
        plain.set(name, _short(given[name]))
    return plain


def _short(text: str) -> str:
    return _NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), text)
