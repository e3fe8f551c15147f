"""Figures over everything that take long are counted once in a while, and the page says when.

What is quick is counted anew each time, so a small site never sees an old figure. What took longer than half a second
(`FIGURES_KEPT_FROM`) is kept for ten minutes in this process, for whoever asks the same.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches

from core import clock

Value = TypeVar("Value")
KEPT = timedelta(minutes=10)


def lately(key: str, count: Callable[[], Value]) -> tuple[Value, datetime | None]:
    """What `count` says, and of when it is: None, when it is of this moment.

    The key names everything on which the figures depend: who asks, what for, in which language.
    """
    kept = caches["quick"].get(f"lately:{key}")
    if kept is not None:
        return kept
    begun, start = clock.now(), perf_counter()
    found = count()
    if perf_counter() - start > settings.FIGURES_KEPT_FROM:
        caches["quick"].set(f"lately:{key}", (found, begun), KEPT.total_seconds())
    return found, None
