"""Charts: figures in, SVG out, the same for the same; nothing inline, nothing unescaped, readable in grey."""

from decimal import Decimal
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from reports import chart_style, charts
from reports.canvas import width_of, wrapped
from reports.chart_style import FULL, HALL, NARROW, PAPER, WIDE, Size
from reports.charts import Heat, Span

HOSTILE = '<script>alert(1)</script> & "x" $\\frac{1}{0}$ 😀\x00\x0b\ud800 ' + "长" * 300
SVG = "{http://www.w3.org/2000/svg}"


def every_chart(title: str, name: str, size: Size) -> dict[str, str]:
    """One of each kind, with two rows of which one has this name."""
    money = (Decimal("1234567.89"), Decimal("0.00"))
    return {
        "bar": charts.bar(title, ((name, 7), ("乙", Decimal("2.5"))), "元", size, chart_style.in_ten_thousand),
        "stacked": charts.stacked(title, (name, "未拨"), ((name, money), ("乙", money[::-1])), "元", size),
        "funnel": charts.funnel(title, ((name, 40), ("受理", 30), ("结项", 0)), "个", size),
        "line": charts.line(title, ((name, 3), ("二月", None), ("三月", 900)), "人次", size),
        "heat": charts.heat(title, (name, "为老"), ((name, (Heat(2, name, True), Heat(0))),), "个", size),
        "interval": charts.interval(
            title, (Span(name, 80, 90, 95, name), Span("乙", 0, 50, 100, "n=3", True)), "%", size, 100
        ),
        "histogram": charts.histogram(title, (0, 20, 40), (3, 0), name, size, chart_style.with_percent),
    }  # fmt: skip


KINDS = sorted(every_chart("题", "甲", WIDE))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [WIDE, NARROW, FULL, PAPER, HALL], ids=["wide", "narrow", "full", "paper", "hall"])
def test_chart_says_its_title_and_figures_to_whoever_does_not_see_it(kind, size):
    root = ElementTree.fromstring(every_chart("资金去向", "为老服务", size)[kind])

    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title.text == "资金去向"
    assert description.text
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


@pytest.mark.parametrize("kind", KINDS)
def test_same_figures_give_the_same_bytes(kind):
    first = every_chart("题", "甲", WIDE)[kind]
    for chart in (
        charts.bar,
        charts.stacked,
        charts.funnel,
        charts.line,
        charts.heat,
        charts.interval,
        charts.histogram,
    ):
        chart.cache_clear()

    assert every_chart("题", "甲", WIDE)[kind] == first
    assert every_chart("题", "丙", WIDE)[kind] != first


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_chart_is_inline_style_or_script(kind):
    drawn = every_chart("题", "甲", WIDE)[kind]

    root = ElementTree.fromstring(drawn)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "title", "desc", "path", "text"}
    assert [
        name for each in root.iter() for name in each.attrib if name in ("style", "class") or name[:2] == "on"
    ] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [NARROW, HALL], ids=["narrow", "hall"])
def test_hostile_title_is_written_as_text(kind, size):
    drawn = every_chart(HOSTILE, HOSTILE, size)[kind]

    assert "<script" not in drawn
    root = ElementTree.fromstring(drawn)  # what XML cannot hold is gone, the rest is whole
    assert root.find(f"{SVG}title").text == HOSTILE.translate({0: None, 11: None, 0xD800: None})
    assert root.findall(f".//{SVG}script") == []


@pytest.mark.parametrize("size", [WIDE, NARROW, PAPER, HALL], ids=["wide", "narrow", "paper", "hall"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_stays_within_the_picture(kind, size):
    """By the widths that the layout assumes; a long label is cut, and stands whole in the description."""
    root = ElementTree.fromstring(every_chart("题", "残障融合与家庭照护者支持服务" * 3, size)[kind])

    width = float(root.get("viewBox").split()[2])
    for text in root.iter(f"{SVG}text"):
        wide, x = width_of(text.text, float(text.get("font-size"))), float(text.get("x"))
        start = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor")]
        assert start >= -3, text.text
        assert start + wide <= width + 3, text.text


@pytest.mark.parametrize(
    "drawn",
    [
        lambda: charts.bar("题", (), "元"),
        lambda: charts.bar("题", (("甲", Decimal(0)),), "元"),
        lambda: charts.stacked("题", ("一",), (), "元"),
        lambda: charts.stacked("题", ("一", "二"), (("甲", (0, 0)),), "元"),
        lambda: charts.funnel("题", (("收到", 0), ("受理", 0)), "个"),
        lambda: charts.line("题", (("一月", 0), ("二月", None)), "人次"),
        lambda: charts.heat("题", ("甲",), (), "个"),
        lambda: charts.interval("题", (), "%", WIDE, 100),
        lambda: charts.histogram("题", (0, 1, 2), (0, 0), "个"),
    ],
)
def test_without_figures_there_is_no_empty_axis(drawn):
    assert drawn() == ""


def test_bars_are_as_long_as_their_figures():
    root = ElementTree.fromstring(charts.bar("题", (("甲", 100), ("乙", 25)), "元"))

    lengths = [_width(path) for path in root.iter(f"{SVG}path") if path.get("fill") == chart_style.MAIN]
    assert lengths[1] / lengths[0] == pytest.approx(0.25, abs=0.005)


def test_parts_of_a_bar_are_as_long_as_their_figures():
    root = ElementTree.fromstring(charts.stacked("题", ("一", "二"), (("甲", (30, 10)), ("乙", (10, 10))), "元"))

    ground = {chart_style.PARTS[0], chart_style.PARTS[1]}
    paths = [path for path in root.iter(f"{SVG}path") if path.get("fill") in ground and path.get("stroke") == "#fffefb"]
    first, *others = map(_width, paths)
    assert [first / other for other in others] == pytest.approx([3, 3, 3], abs=0.02)


def _width(path: ElementTree.Element) -> float:
    numbers = [float(part) for part in path.get("d").split() if part.replace(".", "").replace("-", "").isdigit()]
    return max(numbers[::2]) - min(numbers[::2])


def test_gap_in_a_curve_is_no_zero():
    with_gap = ElementTree.fromstring(charts.line("题", (("一", 5), ("二", None), ("三", 6)), "人次"))
    with_zero = ElementTree.fromstring(charts.line("题", (("一", 5), ("二", 0), ("三", 6)), "人次"))

    dots = [[p for p in root.iter(f"{SVG}path") if p.get("stroke-width") == "1.5"] for root in (with_gap, with_zero)]
    assert [len(each) for each in dots] == [2, 3]


def test_a_sixth_part_is_refused():
    with pytest.raises(ValueError, match="6 parts"):
        charts.stacked("题", tuple("一二三四五六"), (("甲", (1, 1, 1, 1, 1, 1)),), "元")


def test_histogram_needs_an_edge_more_than_counts():
    with pytest.raises(ValueError, match="edge"):
        charts.histogram("题", (0, 1), (1, 2), "个")


# -- Colours --------------------------------------------------------------------------------------


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lightness(colour: str) -> float:
    """CIE L* of the colour, which is what grey paper keeps of it."""
    red, green, blue = linear(colour)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def contrast(one: str, other: str) -> float:
    """WCAG 2.2."""
    y = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other)))
    return (y[1] + 0.05) / (y[0] + 0.05)


def test_parts_differ_in_grey():
    steps = [lightness(colour) for colour in chart_style.PARTS]

    assert all(b - a >= 7 for a, b in pairwise(steps)), steps


def test_every_two_parts_differ_for_the_colour_blind():
    """As seen without red or green cones (Machado, Oliveira and Fernandes 2009, severity 1)."""
    missing = {
        "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
        "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    }
    for rows in missing.values():
        seen = [[sum(a * b for a, b in zip(row, linear(c), strict=True)) for row in rows] for c in chart_style.PARTS]
        distances = [
            sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 for one, other in combinations(seen, 2)
        ]
        assert min(distances) > 0.1


@pytest.mark.parametrize("ground", [*chart_style.PARTS, *chart_style.SHADES, chart_style.MAIN])
def test_text_on_every_ground_can_be_read(ground):
    assert contrast(chart_style.text_on(ground), ground) >= 4.5


# -- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (1234, "1,234"),
        (Decimal("12.50"), "12.5"),
        (Decimal("1000.00"), "1,000"),
        (8.5, "8.5"),
        (Decimal("0.125"), "0.13"),
        (2.675, "2.68"),
        (Decimal("0.999"), "1"),
        (100.0, "100"),
    ],
)
def test_figure_is_said_without_needless_zeros(value, said):
    assert chart_style.plain(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("9999.99"), "9,999.99"),
        (Decimal("10000.00"), "1万"),
        (Decimal("1234567.00"), "123.5万"),
        (Decimal("12500.00"), "1.3万"),
    ],
)
def test_large_amount_is_said_in_ten_thousands(value, said):
    assert chart_style.in_ten_thousand(value) == said


def test_label_is_broken_into_lines_of_about_one_length():
    assert wrapped("2026年社区微创投（上一轮，已结项）", 10, 150) == ["2026年社区微创投", "（上一轮，已结项）"]


def test_label_that_is_too_long_ends_in_an_ellipsis():
    assert wrapped("甲乙丙丁戊己庚辛", 10, 30) == ["甲乙丙", "丁戊…"]
