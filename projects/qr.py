"""QR codes: segno's own marks and an address of ours, nothing that anybody typed."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(text: str) -> bytes:
    """A QR code as an SVG picture that scales, to be shown by itself."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", border=4, omitsize=True, light="#fff")
    return picture.getvalue()


def inline(text: str) -> SafeString:
    """A QR code as a part of a page."""
    return mark_safe(segno.make(text, error="m", micro=False).svg_inline(border=1, omitsize=True))
