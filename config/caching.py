"""Redis as cache, and what happens while it gives no answer.

A page must not fail because a cache does; and limits on tries must not be off meanwhile, or whoever can disturb Redis
can try codes without end. So the table of the database, which is always there, stands in for it.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PAUSE = 5
"""Seconds during which Redis is not asked again after it gave no answer: each page would wait for it."""
_silent_until = 0.0


def is_silent() -> bool:
    return time.monotonic() < _silent_until


def _else_table(name: str) -> Callable[..., Any]:
    asked = getattr(RedisCache, name)

    def ask(self: "RedisOrTable", *args: Any, **kwargs: Any) -> Any:
        global _silent_until
        if not is_silent():
            try:
                return asked(self, *args, **kwargs)
            except RedisError as failure:
                _silent_until = time.monotonic() + PAUSE
                log.error("Redis gives no answer, the table stands in for it: %s", type(failure).__name__)
        return getattr(caches["table"], name)(*args, **kwargs)

    return ask


class RedisOrTable(RedisCache):
    """Django's Redis cache; each question goes to the table when Redis gives no answer."""

    add, get, set, touch = (_else_table(name) for name in ("add", "get", "set", "touch"))
    delete, incr, has_key = (_else_table(name) for name in ("delete", "incr", "has_key"))
    get_many, set_many, delete_many, clear = (
        _else_table(name) for name in ("get_many", "set_many", "delete_many", "clear")
    )

    def answers(self) -> bool:
        """Whether Redis itself is there: for those who watch the site."""
        try:
            return bool(self._cache.get_client().ping())
        except RedisError:
            return False
