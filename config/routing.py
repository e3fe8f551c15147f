"""Which database answers: the first, or its standby that copies it a moment later (`REPLICA_URL`).

Only a page that is merely looked at (GET) may be read from the standby; so what is read there is never written back.
Read from the first are: every request that sends something, all that follows a write, whatever stands in a transaction
or locks rows, who somebody is and what they may, sessions, the queue, every task and command; and for `FRESH_FOR`
seconds all pages of whoever has written. A standby that is behind, or silent, is not asked at all. (docs/adr/0021)
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from config.engines import REPLICA

log = logging.getLogger(__name__)

FRESH_FOR = 10
"""Seconds; more than `MOST_BEHIND` and `LOOKED_EVERY` together, so that whoever wrote surely reads it."""
MOST_BEHIND, LOOKED_EVERY, PAUSE = 5, 2, 10
COOKIE = "wrote"
OF_THE_FIRST = {
    *("sessions", "usersessions", "account", "mfa", "socialaccount", "django_tasks_database", "django_cache"),
    *("people.user", "people.membership", "people.administrator"),
}
"""Apps and models that are always read where they are written."""
UNNOTICED = {"sessions", "usersessions", "django_cache"}
"""What is written there by the way (a session's stamp) is read from the first anyway."""

# The standby is asked how far it is. Not a standby at all, for example one that has been made the first elsewhere: no.
IS_FIT = """
SELECT pg_is_in_recovery() AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver) AND (
    pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
    OR coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()) < %s, false))
"""


@dataclass
class Look:
    """One request: whether what it reads may be a moment old."""

    may_be_old: bool


_look: ContextVar[Look | None] = ContextVar("look", default=None)


class Standby:
    """What this process knows of the standby, looked at again every other second."""

    def __init__(self) -> None:
        self.fit, self.until = False, 0.0

    def is_fit(self) -> bool:
        if time.monotonic() >= self.until:
            self.until = time.monotonic() + LOOKED_EVERY  # the other threads need not look as well
            try:
                with connections[REPLICA].cursor() as cursor:
                    cursor.execute(IS_FIT, [MOST_BEHIND])
                    self.say(bool(cursor.fetchone()[0]))
            except Error as failure:
                self.lost(failure)
        return self.fit

    def lost(self, failure: Exception) -> None:
        """It gave no answer: not asked again for some seconds."""
        self.until = time.monotonic() + PAUSE
        self.say(False, type(failure).__name__)

    def say(self, fit: bool, why: str = "behind, or no standby") -> None:
        if self.fit and not fit:
            log.warning("The standby is not read any more: %s", why)
        self.fit = fit


standby = Standby()


class PagesMayReadTheReplica:
    """Django's router: asked at every query which database it goes to."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        look = _look.get()
        if look is None or not look.may_be_old or {model._meta.app_label, model._meta.label_lower} & OF_THE_FIRST:
            return DEFAULT_DB_ALIAS
        if connections[DEFAULT_DB_ALIAS].in_atomic_block or not standby.is_fit():
            return DEFAULT_DB_ALIAS
        return REPLICA

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Asked for `select_for_update` as well."""
        look = _look.get()
        if look is not None and model._meta.app_label not in UNNOTICED:
            look.may_be_old = False
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True  # both are the same database

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class WhoWroteReadsIt:
    """Says of each request whether it may be read from the standby, and remembers in a cookie who has just written."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        look = Look(may_be_old=request.method in ("GET", "HEAD") and COOKIE not in request.COOKIES)
        might = look.may_be_old
        token = _look.set(look)
        try:
            response = self.answer(request)
        finally:
            _look.reset(token)
        wrote = might and not look.may_be_old and not getattr(request, "standby_was_lost", False)
        if wrote or request.method not in ("GET", "HEAD", "OPTIONS"):
            response.set_cookie(
                COOKIE, "1", max_age=FRESH_FOR, httponly=True, samesite="Lax", secure=request.is_secure()
            )
        return response

    def process_exception(self, request: HttpRequest, failure: Exception) -> HttpResponse | None:
        """The standby went away in the middle of a page: it is made once more, from the first."""
        look = _look.get()
        if look is None or not look.may_be_old or not isinstance(failure, (OperationalError, InterfaceError)):
            return None
        standby.lost(failure)
        connections[REPLICA].close()
        look.may_be_old, request.standby_was_lost = False, True  # type: ignore[attr-defined]
        view, args, kwargs = request.resolver_match  # type: ignore[misc]
        return view(request, *args, **kwargs)
