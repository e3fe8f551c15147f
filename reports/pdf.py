"""From a Django template to the bytes of a PDF, by WeasyPrint.

WeasyPrint logs what it had to make up for (a character without a glyph, a font it could not subset) under
the loggers `weasyprint` and `fontTools`; they reach the console like every other warning, and the tests
treat them as errors: a box in place of a name is not a blemish, it is a wrong document.
"""

import threading
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from reports.fonts import faces, own_fonts

LANGUAGE = "zh-hans"
STYLESHEET = "css/pdf.css"
SOURCE = Path(settings.BASE_DIR) / "static"

# One document at a time in a process: Pango's font map may not be used by two threads at once, and
# laying out is pure Python, so that threads would only wait for each other anyway.
_lock = threading.Lock()


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
    from weasyprint import CSS, HTML  # noqa: PLC0415
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

    fonts = FontConfiguration()
    if own:  # reading the style sheet makes them known to `fonts`
        CSS(string=faces(own), font_config=fonts, url_fetcher=OwnFontsOnly(allowed_protocols=["file"]))
    # A document with a hole in it is refused rather than sent: hence fail_on_errors.
    fetcher = OwnFilesOnly(allowed_protocols=["file", "data"], allow_redirects=False, fail_on_errors=True)
    stylesheet = CSS(filename=str(SOURCE / STYLESHEET), font_config=fonts, url_fetcher=fetcher)
    return Press(HTML, stylesheet, fonts, fetcher)


def render(template: str, context: dict[str, Any]) -> bytes:
    """The document as PDF; the same input gives the same bytes.

    Always in Chinese, whatever language the reader's pages are in: these are papers that are signed.
    """
    with translation.override(LANGUAGE):
        html = render_to_string(template, context)
    with _lock:
        press = _press()
        document = press.html(string=html, base_url=SOURCE.as_uri() + "/", url_fetcher=press.fetcher)
        return document.write_pdf(stylesheets=[press.stylesheet], font_config=press.fonts, pdf_tags=True)
