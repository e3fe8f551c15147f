"""Private files: what may be handed in, how it is kept.

What somebody says of a file is not believed: neither its name nor its kind. What is looked for in it stands in
`core.safety`, one module a kind of file; here are the words for it.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Attachment
from core.safety import names, packages, pdfs, pictures, viruses
from core.workflow import Refused

logger = logging.getLogger(__name__)

_PACKED, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What a file may call itself, and what its first bytes may then be.
ALLOWED: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (_PACKED,)),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (_PACKED,)),
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (_PACKED,)),
    ".doc": ("application/msword", (_OLD,)),
    ".xls": ("application/vnd.ms-excel", (_OLD,)),
    ".ofd": ("application/ofd", (_PACKED,)),
}
PICTURES = (".jpg", ".jpeg", ".png")
ACCEPT = ",".join(ALLOWED)
A_DAY = timedelta(days=1)

NO_PHOTO = _("“%(name)s” cannot be read as a photo. Please send it as JPG or PNG.")
DANGERS = {
    pdfs.Danger.DAMAGED: _(
        "“%(name)s” cannot be opened as a PDF: it is damaged or cut off. Please save or scan it again."
    ),
    pdfs.Danger.LOCKED: _("“%(name)s” is locked with a password. Please save it without one."),
    pdfs.Danger.ACTIVE: _(
        "“%(name)s” contains a script or an action that runs when the file is opened. Please open it, choose “Print”, "
        "print it as a PDF, and send that."
    ),
    pdfs.Danger.CARRIES: _(
        "“%(name)s” has another file packed into it. Please take that out, and send each file by itself."
    ),
    packages.Danger.DAMAGED: _(
        "“%(name)s” cannot be opened: it is damaged. Please open it on your computer and save it again."
    ),
    packages.Danger.LOCKED: _("“%(name)s” is locked with a password. Please save it without one."),
    packages.Danger.BOMB: _(
        "“%(name)s” would become far too large when it is unpacked. Please save it again, or send it as a PDF."
    ),
    packages.Danger.MACRO: _(
        "“%(name)s” contains macros, that is small programs. Please save it without macros, or as a PDF."
    ),
    packages.Danger.CARRIES: _(
        "“%(name)s” has another file packed into it. Please take that out, and send each file by itself."
    ),
}


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


def validate_upload(upload: UploadedFile, kinds: Iterable[str] = ALLOWED, *, kept: bool = True) -> None:
    """Raise `ValidationError` for a file that is too large, empty, of a kind not taken, not what it says, or that could
    do harm to whoever opens it. One that is not `kept` is only read by us: what it would do elsewhere does not matter.
    """
    name = names.cleaned(upload.name or "")
    check_size(upload)
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
    if kept and not getattr(upload, "was_examined", False):
        _examine(upload, name, suffix)
        scan(upload)
        upload.was_examined = True  # type: ignore[attr-defined]  # once is enough: form and verb both ask


def check_size(upload: UploadedFile) -> None:
    """Raise `ValidationError` for a file that is empty or too large."""
    name = names.cleaned(upload.name or "")
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


def _examine(upload: UploadedFile, name: str, suffix: str) -> None:
    if suffix in PICTURES:
        try:
            pictures.check(upload)
        except pictures.Unreadable as error:
            raise ValidationError(NO_PHOTO, code="picture", params={"name": name}) from error
        return
    danger: pdfs.Danger | packages.Danger | None
    if suffix == ".pdf":
        danger = pdfs.check(upload.read())
        upload.seek(0)
    elif suffix in (".doc", ".xls"):
        danger = packages.check_old_office(upload.read(), suffix)
        upload.seek(0)
    else:
        danger = packages.check_office(upload, suffix)
    if danger:
        raise ValidationError(DANGERS[danger], code=danger.value, params={"name": name})


def scan(upload: File) -> None:
    """Have the bureau's virus scanner look at a file, if there is one; raises `ValidationError` with what it found."""
    if not settings.CLAMD_SOCKET:
        return
    name = names.cleaned(upload.name or "")
    try:
        viruses.scan(upload.chunks(), settings.CLAMD_SOCKET)
    except viruses.Infected as found:
        logger.warning("virus refused: %s", found)
        raise ValidationError(
            _("The virus scanner warns of “%(name)s” (%(virus)s). Please have your computer checked."),
            code="infected",
            params={"name": name, "virus": str(found)},
        ) from found
    except viruses.Unreachable as error:
        logger.error("virus scanner gives no answer: %s", error)
        if settings.CLAMD_REQUIRED:
            raise ValidationError(
                _("“%(name)s” could not be checked for viruses just now. Please try again in a few minutes."),
                code="unchecked",
                params={"name": name},
            ) from error
    finally:
        upload.seek(0)


def attach(target: models.Model, upload: UploadedFile, *, by: Any, kind: str = "") -> Attachment:
    """Keep one uploaded file with an object; raises `ValidationError` as `validate_upload` does, `Refused` when this
    person has sent too many today or the project holds too many.

    A picture is kept as it is made again from its pixels, without what the camera wrote into it.
    """
    validate_upload(upload)
    name = names.cleaned(upload.name or "")
    suffix = PurePath(name).suffix.lower()
    content: File = upload
    if suffix in PICTURES:
        try:
            content = ContentFile(pictures.plain(upload))
        except pictures.Unreadable as error:  # looked at in small it was whole
            raise Refused(NO_PHOTO % {"name": name}) from error
    within = within_of(target)
    _leave_room(within, content.size, by)
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    attachment = Attachment(
        content_type=ContentType.objects.get_for_model(target),
        object_id=target.pk,
        kind=kind,
        within=within,
        name=name,
        size=content.size,
        media_type=ALLOWED[suffix][0],
        sha256=digest.hexdigest(),
        uploaded_by=by,
    )
    attachment.file.save(name, content, save=False)
    attachment.save()
    return attachment


def within_of(target: models.Model) -> str:
    """The larger thing whose files are counted together: the project an object belongs to, else the object itself."""
    whole = getattr(target, "project", None) or target
    return f"{whole._meta.label_lower}:{whole.pk}"


def _leave_room(within: str, size: int, by: Any) -> None:
    """So much and no more: for one project (or whatever else files belong to), and for one person within a day.

    Two who send at the same moment may go over it by one file: it keeps a disk from being filled, nothing else.
    """
    there = Attachment.objects.filter(within=within).aggregate(n=Count("pk"), size=Sum("size"))
    if there["n"] >= settings.UPLOAD_MOST_WITHIN or (there["size"] or 0) + size > settings.UPLOAD_BYTES_WITHIN:
        raise Refused(
            _("There is no room for more files here: at most %(n)s files with %(size)s together.")
            % {"n": settings.UPLOAD_MOST_WITHIN, "size": filesizeformat(settings.UPLOAD_BYTES_WITHIN)}
        )
    if by is None or not by.pk:
        return  # what strangers send is counted by its sender (core.strangers)
    sent = Attachment.objects.filter(uploaded_by=by, at__gt=clock.now() - A_DAY)
    today = sent.aggregate(n=Count("pk"), size=Sum("size"))
    if today["n"] >= settings.UPLOAD_MOST_A_DAY or (today["size"] or 0) + size > settings.UPLOAD_BYTES_A_DAY:
        raise Refused(
            _("That were many files within a day (at most %(n)s with %(size)s together). Please go on tomorrow.")
            % {"n": settings.UPLOAD_MOST_A_DAY, "size": filesizeformat(settings.UPLOAD_BYTES_A_DAY)}
        )
