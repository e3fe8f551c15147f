"""What a session knows of itself: when it began, when its person last did something, and where they wanted to go.

Its stamps go by the clock of the machine, not by `core.clock`: a story that is played in another year signs nobody out.
"""

import time
from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from people.models import User
from people.security import idle_limit, policy

BEGAN, SEEN = "began_at", "seen_at"
SECOND_FACTOR = "second_factor"
"""Set once the person of this session is known to have a second factor, so that not every page asks for it."""
GO_ON = "go_on"
"""Where the person wanted to go before something had to be done first."""
MUST_AGREE = "must_agree"
"""Set at the sign-in of whoever has not agreed to the privacy notice in force, so that no page has to ask."""
WAS = "was"
"""Whose session it was that is over by itself: what they still send is kept for them (people.held)."""
HELD = "held_form"
"""What somebody had typed when the session had ended (people.held)."""
GRAIN = 60
"""Seconds between two stamps: a session is not written at every page."""


def stamp(session: SessionBase) -> None:
    """The session begins."""
    session.pop(WAS, None)
    session[BEGAN] = session[SEEN] = int(time.time())


def touch(session: SessionBase) -> None:
    """The person did something."""
    now = int(time.time())
    if BEGAN not in session:
        session[BEGAN] = now
    if now - session.get(SEEN, 0) >= GRAIN:
        session[SEEN] = now


def why_over(session: SessionBase, user: User) -> str:
    """Why this session is over by itself: "idle", "old", or nothing. Asks what the person is only when it matters."""
    now = int(time.time())
    if now - session.get(BEGAN, now) > timedelta(hours=policy().session_hours).total_seconds():
        return "old"
    idle = now - session.get(SEEN, now)
    if idle <= idle_limit(True).total_seconds() and idle <= idle_limit(False).total_seconds():
        return ""
    return "idle" if idle > idle_limit(user.is_privileged).total_seconds() else ""


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Sign a person out everywhere, or everywhere but in the session `but`; says how many those were."""
    return _end(UserSession.objects.filter(user=user).exclude(session_key=but or ""))


def _end(sessions: Iterable[Any]) -> int:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    ended = 0
    for session in sessions:
        store.delete(session.session_key)
        session.delete()
        ended += 1
    return ended
