"""Private files: what may be handed in, how it is kept."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from core.models import Attachment

# What a file may call itself, and what its first bytes may then be.
ALLOWED: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (b"PK\x03\x04",)),
    ".doc": ("application/msword", (b"\xd0\xcf\x11\xe0",)),
    ".xls": ("application/vnd.ms-excel", (b"\xd0\xcf\x11\xe0",)),
    ".ofd": ("application/ofd", (b"PK\x03\x04",)),
}
ACCEPT = ",".join(ALLOWED)


# Where some bytes stand in a file, and what it then is, in words for whoever sent it under another name.
SIGNS: tuple[tuple[int, bytes, Any], ...] = (
    (0, b"%PDF-", _("a PDF")),
    (0, b"\xff\xd8\xff", _("a picture (JPEG)")),
    (0, b"\x89PNG", _("a picture (PNG)")),
    (0, b"GIF8", _("a picture (GIF)")),
    (0, b"BM", _("a picture (BMP)")),
    (8, b"WEBP", _("a picture (WebP)")),
    (4, b"ftyphei", _("a photo of an iPhone (HEIC)")),
    (4, b"ftyp", _("a video")),
    (0, b"PK\x03\x04", _("a Word, Excel, PowerPoint or ZIP file")),
    (0, b"\xd0\xcf\x11\xe0", _("a Word, Excel or PowerPoint file of the old kind")),
    (0, b"Rar!", _("a packed file (RAR)")),
    (0, b"7z\xbc\xaf", _("a packed file (7z)")),
    (0, b"{\\rtf", _("a text (RTF)")),
    (0, b"<", _("a web page")),
    (0, b"MZ", _("a program")),
)


def looks_like(head: bytes) -> Any:
    """What the first bytes say a file really is; empty when unknown."""
    return next((words for at, sign, words in SIGNS if head.startswith(sign, at)), "")


def validate_upload(upload: UploadedFile, kinds: Iterable[str] = ALLOWED) -> None:
    """Raise `ValidationError` for a file that is too large, empty, of a kind not taken, or not what it says."""
    name = upload.name or ""
    if upload.size is not None and upload.size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            _("“%(name)s” has %(size)s; a file may have at most %(limit)s. Please make it smaller or split it."),
            code="too_large",
            params={
                "name": name,
                "size": filesizeformat(upload.size),
                "limit": filesizeformat(settings.UPLOAD_MAX_BYTES),
            },
        )
    if not upload.size:
        raise ValidationError(_("“%(name)s” is empty."), code="empty", params={"name": name})
    suffix = PurePath(name).suffix.lower()
    if suffix not in kinds:
        raise ValidationError(
            _("Files of the kind “%(suffix)s” are not taken. Please use %(allowed)s."),
            code="kind",
            params={"suffix": suffix or "?", "allowed": " ".join(kinds)},
        )
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    if not head.startswith(ALLOWED[suffix][1]):
        found = looks_like(head)
        raise ValidationError(
            _(
                "“%(name)s” is %(found)s, not %(claimed)s. To change its name is not enough: please save it anew as "
                "%(claimed)s, or send the right file."
            )
            if found
            else _("“%(name)s” is not really a %(claimed)s file. Please save it again in the right format."),
            code="disguised",
            params={"name": name, "claimed": suffix.lstrip(".").upper(), "found": found},
        )


def attach(target: models.Model, upload: UploadedFile, *, by: Any, kind: str = "") -> Attachment:
    """Keep one uploaded file with an object; raises `ValidationError` as `validate_upload` does."""
    validate_upload(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    name = PurePath(upload.name or "").name
    attachment = Attachment(
        content_type=ContentType.objects.get_for_model(target),
        object_id=target.pk,
        kind=kind,
        name=name[-200:],
        size=upload.size or 0,
        media_type=ALLOWED[PurePath(name).suffix.lower()][0],
        sha256=digest.hexdigest(),
        uploaded_by=by,
    )
    attachment.file.save(name, upload, save=False)
    attachment.save()
    return attachment
