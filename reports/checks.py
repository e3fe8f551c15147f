"""What a machine needs to print and sign documents, said at start instead of at the first document.

The libraries are asked directly: importing WeasyPrint costs half a second on every `manage.py`, and
asking `fc-list` another process.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.utils import timezone
from django.utils.translation import gettext as _

from reports import signing
from reports.fonts import ROLES, Role, own_fonts

PANGO = ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0-0.dll")
PANGOFT2 = ("libpangoft2-1.0.so.0", "libpangoft2-1.0.0.dylib", "libpangoft2-1.0-0.dll")
SUBSET = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll")
CHINESE = ":lang=zh-cn"
FONTCONFIG = ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll")


EXPIRES_WITHIN = timedelta(days=30)
"""So long before its end a certificate is spoken of."""


class FontSet(ctypes.Structure):
    """`FcFontSet` of fontconfig."""

    _fields_ = [("count", ctypes.c_int), ("room", ctypes.c_int), ("patterns", ctypes.c_void_p)]


def load(names: tuple[str, ...]) -> ctypes.CDLL | None:
    """The first of these shared libraries that opens, or None."""
    for name in names:
        with suppress(OSError):
            return ctypes.CDLL(name)
    return None


def can_print() -> bool:
    """Whether WeasyPrint finds its libraries."""
    if load(PANGO) and load(PANGOFT2) and load(FONTCONFIG):
        return True
    # Elsewhere they may lie in a folder that only WeasyPrint knows (Windows, Homebrew): its word is the last.
    # It is imported here because on a machine without Pango the import itself fails, which is the question.
    try:
        with redirect_stdout(StringIO()):
            import weasyprint  # noqa: F401, PLC0415
    except (OSError, ImportError):
        return False
    return True


@contextmanager
def _pattern(library: ctypes.CDLL, name: bytes) -> Iterator[ctypes.c_void_p]:
    library.FcNameParse.restype = ctypes.c_void_p
    pattern = ctypes.c_void_p(library.FcNameParse(name))
    try:
        yield pattern
    finally:
        library.FcPatternDestroy(pattern)


def count_fonts(pattern: str) -> int | None:
    """How many fonts fontconfig knows that fit, as `fc-list <pattern>` would; None when it cannot be asked."""
    library = load(FONTCONFIG)
    if library is None or not library.FcInit():
        return None
    library.FcObjectSetCreate.restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(FontSet)
    objects = ctypes.c_void_p(library.FcObjectSetCreate())
    try:
        library.FcObjectSetAdd(objects, b"family")
        with _pattern(library, pattern.encode()) as parsed:
            found = library.FcFontList(None, parsed, objects)
        if not found:
            return None
        try:
            return found.contents.count
        finally:
            library.FcFontSetDestroy(found)
    finally:
        library.FcObjectSetDestroy(objects)


@register()
def check_printing(**kwargs: Any) -> list[CheckMessage]:
    """Pango, HarfBuzz' subsetter and a Chinese font: without them no document, or a slow or an unreadable one."""
    if not can_print():
        return [
            Error(
                _("Pango cannot be loaded: no document can be made."),
                hint="apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk",
                id="reports.E001",
            )
        ]
    found: list[CheckMessage] = []
    if count_fonts(CHINESE) == 0:
        found.append(
            Warning(
                _("No Chinese font is installed: documents would show boxes instead of characters."),
                hint="apt install fonts-noto-cjk",
                id="reports.W001",
            )
        )
    if load(SUBSET) is None:
        found.append(
            Warning(
                _("libharfbuzz-subset is missing: a document takes up to sixty times as long."),
                hint="apt install libharfbuzz-subset0",
                id="reports.W002",
            )
        )
    return found


def filled_by(role: Role) -> str | None:
    """What fills a role: the file of the bureau's own, or a free family; None when something else must stand in."""
    if own := own_fonts().files.get(role.name):
        return own.name
    return next((family for family in role.free if count_fonts(f":family={family}")), None)


@register()
def check_roles(**kwargs: Any) -> list[CheckMessage]:
    """A face for each role of an official paper, and a use for each file in FONTS_DIR."""
    if count_fonts(CHINESE) in (0, None):
        return []  # said above, or nobody knows
    found: list[CheckMessage] = []
    missing = [role.name for role in ROLES if filled_by(role) is None]
    if missing:
        found.append(
            Warning(
                _("No font for %(roles)s: another stands in on official papers.") % {"roles": "、".join(missing)},
                hint=_("./run installs free ones; licensed ones go into FONTS_DIR (docs/operations.md)."),
                id="reports.W003",
            )
        )
    folder = Path(settings.FONTS_DIR)
    is_wanted = folder != Path(settings.VAR_DIR) / "fonts" or folder.exists()
    if is_wanted and not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        found.append(Warning(_("FONTS_DIR cannot be read: %(folder)s.") % {"folder": folder}, id="reports.W005"))
    if unused := own_fonts().unused:
        found.append(
            Warning(
                _("In FONTS_DIR, not used: %(files)s.") % {"files": "、".join(path.name for path in unused)},
                hint=_("One .ttf or .otf file a role, with the name of the role in its name: 仿宋_GB2312.ttf."),
                id="reports.W004",
            )
        )
    return found


@register()
def check_certificates(**kwargs: Any) -> list[CheckMessage]:
    """The certificate of each office that signs: papers wait, unsigned, when it cannot be used, and a new one takes
    weeks to come."""
    if not settings.SIGNING_DIR:
        return []
    folder, found = Path(settings.SIGNING_DIR), list[CheckMessage]()
    if not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        return [Warning(_("SIGNING_DIR cannot be read: %(folder)s.") % {"folder": folder}, id="reports.W006")]
    hint = _("Put the new certificate with its key into SIGNING_DIR under the same name (docs/operations.md).")
    now = timezone.now()
    for path in sorted(folder.glob("*.p12")):
        try:
            since, until = signing.validity(signing.opened(path))
        except signing.CannotSign as failure:
            words = _("%(file)s cannot be used, papers wait for a signature: %(failure)s.")
            found.append(Warning(words % {"file": path.name, "failure": failure}, hint=hint, id="reports.W007"))
            continue
        named = {"file": path.name, "day": f"{timezone.localtime(until):%Y-%m-%d}"}
        if until < now:
            words = _("The certificate in %(file)s expired on %(day)s: papers wait for a signature.")
            found.append(Warning(words % named, hint=hint, id="reports.W008"))
        elif until < now + EXPIRES_WITHIN:
            words = _("The certificate in %(file)s expires on %(day)s.")
            found.append(Warning(words % named, hint=hint, id="reports.W009"))
        elif since > now:
            named["day"] = f"{timezone.localtime(since):%Y-%m-%d}"
            words = _("The certificate in %(file)s holds only from %(day)s: papers wait for a signature.")
            found.append(Warning(words % named, hint=hint, id="reports.W010"))
    return found


@register(Tags.compatibility, deploy=True)
def check_who_fills(**kwargs: Any) -> list[CheckMessage]:
    """`manage.py check --deploy` says which role is filled by what, even when all is well."""
    filled = "；".join(f"{role.name}：{filled_by(role) or role.stand_in}" for role in ROLES)
    return [
        Info(
            _("Faces of official papers: %(filled)s.") % {"filled": filled},
            hint=_("Own fonts are looked for in %(folder)s.") % {"folder": settings.FONTS_DIR},
            id="reports.I001",
        )
    ]
