"""Reading a PDF back: its text, its fonts, and whatever WeasyPrint had to make up for."""

import logging
import re
from collections.abc import Iterator
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader

from reports import pdf
from reports.documents import Document


@pytest.fixture(autouse=True)
def _nothing_is_made_up(caplog) -> Iterator[None]:
    """A missing character or a font that could not be subset is only a warning to WeasyPrint; here it fails."""
    yield
    told = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in {"weasyprint", "fontTools"}
    ]
    assert told == []


class Paper:
    """A PDF as it is read: text without the spaces and breaks that only the layout put there."""

    def __init__(self, content: bytes):
        self.content = content
        self.reader = PdfReader(BytesIO(content))
        texts = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
        self.pages = [re.sub(r"\s", "", text) for text in texts]

    @property
    def text(self) -> str:
        """All pages, with the running line and the page number of each taken out, so that sentences go on."""
        return re.sub(r"—\d+—", "", "".join(self.pages))

    @property
    def fonts(self) -> dict[str, bool]:
        """Each font's name, and whether it is embedded."""
        found = {}
        for page in self.reader.pages:
            for font in page["/Resources"].get("/Font", {}).values():
                descendant = font.get_object()["/DescendantFonts"][0].get_object()
                descriptor = descendant["/FontDescriptor"]
                found[descendant["/BaseFont"]] = bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor))
        return found


@pytest.fixture
def draw():
    """`draw(document)` lays a document out and reads it back."""

    def start(document: Document) -> Paper:
        return Paper(pdf.render(document.template, document.context))

    return start
