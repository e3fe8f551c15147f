"""Pictures: whether one is whole and of a size that can be unpacked, and a copy with nothing in it but the picture.

A phone writes into a photo where and when it was taken, and by whom; that is nobody's business. What a picture is made
again from is its pixels alone, so nothing that was hidden behind them survives either.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END, BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = {"JPEG": 120_000_000, "MPO": 120_000_000, "PNG": 40_000_000}
"""More than a phone takes, or a scan of A4 at 600 dpi has. A JPEG is unpacked smaller at once, a PNG is not."""
LONGEST = 4096
"""Pixels of the longer side that are kept: A4 at 350 dpi, so that a photographed invoice can be read."""
QUALITY = 90
TAIL = 4096
"""Bytes at the end of a file in which its last chunk is looked for: some programs write something after it."""


class Unreadable(ValueError):
    """No picture, or not a whole one, or one that unpacks to more than there is room for."""


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Image.Image]:
    """The picture in a file, measured and not unpacked yet; whatever is wrong with it is `Unreadable`."""
    file.seek(0)
    try:
        with Image.open(file, formats=["JPEG", "PNG"]) as picture:
            kind = picture.format or ""
            if picture.width * picture.height > MOST_PIXELS.get(kind, 0):
                raise Unreadable
            if kind == "PNG" and not _has_its_end(file):
                raise Unreadable
            yield picture
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable from error
    finally:
        file.seek(0)


def _has_its_end(file: IO[bytes]) -> bool:
    """Whether a PNG was received whole: its last chunk is there (PNG specification, 11.2.5).

    Pillow says so itself, but not in a process that has made a PDF: WeasyPrint tells it to accept what is cut off.
    """
    size = file.seek(0, SEEK_END)
    file.seek(-min(TAIL, size), SEEK_END)
    whole = b"IEND" in file.read()
    file.seek(0)
    return whole


def check(file: IO[bytes]) -> None:
    """Raise `Unreadable` for what cannot be shown; a JPEG is read to its end, but unpacked at an eighth."""
    with opened(file) as picture:
        picture.draft("L", (64, 64))
        picture.load()


def plain(file: IO[bytes]) -> bytes:
    """The picture made again, upright and in its own format, at most `LONGEST` pixels."""
    with opened(file) as picture:
        kind = "PNG" if picture.format == "PNG" else "JPEG"
        if kind == "JPEG" and max(picture.size) > 2 * LONGEST:
            picture.draft("RGB", (LONGEST, LONGEST))
        shown = ImageOps.exif_transpose(picture)
        shown.thumbnail((LONGEST, LONGEST))
        transparent = shown.info.get("transparency")
        shown.info = {}  # a comment, a colour profile and an XMP packet would be written again
        out = BytesIO()
        if kind == "PNG":
            shown.save(out, "PNG", **({} if transparent is None else {"transparency": transparent}))
        else:
            colours = shown if shown.mode in ("RGB", "L") else shown.convert("RGB")
            colours.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()
