"""Private files: what may be handed in, how it is kept."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import puremagic
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


def looks_like(head: bytes, name: str) -> str:
    """What the first bytes say a file really is, as a short name for the message; empty when unknown."""
    try:
        return puremagic.from_string(head, filename=name).lstrip(".").upper()
    except (puremagic.PureError, ValueError):
        return ""


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
        raise ValidationError(
            _("“%(name)s” is not really a %(claimed)s file%(found)s. Please save it again in the right format."),
            code="disguised",
            params={
                "name": name,
                "claimed": suffix.lstrip(".").upper(),
                "found": f" ({kind})" if (kind := looks_like(head, "")) else "",
            },
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
