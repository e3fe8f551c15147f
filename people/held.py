"""What somebody typed into a form when their session had ended meanwhile: kept until they have signed in again.

It waits in the new, empty session of the same browser, for the same person only, and is sent by nothing but another
press of a button. Files are not kept, nor what belongs to accounts (passwords, codes, resident ID numbers).
"""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from people.sessions import HELD

MOST = 200_000
"""Characters: a whole proposal is a tenth of it."""
KEPT = 12 * 3600
"""Seconds until what waits is gone, if nobody comes back."""
NEVER = ("/accounts/", "/admin/", "/me/identity/", "/safety/", "/i18n/", "/resume/")
OURS = {"csrfmiddlewaretoken"}


def can_be_held(request: HttpRequest) -> bool:
    """Whether this request brought what somebody typed: not sent by a script, and nothing that must not be kept."""
    if request.method != "POST" or request.path.startswith(NEVER):
        return False
    if "X-Requested-With" in request.headers or "HX-Request" in request.headers:
        return False
    pairs = _pairs(request)
    return bool(pairs) and sum(len(name) + len(value) for name, value in pairs) <= MOST


def hold(request: HttpRequest, user_id: int) -> None:
    """Keep it for this person in the session of this browser."""
    request.session[HELD] = {"user": user_id, "path": request.get_full_path(), **typed(request)}


def typed(request: HttpRequest) -> dict[str, Any]:
    """What stood in the form, and the names of its files."""
    return {
        "pairs": _pairs(request),
        "files": sorted({file.name for files in dict(request.FILES.lists()).values() for file in files}),
    }


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]


def held_for(session: SessionBase, user_id: int) -> dict[str, Any] | None:
    """What waits for this person; what waits for another is dropped."""
    found = session.get(HELD)
    if found and found["user"] != user_id:
        del session[HELD]
        return None
    return found


def drop(session: SessionBase) -> None:
    session.pop(HELD, None)


def readable(found: dict[str, Any]) -> list[str]:
    """What a person would call their text, for copying it out: neither choices nor numbers of rows."""
    return [value for _name, value in found["pairs"] if len(value) > 3 and not value.isdecimal()]
