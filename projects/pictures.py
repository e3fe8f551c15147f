"""Photos that people may look at: smaller than they came, and with nothing in them but the picture.

A phone writes into a photo where and when it was taken; that is nobody's business but the group's.
"""

from io import SEEK_END, BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

LONGEST = 1280
"""Pixels of the longer side: sharp on a phone and on a page."""
TAIL = 4096
"""Bytes at the end of a file in which its last chunk is looked for: some programs write something after it."""
MOST_PIXELS = 80_000_000
"""More than any phone takes; a file that unpacks to more is a bomb."""


def preview(upload: UploadedFile) -> ContentFile:
    """The picture upright, at most `LONGEST` pixels, as JPEG; `ValidationError` for what is no picture."""
    upload.seek(0)
    try:
        with Image.open(upload, formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _unreadable(upload)
            if picture.format == "PNG" and not _has_its_end(upload):
                raise _unreadable(upload)
            picture.draft("RGB", (LONGEST, LONGEST))  # a JPEG need not be unpacked whole
            shown = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unreadable(upload) from error
    shown.thumbnail((LONGEST, LONGEST))
    file = BytesIO()
    shown.save(file, "JPEG", quality=82)
    upload.seek(0)
    return ContentFile(file.getvalue(), name="preview.jpg")


def _has_its_end(upload: UploadedFile) -> bool:
    """Whether a PNG was received whole: its last chunk is there (PNG specification, 11.2.5).

    Pillow says so itself, but not in a process that has made a PDF: WeasyPrint tells it to accept what is cut off.
    """
    upload.seek(-min(TAIL, upload.size or 0), SEEK_END)
    whole = b"IEND" in upload.read()
    upload.seek(0)
    return whole


def _unreadable(upload: UploadedFile) -> ValidationError:
    return ValidationError(
        _("“%(name)s” cannot be read as a photo. Please send it as JPG or PNG."), params={"name": upload.name}
    )
