"""What `manage.py check` asks of the log, and of what else the database refuses."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.utils.translation import gettext as _

from core import triggers

LEAST_MONTHS = 6
"""网络安全法, article 21 (3)."""


@register(Tags.security)
def check_retention(**kwargs: Any) -> list[CheckMessage]:
    """Events are kept at least six months, by law; 0 is for ever."""
    if settings.EVENTS_KEPT_MONTHS == 0 or settings.EVENTS_KEPT_MONTHS >= LEAST_MONTHS:
        return []
    words = _("EVENTS_KEPT_MONTHS is %(n)s: the law asks for six months at least, 0 is for ever.")
    return [Error(words % {"n": settings.EVENTS_KEPT_MONTHS}, id="core.E001")]


@register(Tags.database)
def check_triggers(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """`manage.py check --database default` and every `migrate`: the database refuses what it should."""
    found: list[CheckMessage] = []
    for name in databases or ():
        if gone := triggers.missing(connections[name]):
            words = _("The database does not refuse all it should: the triggers %(triggers)s are missing.")
            words %= {"triggers": ", ".join(gone)}
            found.append(Error(words, hint=_("manage.py migrate puts them in place."), id="core.E002"))
    return found
