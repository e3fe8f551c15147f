"""One of our own drawings (`reports.canvas`) as PNG, since Word takes no such SVG. Pure: no ORM.

It reads what `canvas` writes and nothing else: filled or drawn paths with absolute coordinates, and lines of text. The
same drawing gives the same bytes on one machine; the letters are those of the Chinese font that is installed.
"""

import io
import re
import warnings
from typing import Any
from xml.etree import ElementTree

from reports.canvas import SVG, _lock, _tools

DPI = 200
FAMILIES = ["Noto Sans CJK SC", "DejaVu Sans"]
"""The first is one of those that `./run` asks for (docs/adr/0010); matplotlib brings the second."""
_PART = re.compile(r"([MLCQZ])([^MLCQZ]*)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[\d.]+(?:e-?\d+)?")
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}
"""How many points follow each letter of a path."""


def png(svg: str) -> bytes:
    """The drawing, one of its pixels a point wide, at 200 dpi."""
    _matplotlib, settings, patches, _lines, figure_class, _svg_backend = _tools()
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - as `_tools`: loaded when needed

    root = ElementTree.fromstring(svg)
    _x, _y, width, height = (float(number) for number in root.get("viewBox", "0 0 1 1").split())
    with _lock, _matplotlib.rc_context(settings | {"font.family": FAMILIES}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a font of the list that is not installed
        figure = figure_class(figsize=(width / 72, height / 72), dpi=DPI)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        for order, element in enumerate(root):
            if element.tag == f"{{{SVG}}}path":
                axes.add_artist(_path(patches, element, order))
            elif element.tag == f"{{{SVG}}}text":
                anchor = {"middle": "center", "end": "right"}.get(element.get("text-anchor", ""), "left")
                axes.text(
                    float(element.get("x", 0)), float(element.get("y", 0)), element.text or "", ha=anchor,
                    va="baseline", size=float(element.get("font-size", 12)), color=element.get("fill", "#000000"),
                    weight="bold" if element.get("font-weight") else "normal", parse_math=False, zorder=order,
                )  # fmt: skip
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
    return out.getvalue()


def _path(patches: Any, element: ElementTree.Element, order: int) -> Any:
    from matplotlib.path import Path  # noqa: PLC0415 - as above

    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    kinds = {"M": Path.MOVETO, "L": Path.LINETO, "Q": Path.CURVE3, "C": Path.CURVE4}
    for letter, rest in _PART.findall(element.get("d", "")):
        name = letter.upper()
        numbers = [float(number) for number in _NUMBER.findall(rest)]
        if name == "Z":
            points.append(points[-1])
            codes.append(Path.CLOSEPOLY)
            continue
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        assert len(pairs) % _POINTS[name] == 0
        points += pairs
        codes += [kinds[name]] * len(pairs)
    fill, stroke = element.get("fill", "#000000"), element.get("stroke", "none")
    drawn = patches.PathPatch(
        Path(points, codes), fc=fill, ec=stroke, lw=float(element.get("stroke-width", 1)) if stroke != "none" else 0
    )
    drawn.set(clip_on=False, zorder=order)
    return drawn
