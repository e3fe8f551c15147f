"""Figures over everything that take long are counted once in a while, and the page says when.

What is quick (`FIGURES_KEPT_FROM`) is counted anew each time. What took longer is kept in this process for whoever asks
the same, a hundred times as long as it took: seconds on a small site, ten minutes at most.

What everybody is shown is counted by the clock (`count_ahead`), for all processes: no visitor waits for it. What one
person looks at again and again and what takes seconds is counted again in the background (`last_known`).
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language

from core import clock

Value = TypeVar("Value")
LONGEST = timedelta(minutes=10)
AHEAD = "ahead:"
"""What was counted by the clock lies in the cache of all processes, under such a key."""
AHEAD_FOR = 3 * LONGEST.total_seconds()
"""Seconds: when the clock stands still, what it counted is too old after a while, and visitors count again."""
KNOWN = "known:"
DAY = timedelta(days=1).total_seconds()
MINUTE = 60


def lately(key: str, count: Callable[[], Value], *, ahead: bool = False) -> tuple[Value, datetime | None]:
    """What `count` says, and of when it is: None, when it is of this moment.

    The key names everything on which the figures depend: who asks, what for, in which language. `ahead`: the clock
    may have counted it already.
    """
    kept = caches["quick"].get(f"lately:{key}")
    if kept is None and ahead:
        kept = caches["default"].get(f"{AHEAD}{key}")
    if kept is not None:
        return kept
    found, begun, took = _counted(count)
    if took > settings.FIGURES_KEPT_FROM:
        kept_for = min(took * settings.FIGURES_KEPT_TIMES, LONGEST.total_seconds())
        caches["quick"].set(f"lately:{key}", (found, begun), kept_for)
    return found, None


def last_known(key: str, count: Callable[[], Value], again: Callable[[], Any]) -> tuple[Value, datetime | None, bool]:
    """As `lately`; and what took over a second (`FIGURES_KNOWN_FROM`) is shown for a day as it was last counted, to
    whoever comes back, in any process. Once it is older than ten minutes the third value is true: `again` has asked the
    background to count it by `count_again`, once in ten minutes.

    There must be few such keys, as they are kept for all processes.
    """
    kept = caches["default"].get(f"{KNOWN}{key}")
    if kept is None:
        found, counted_at = lately(key, lambda: count_again(key, count))
        return found, counted_at, False
    found, begun = kept
    is_old = clock.now() - begun > LONGEST
    if is_old and caches["default"].add(f"{KNOWN}{key}:again", True, LONGEST.total_seconds()):
        again()
    return found, begun, is_old


def count_again(key: str, count: Callable[[], Value]) -> Value:
    """What `last_known` shows from now on; what has become quick is not kept, so nothing old is shown instead of it."""
    found, begun, took = _counted(count)
    if took > settings.FIGURES_KNOWN_FROM:
        caches["default"].set(f"{KNOWN}{key}", (found, begun), DAY)
    elif caches["default"].has_key(f"{KNOWN}{key}"):
        caches["default"].delete(f"{KNOWN}{key}")
    return found


def _counted(count: Callable[[], Value]) -> tuple[Value, datetime, float]:
    """What it says, when it was begun, and the seconds it took."""
    begun, start = clock.now(), perf_counter()
    found = count()
    return found, begun, perf_counter() - start


def once_a_minute(rows: QuerySet[Any, Value], has: Callable[[list[Value]], bool] = bool) -> list[Value]:
    """The rows of a question that only fills a choice: the years, calls and places of which there is something.

    What takes long (`CHOICES_KEPT_FROM`) is kept for a minute for whoever asks the very same, so that no choice of a
    page grows with what lies behind it; a name may be offered so long after one has ceased to see it. `has`: whether
    what is kept will do, else it is asked anew; so what has just come into being can be chosen. Not for what is shown.
    """
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    shape = f"{rows.db}:{rows.model._meta.label}:{rows._iterable_class.__name__}"  # type: ignore[attr-defined]
    asked = f"{shape}:{sql}:{[_to_the_minute(value) for value in values]}"
    key = f"choices:{sha256(asked.encode()).hexdigest()}"
    kept = caches["quick"].get(key)
    if kept is not None and has(kept):
        return kept
    found, _begun, took = _counted(lambda: list(rows))
    if took > settings.CHOICES_KEPT_FROM:
        caches["quick"].set(key, found, MINUTE)
    return found


def are_many(key: str, rows: QuerySet, most: int) -> bool:
    """Whether there are more than so many: how a question is put depends on it, never its answer. So it is kept for a
    while when there are, under a key that says of what."""
    key = f"more-than-{most}:{key}"
    if caches["quick"].get(key):
        return True
    found = rows.order_by()[: most + 1].count() > most
    if found:
        caches["quick"].set(key, True, LONGEST.total_seconds())
    return found


MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d):[\d.+:]+")


def _to_the_minute(value: Any) -> str:
    """A value of a question, as its key: what holds now is the same question for a minute."""
    said = value.isoformat() if isinstance(value, datetime) else str(value)
    moment = MOMENT.fullmatch(said)
    return moment[1] if moment else said


def count_ahead(all_of_it: Iterable[tuple[str, Callable[[], Any]]]) -> int:
    """Count what everybody is shown, once in ten minutes; how many were kept because counting them takes long.

    It is the clock's (`manage.py tick`): only these keys, so nobody can fill the cache by asking for many things.
    """
    shared = caches["default"]
    if not shared.add(f"{AHEAD}counted", True, LONGEST.total_seconds()):
        return 0
    number = 0
    for key, count in all_of_it:
        found, begun, took = _counted(count)
        if took > settings.FIGURES_KEPT_FROM:
            shared.set(f"{AHEAD}{key}", (found, begun), AHEAD_FOR)
            number += 1
        else:
            shared.delete(f"{AHEAD}{key}")
    return number


def asked_by(request: HttpRequest, given: QueryDict | None = None) -> str:
    """Who asks for what in which language, as a key: the figures of one person are never another's. Not by the page.
    `given`: what is asked for where that is more than the address says."""
    asked = (request.GET if given is None else given).copy()
    asked.pop("page", None)
    user = request.user
    roles = sorted((pk, sorted(held)) for pk, held in user.roles.items()) if user.is_authenticated else []
    said = f"{user.pk}:{roles}:{request.path}?{asked.urlencode()}:{get_language()}"
    return sha256(said.encode()).hexdigest()
