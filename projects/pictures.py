"""Photos that people may look at: smaller than they came, and with nothing in them but the picture."""

from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import ImageOps

from core.safety import names, pictures

LONGEST = 1280
"""Pixels of the longer side: sharp on a phone and on a page."""


def preview(upload: UploadedFile, longest: int = LONGEST) -> ContentFile:
    """The picture upright, of at most so many pixels a side, as JPEG; `ValidationError` for what is no picture."""
    try:
        with pictures.opened(upload) as picture:
            scale = min(longest / max(picture.size), 1)
            picture.draft(
                "RGB", (int(picture.width * scale), int(picture.height * scale))
            )  # a JPEG: not unpacked whole
            shown = ImageOps.exif_transpose(picture).convert("RGB")
    except pictures.Unreadable as error:
        raise ValidationError(
            _("“%(name)s” cannot be read as a photo. Please send it as JPG or PNG."),
            params={"name": names.cleaned(upload.name or "")},
        ) from error
    shown.thumbnail((longest, longest))
    shown.info = {}
    file = BytesIO()
    shown.save(file, "JPEG", quality=82)
    return ContentFile(file.getvalue(), name="preview.jpg")
