"""Official papers by GB/T 9704-2012, measured on the page: 22 lines of 28 characters, margins, marks, faces, seals.

All measures are in millimetres from the upper left corner. What text stands where is read from the PDF (tolerance a
tenth of a millimetre); red lines and the upper edge of the mark are looked for in the picture of the page at 200 dpi,
where a dot is 0.13 mm, and the standard itself allows 1 mm.
"""

from collections import Counter
from io import BytesIO
from typing import Any, NamedTuple

import pdfplumber
import pytest
from PIL import Image

from people.models import Organization
from projects.models import Project
from reports import letters, pdf, public_papers
from reports.checks import filled_by
from reports.documents import Document
from reports.fonts import ROLES
from tests.life import draft
from tests.reports.test_documents import both_in_notice, returned, returns_of

pytestmark = pytest.mark.one_database
DPI = 200
MM = 25.4 / 72
LEFT, RIGHT, TOP, BOTTOM = 28.0, 184.0, 37.0, 262.0
LINE, CHARACTER = 225 / 22, 156 / 28
RARE = "龚䶮喆与𬱖㼆堃昇珺祎玥翀赟"


class Line(NamedTuple):
    """Characters on one baseline."""

    baseline: float
    left: float
    right: float
    text: str


class Measured:
    """The pages of a paper, with what stands on them in millimetres."""

    def __init__(self, document: Document, **changes: Any):
        self.content = pdf.render(document.template, document.context | changes)
        self.book = pdfplumber.open(BytesIO(self.content))
        self.pages = self.book.pages

    def lines(self, number: int) -> list[Line]:
        """The lines of a page from above, without the page number."""
        found: dict[float, list] = {}
        page = self.pages[number - 1]
        for char in page.chars:
            if char["text"].isspace():
                continue
            found.setdefault(round((page.height - char["matrix"][5]) * MM, 2), []).append(char)
        return [
            Line(
                at,
                min(c["x0"] for c in chars) * MM,
                max(c["x1"] for c in chars) * MM,
                "".join(c["text"] for c in chars),
            )
            for at, chars in sorted(found.items())
            if at < BOTTOM
        ]

    def page_number(self, number: int) -> Line | None:
        page = self.pages[number - 1]
        chars = [c for c in page.chars if (page.height - c["matrix"][5]) * MM > BOTTOM and c["text"].strip()]
        if not chars:
            return None
        at = (page.height - chars[0]["matrix"][5]) * MM
        return Line(at, chars[0]["x0"] * MM, chars[-1]["x1"] * MM, "".join(c["text"] for c in chars))

    def picture(self, number: int) -> Image.Image:
        return self.pages[number - 1].to_image(resolution=DPI).original.convert("RGB")

    def red(self, number: int) -> list[tuple[float, float, float]]:
        """Rows of the page with red on them: how far from above, and from where to where."""
        picture = self.picture(number)
        r, g, b = picture.split()
        mask = Image.eval(r, lambda v: 255 if v > 180 else 0)
        for channel in (g, b):
            low = Image.eval(channel, lambda v: 255 if v < 110 else 0)
            mask = Image.composite(low, Image.new("L", mask.size), mask)
        dot, rows = 25.4 / DPI, []
        for y in range(mask.height):
            if box := mask.crop((0, y, mask.width, y + 1)).getbbox():
                rows.append((y * dot, box[0] * dot, box[2] * dot))
        return rows

    def dark_below(self, number: int, edge: float) -> float:
        """Where the first black row below an edge is."""
        grey = self.picture(number).convert("L").point(lambda v: 255 if v < 128 else 0)
        dot = 25.4 / DPI
        start = int(edge / dot)
        return (start + grey.crop((0, start, grey.width, grey.height)).getbbox()[1]) * dot


def near(value: float, tolerance: float = 0.1) -> Any:
    return pytest.approx(value, abs=tolerance)


@pytest.fixture
def notice(town, life) -> Document:
    """A correction notice of three pages and more: the second is full of nothing but text."""
    project = returned(town, life)
    made = letters.correction_notice(project, returns_of(project).last())
    return made._replace(context=made.context | {"reason": "公益创投" * 320})


@pytest.fixture
def letter(town, life) -> Document:
    return letters.award_letter(life.walk(draft(town), "approved"))


# -- the type area -----------------------------------------------------------------------------


def test_full_page_has_22_lines_of_28_characters(notice):
    lines = Measured(notice).lines(2)

    assert len(lines) == 22
    assert {len(line.text) for line in lines} == {28}


def test_lines_and_characters_stand_as_far_apart_as_the_type_area_is_divided(notice):
    measured = Measured(notice)
    lines = measured.lines(2)
    first = sorted(
        c["x0"] * MM for c in measured.pages[1].chars if abs(c["top"] - measured.pages[1].chars[0]["top"]) < 1
    )

    assert lines[-1].baseline - lines[0].baseline == near(21 * LINE)
    assert first[27] - first[0] == near(27 * CHARACTER)
    assert {round(char["size"], 2) for char in measured.pages[1].chars if char["top"] * MM < BOTTOM} == {16.0}


def test_text_fills_the_type_area_and_stays_in_it(notice):
    lines = Measured(notice).lines(2)

    assert {round(line.left, 1) for line in lines} == {LEFT}
    assert max(line.right for line in lines) == near(RIGHT, 0.2)
    assert TOP < lines[0].baseline - 16 * MM + 1 < TOP + LINE - 16 * MM + 3
    assert BOTTOM - LINE < lines[-1].baseline < BOTTOM


def test_page_is_a4(notice):
    page = Measured(notice).pages[0]

    assert (page.width * MM, page.height * MM) == (near(210), near(297))


# -- page numbers ------------------------------------------------------------------------------


def test_page_numbers_stand_outside_one_character_in(notice):
    measured = Measured(notice)
    second, third = measured.page_number(2), measured.page_number(3)

    assert (second.text.replace(" ", ""), third.text.replace(" ", "")) == ("—2—", "—3—")
    assert second.left == near(LEFT + 14 * MM, 0.2)
    assert third.right == near(RIGHT - 14 * MM, 0.2)
    assert measured.dark_below(2, BOTTOM + 1) > BOTTOM + 4


def test_dash_of_the_page_number_is_7_mm_below_the_type_area(notice):
    measured = Measured(notice)
    page = measured.pages[1]
    dash = next(c for c in page.chars if c["text"] == "—" and c["top"] * MM > BOTTOM)
    dot = 25.4 / DPI
    x = int((dash["x0"] + dash["x1"]) / 2 * MM / dot)
    column = measured.picture(2).convert("L").crop((x, int((BOTTOM + 1) / dot), x + 1, int(290 / dot)))
    dark = column.point(lambda v: 255 if v < 140 else 0).getbbox()

    assert BOTTOM + 1 + dark[1] * dot == near(BOTTOM + 7, 0.4)


def test_first_page_of_a_letter_has_no_number_and_that_of_a_document_has(notice, letter):
    assert Measured(notice).page_number(1) is None
    assert Measured(letter).page_number(1).right == near(RIGHT - 14 * MM, 0.2)


# -- red ---------------------------------------------------------------------------------------


def test_red_head_of_a_document_stands_35_mm_below_the_type_area_and_a_line_closes_it(letter):
    measured = Measured(letter)
    rows = measured.red(1)
    line = [row for row in rows if row[2] - row[1] > 155]
    number = next(each for each in measured.lines(1) if each.text.startswith("编号"))

    assert rows[0][0] == near(TOP + 35, 1.0)
    assert (line[0][1], line[0][2]) == (near(LEFT, 0.3), near(RIGHT, 0.3))
    assert line[0][0] - number.baseline == near(4, 1.0)
    assert (number.left + number.right) / 2 == near((LEFT + RIGHT) / 2, 0.3)
    assert measured.red(2) == []


def test_letter_form_has_its_mark_30_mm_from_the_edge_and_two_double_lines(notice):
    measured = Measured(notice)
    rows = measured.red(1)
    wide = [row for row in rows if row[2] - row[1] > 165]
    mark_ends = max(row[0] for row in rows if row[2] - row[1] <= 165)

    assert rows[0][0] == near(30, 1.0)
    assert {(round(row[1]), round(row[2])) for row in wide} == {(20, 190)}
    assert wide[0][0] - mark_ends == near(4, 1.0)
    assert wide[-1][0] == near(297 - 20, 1.0)
    assert [row[0] for row in measured.red(2)] == []


# -- faces and characters ----------------------------------------------------------------------


def test_each_role_is_set_in_what_fills_it_and_every_font_is_embedded(letter, draw):
    paper = draw(letter)
    embedded = {name.split("+")[-1].replace("-", "").replace(" ", "") for name in paper.fonts}

    assert all(paper.fonts.values())
    for role in ROLES:
        expected = (filled_by(role) or role.stand_in).replace(" ", "")
        if role.name != "楷体":  # this letter has no heading of the second level
            assert any(name.startswith(expected) for name in embedded), (role.name, expected, embedded)


def test_heading_of_the_second_level_is_set_in_the_face_of_楷体(town, life, draw):
    project = returned(town, life)
    paper = draw(letters.correction_notice(project, returns_of(project).last()))

    expected = (filled_by(next(role for role in ROLES if role.name == "楷体")) or "NotoSerif").replace(" ", "")
    assert any(expected in name.replace("-", "") for name in paper.fonts), paper.fonts


def test_rare_characters_of_names_have_a_glyph(town, life, draw):
    """That no glyph is missing is what the fixture of this directory asserts: a box would be a warning."""
    Organization.objects.filter(pk=town.centre.pk).update(name=f"{RARE}社会工作服务中心")
    project = life.walk(draft(town, title=f"{RARE}的陪伴"), "approved")

    text = draw(letters.award_letter(Project.objects.get(pk=project.pk))).text

    assert f"{RARE}社会工作服务中心：" in text
    assert f"一、项目名称。{RARE}的陪伴。" in text


# -- the seal, the imprint, the annex -------------------------------------------------------------


def pages_of_the_day(measured: Measured) -> list[list[Line]]:
    """The pages on which a line is nothing but a day: where the seal goes."""
    return [
        lines
        for lines in (measured.lines(number) for number in range(1, len(measured.pages) + 1))
        if any(line.text.startswith("20") and line.text.endswith("日") and len(line.text) <= 11 for line in lines)
    ]


def test_the_seal_never_stands_on_a_page_without_text(notice):
    """Line by line past where the text ends with the page."""
    counts = Counter()
    for length in range(17, 27):
        measured = Measured(notice, reason="公" * 28 * length)
        [page] = pages_of_the_day(measured)
        day = next(i for i, line in enumerate(page) if line.text.startswith("2026年") and len(line.text) <= 11)
        counts[len(measured.pages)] += 1

        assert page[day - 1].text == "柳溪镇人民政府"
        assert len([line for line in page[: day - 1] if "。" in line.text]) >= 1
        assert page[day - 1].baseline - page[day - 2].baseline == near(3 * LINE, 0.2)  # two lines free for the seal

    assert len(counts) > 1  # the end of a page was passed


def test_office_is_centred_on_the_day_with_four_characters_to_its_right(letter):
    measured = Measured(letter)
    [page] = pages_of_the_day(measured)
    at = next(i for i, line in enumerate(page) if line.text == "2026年4月20日")
    day, office = page[at], page[at - 1]

    assert (day.left + day.right) / 2 == near((office.left + office.right) / 2, 0.2)
    assert RIGHT - day.right == near(4 * 16 * MM, 2.0)


def test_imprint_closes_the_last_page_which_is_an_even_one(letter):
    counts = Counter()
    basis = letter.context["project"].call
    for length in range(0, 32, 5):
        basis.legal_basis = "《" + "规" * 28 * length + "》"
        measured = Measured(letter, copies=["柳溪社区居民委员会"])
        last = measured.lines(len(measured.pages))
        counts[len(measured.pages)] += 1

        assert len(measured.pages) % 2 == 0
        assert last[-2].text.startswith("抄送：柳溪社区居民委员会")
        assert "2026年4月20日印发" in last[-1].text
        rules = [rule["bottom"] * MM for rule in measured.pages[-1].rects + measured.pages[-1].lines]
        assert max(rules) == near(BOTTOM, 0.3)
        above = [line for line in last if "抄送" not in line.text and "印发" not in line.text]
        assert all(line.baseline < min(rules) for line in above)  # text and imprint never overlap
        assert all(len(measured.lines(number)) > 0 for number in range(1, len(measured.pages) + 1))

    assert len(counts) > 1


def test_annex_begins_a_page_with_its_word_at_the_upper_left(town, life):
    measured = Measured(public_papers.notice(both_in_notice(town, life)))
    first = next(lines for n in range(1, len(measured.pages) + 1) if (lines := measured.lines(n))[0].text == "附件")

    assert first[0].left == near(LEFT, 0.2)
    assert first[1].baseline - first[0].baseline == near(2 * LINE, 1.2)  # the title is in the third line
    assert (first[1].left + first[1].right) / 2 == near((LEFT + RIGHT) / 2, 0.3)


def test_number_of_an_issued_paper_stands_where_the_file_number_stood(letter):
    lines = Measured(letter, document_number="东社创〔2026〕3号").lines(1)

    assert [line.text.strip() for line in lines if "〔2026〕" in line.text] == ["东社创〔2026〕3号"]
    assert not any("编号" in line.text for line in lines[:3])


def test_long_title_stands_in_lines_of_about_the_same_length(letter):
    letter.context["project"].call.title = "2026年北京市朝阳区柳溪镇“邻里守望”社区社会组织公益创投（第二批）"
    lines = [line for line in Measured(letter).lines(1) if "北京市朝阳区柳溪镇" in line.text or "通知书" in line.text][
        :2
    ]

    assert [line.text for line in lines] == [
        "2026年北京市朝阳区柳溪镇“邻里守望”社区",
        "社会组织公益创投（第二批）项目立项通知书",
    ]
    for line in lines:
        assert (line.left + line.right) / 2 == near((LEFT + RIGHT) / 2, 0.5)
