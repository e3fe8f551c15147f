"""Figures over everything that take long are counted once in a while, and the page says when.

What is quick (`FIGURES_KEPT_FROM`) is counted anew each time. What took longer is kept in this process for whoever asks
the same, a hundred times as long as it took: seconds on a small site, ten minutes at most.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.translation import get_language

from core import clock

Value = TypeVar("Value")
LONGEST = timedelta(minutes=10)


def lately(key: str, count: Callable[[], Value]) -> tuple[Value, datetime | None]:
    """What `count` says, and of when it is: None, when it is of this moment.

    The key names everything on which the figures depend: who asks, what for, in which language.
    """
    kept = caches["quick"].get(f"lately:{key}")
    if kept is not None:
        return kept
    begun, start = clock.now(), perf_counter()
    found = count()
    took = perf_counter() - start
    if took > settings.FIGURES_KEPT_FROM:
        kept_for = min(took * settings.FIGURES_KEPT_TIMES, LONGEST.total_seconds())
        caches["quick"].set(f"lately:{key}", (found, begun), kept_for)
    return found, None


def asked_by(request: HttpRequest) -> str:
    """Who asks for what in which language, as a key: the figures of one person are never another's. Not by the page."""
    asked = request.GET.copy()
    asked.pop("page", None)
    user = request.user
    roles = sorted((pk, sorted(held)) for pk, held in user.roles.items()) if user.is_authenticated else []
    said = f"{user.pk}:{roles}:{request.path}?{asked.urlencode()}:{get_language()}"
    return sha256(said.encode()).hexdigest()
