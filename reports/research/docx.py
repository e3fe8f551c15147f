"""A research report as docx, to go on writing: real headings, tables, charts, page numbers, on the page of GB/T 9704.

Faces are named as a bureau has them (方正小标宋, 仿宋_GB2312, 楷体_GB2312, 黑体);
a computer without them takes its own.
The file bears the day of the report and no hour, so that the same report gives the same file.
"""

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from reports.official import balanced
from reports.research.blocks import Block, Chapter, Chart, Paragraph, Report, Table, ToWrite
from reports.research.raster import png

XIAOBIAOSONG, FANGSONG, KAITI, HEITI, SONGTI = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
BODY, PITCH = Pt(16), Pt(28.95)
"""三号, and 22 lines in 225 mm."""
TYPE_AREA = Mm(156)
STAYS_WHOLE = 12
"""A table of so many rows is not torn apart by the end of a page."""
TIME = (1980, 1, 1, 0, 0, 0)


def write(report: Report) -> bytes:
    """The whole report."""
    document = Document()
    _page(document)
    _styles(document)
    document.core_properties.title = report.title
    document.core_properties.author = report.office
    document.core_properties.language = "zh-CN"
    written = datetime.strptime(report.day, "%Y年%m月%d日")
    document.core_properties.created = document.core_properties.modified = written
    document.core_properties.last_modified_by, document.core_properties.comments = "", ""
    _title(document, report.title)
    document.add_paragraph("（草稿，由平台按数据生成）", style="Note")
    for block in report.opening:
        _block(document, block)
    for number, chapter in report.numbered:
        document.add_heading(f"{number}{chapter.title}", 1)
        _chapter(document, chapter)
    if report.office:
        _signed(document, report)
    for annex in report.annexes:
        heading = document.add_heading(annex.title, 1)
        heading.paragraph_format.page_break_before = annex is report.annexes[0]
        heading.paragraph_format.first_line_indent = 0
        _chapter(document, annex)
    target = BytesIO()
    document.save(target)
    return _timeless(target.getvalue())


def _title(document: Any, title: str) -> None:
    """In balanced lines, as on the official paper."""
    paragraph = document.add_paragraph(style="Title")
    for number, line in enumerate(balanced([title])):
        run = paragraph.add_run()
        if number:
            run.add_break()
        run.add_text(line)


def _chapter(document: Any, chapter: Chapter) -> None:
    for number, section in chapter.numbered:
        if section.title:
            document.add_heading(f"{number}{section.title}", 2)
        for block in section.blocks:
            _block(document, block)


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        paragraph = document.add_paragraph()
        if block.lead:
            _face(paragraph.add_run(block.lead), FANGSONG).bold = True
        paragraph.add_run(block.text)
    elif isinstance(block, ToWrite):
        run = document.add_paragraph().add_run(block.text)
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    elif isinstance(block, Table):
        _table(document, block)
    elif isinstance(block, Chart) and block.svg:
        document.add_paragraph(block.title, style="Caption")
        picture = document.add_paragraph(style="Picture")
        shape = picture.add_run().add_picture(BytesIO(png(block.svg)), width=TYPE_AREA)
        shape._inline.docPr.set("descr", block.title)  # read aloud in place of the picture


def _table(document: Any, block: Table) -> None:
    if block.title:
        document.add_paragraph(block.title, style="Caption")
    made = document.add_table(rows=1, cols=len(block.head), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    _margins(made)
    for cell, text in zip(made.rows[0].cells, block.head, strict=True):
        _cell(cell, text, bold=True, middle=True)
    repeats = OxmlElement("w:tblHeader")
    repeats.set(qn("w:val"), "true")
    made.rows[0]._tr.get_or_add_trPr().append(repeats)
    for row in block.cells:
        line = made.add_row()
        stays = OxmlElement("w:cantSplit")
        line._tr.get_or_add_trPr().append(stays)
        for cell, (text, is_figure) in zip(line.cells, row, strict=True):
            _cell(cell, text, right=is_figure)
    if len(block.cells) <= STAYS_WHOLE:  # on one page, with its title
        for line in made.rows[:-1]:
            for cell in line.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    if block.note:
        document.add_paragraph(block.note, style="Note")
    else:
        document.add_paragraph("", style="Picture")


def _margins(table: Any) -> None:
    """Room above and below what stands in a cell, and little at its sides: twelve months stand side by side."""
    margins = OxmlElement("w:tblCellMar")
    for side, twentieths in (("top", 40), ("left", 60), ("bottom", 40), ("right", 60)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twentieths))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(margins)


def _cell(cell: Any, text: str, *, bold: bool = False, right: bool = False, middle: bool = False) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.style = "Cell"
    paragraph.add_run(text).bold = bold
    if middle:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _signed(document: Any, report: Report) -> None:
    for text in (report.office, report.day):
        paragraph = document.add_paragraph(text)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(32)
        paragraph.paragraph_format.keep_with_next = text == report.office


# -- How it is set -------------------------------------------------------------------------------------


def _page(document: Any) -> None:
    """A4 with the type area 156 × 225 mm; the page number — 1 — outside, odd pages on the right."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    section.footer_distance = Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    _number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _number(footer: Any, side: Any) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment, paragraph.paragraph_format.first_line_indent = side, 0
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    for kind, text in (("text", "— "), ("begin", ""), ("code", "PAGE"), ("end", ""), ("text", " —")):
        run = _face(paragraph.add_run(text if kind == "text" else ""), SONGTI)
        run.font.size = Pt(14)
        if kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)
        elif kind != "text":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _face(run: Any, face: str) -> Any:
    """Word asks for the Chinese face by an attribute of its own."""
    run.font.name = face
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
    return run


def _styles(document: Any) -> None:
    """仿宋 for the text, 小标宋 for the title, 黑体 for 一、, 楷体 for （一）."""
    styles = document.styles
    for name, face, size in (
        ("Normal", FANGSONG, BODY), ("Title", XIAOBIAOSONG, Pt(22)), ("Heading 1", HEITI, BODY),
        ("Heading 2", KAITI, BODY), ("Caption", HEITI, Pt(12)),
    ):  # fmt: skip
        _style(styles[name], face, size)
    for name, face, size in (("Note", KAITI, Pt(12)), ("Cell", SONGTI, Pt(10.5)), ("Picture", SONGTI, Pt(10.5))):
        made = styles.add_style(name, 1)
        made.base_style = styles["Normal"]
        _style(made, face, size)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    styles["Normal"].element.rPr.append(language)
    normal = styles["Normal"].paragraph_format
    normal.first_line_indent, normal.line_spacing = BODY * 2, PITCH
    normal.line_spacing_rule, normal.space_before, normal.space_after = WD_LINE_SPACING.EXACTLY, 0, 0
    normal.widow_control = True
    for name in ("Title", "Caption", "Note", "Picture"):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Title", "Caption", "Note", "Cell", "Picture"):
        styles[name].paragraph_format.first_line_indent = 0
    for name in ("Cell", "Picture"):
        styles[name].paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    styles["Title"].paragraph_format.space_after = PITCH
    styles["Title"].paragraph_format.line_spacing = PITCH
    for name in ("Heading 1", "Heading 2", "Caption"):
        styles[name].paragraph_format.keep_with_next = True


def _style(style: Any, face: str, size: Any) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = face, size, False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{attribute}"), None)  # a theme would win over the name
    for attribute in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{attribute}"), face)
    style.paragraph_format.space_before = style.paragraph_format.space_after = 0
    border = style.element.find(f".//{qn('w:pBdr')}")
    if border is not None:  # the template's title has a line below it
        border.getparent().remove(border)


def _timeless(content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            new.writestr(info, old.read(name))
    return out.getvalue()
