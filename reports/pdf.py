"""From a Django template to the bytes of a PDF, by WeasyPrint.

WeasyPrint logs what it had to make up for (a character without a glyph, a font it could not subset) under
the loggers `weasyprint` and `fontTools`; they reach the console like every other warning, and the tests
treat them as errors: a box in place of a name is not a blemish, it is a wrong document.
"""

import threading
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from reports import subsetting
from reports.fonts import faces, own_fonts

LANGUAGE = "zh-hans"
STYLESHEET = "css/pdf.css"
SOURCE = Path(settings.BASE_DIR) / "static"

# One document at a time in a process: Pango's font map may not be used by two threads at once, and
# laying out is pure Python, so that threads would only wait for each other anyway.
_lock = threading.Lock()


ARCHIVAL = "pdf/a-2b"
"""What an issued paper is written as (ISO 19005-2): everything it needs is in it, also in thirty years."""


class Issue(NamedTuple):
    """What makes a document an issued one: the identifier of its file, and the moment that it bears."""

    identifier: str
    moment: datetime


class Press(NamedTuple):
    """What is made once in a process and used for every document; finding the fonts costs more than a page."""

    html: Any
    stylesheet: Any
    fonts: Any
    fetcher: Any


def is_ours(url: str) -> bool:
    """Whether a URL names an existing file among our static files: the only thing a document may load."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc or parts.query:
        return False
    path = Path(url2pathname(parts.path)).resolve()
    roots = [SOURCE, *(Path(root) for root in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS) if root)]
    return path.is_file() and any(path.is_relative_to(root.resolve()) for root in roots)


PICTURE = "data:image/jpeg;base64,"
"""How a photo of ours is a part of a page: made anew when it was uploaded, so that it carries nothing else."""


@cache
def _press() -> Press:
    # Here, not above: importing WeasyPrint loads Pango, and a machine without it must still serve every other page.
    import pydyf  # noqa: PLC0415
    from weasyprint import CSS, HTML  # noqa: PLC0415
    from weasyprint.pdf import fonts as weasy_fonts  # noqa: PLC0415
    from weasyprint.text import ffi  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    class OwnFilesOnly(URLFetcher):
        """No network and no other file: a document never becomes a way to read the server. A photo comes with it."""

        def fetch(self, url: str, headers: dict | None = None) -> Any:
            if not (url.startswith(PICTURE) or is_ours(url)):
                raise ValueError(f"A document may load static files only, not {url}")
            return super().fetch(url, headers)

    own = own_fonts().files
    allowed = {path.resolve().as_uri() for path in own.values()}

    class OwnFontsOnly(URLFetcher):
        """For the faces of the bureau alone: no document can name a file of that directory."""

        def fetch(self, url: str, headers: dict | None = None) -> Any:
            if url not in allowed:
                raise ValueError(f"Not one of the fonts in FONTS_DIR: {url}")
            return super().fetch(url, headers)

    _end_streams_clearly(pydyf.Stream)
    _read_fonts_once(weasy_fonts)
    subsetting.install(weasy_fonts, ffi.ffi, ffi.harfbuzz, ffi.harfbuzz_subset)
    fonts = FontConfiguration()
    if own:  # reading the style sheet makes them known to `fonts`
        CSS(string=faces(own), font_config=fonts, url_fetcher=OwnFontsOnly(allowed_protocols=["file"]))
    # A document with a hole in it is refused rather than sent: hence fail_on_errors.
    fetcher = OwnFilesOnly(allowed_protocols=["file", "data"], allow_redirects=False, fail_on_errors=True)
    stylesheet = CSS(filename=str(SOURCE / STYLESHEET), font_config=fonts, url_fetcher=fetcher)
    return Press(HTML, stylesheet, fonts, fetcher)


def warm() -> None:
    """Set up anew what every document needs: for a process that has just been forked, whose fonts are not its own."""
    with _lock:
        _press.cache_clear()
        _press()


def render(template: str, context: dict[str, Any], *, issued: Issue | None = None) -> bytes:
    """The document as PDF; the same input gives the same bytes.

    Always in Chinese, whatever language the reader's pages are in: these are papers that are signed. `issued`: written
    as PDF/A-2b, identified by the paper itself and dated by its day, not by the hour at which it was laid out.
    """
    return lay_out(html_of(template, context), issued=issued)


def html_of(template: str, context: dict[str, Any]) -> str:
    """The document before it is laid out."""
    with translation.override(LANGUAGE):
        return render_to_string(template, context)


def lay_out(html: str, *, issued: Issue | None = None) -> bytes:
    """The pages of a document whose HTML is known."""
    options: dict[str, Any] = {"pdf_tags": True, "finisher": _finish}
    if issued:
        options |= {"pdf_variant": ARCHIVAL, "pdf_identifier": issued.identifier.encode(), "finisher": _archival}
    with _lock:
        press = _press()
        document = press.html(string=html, base_url=SOURCE.as_uri() + "/", url_fetcher=press.fetcher)
        return document.write_pdf(stylesheets=[press.stylesheet], font_config=press.fonts, **options)


@cache
def _end_streams_clearly(stream: Any) -> None:
    """Write CR LF before `endstream`, where pydyf writes LF; once in a process, however often the press is set up.

    Packed data may end with a CR by chance (one stream in 256). Followed by LF the two are one end of line, and the
    length of the stream is one byte too long: ISO 19005-2, 6.1.7.1, does not let this pass.
    """
    plain = stream.data.fget

    def data(self: Any) -> bytes:
        return plain(self).removesuffix(b"\nendstream") + b"\r\nendstream"

    stream.data = property(data)


@cache
def _read_fonts_once(module: Any) -> None:
    """Keep what has been read of a font file. WeasyPrint copies the whole file (16 MB) for each font of a paper, only
    to throw it away when the font is subset: an eighth of the time of a letter.

    Fonts of Pango live as long as its font map, and a reference of ours keeps their addresses from being given again.
    """
    read, begin, kept = module.get_hb_object_data, module.Font.__init__, {}

    def once(face: Any) -> bytes:
        place = int(module.ffi.cast("uintptr_t", face))
        if place not in kept:
            kept[place] = (module.harfbuzz.hb_face_reference(face), read(face))
        return kept[place][1]

    def __init__(self: Any, *args: Any) -> None:
        module.get_hb_object_data = once
        try:
            begin(self, *args)
        finally:
            module.get_hb_object_data = read

    module.Font.__init__ = __init__


def _finish(_document: Any, made: Any) -> None:
    subsetting.name_bare(made)
    subsetting.say_widths_briefly(made)


def _archival(document: Any, made: Any) -> None:
    """The metadata as they can be read without unpacking anything: WeasyPrint packs them like every other stream."""
    _finish(document, made)
    number = int(made.catalog["Metadata"].split()[0])
    made.objects[number].compress = False
