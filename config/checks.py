"""What `manage.py check --deploy` asks besides Django's own questions."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from config.backup.taking import last_taken
from config.inbox import FRESH, backup_is_due

OF_DEVELOPMENT = "development-only"
SHORTEST = 32


@register(Tags.security, deploy=True)
def keys_are_ones_own(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The keys that everybody can read in the source sign nothing in earnest, and fingerprint nobody."""
    return [
        Error(
            f"{name} is that of the source code, or shorter than {SHORTEST} characters.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(60))', and docs/operations.md",
            id=f"config.E00{number}",
        )
        for number, name in enumerate(("SECRET_KEY", "IDENTITY_HMAC_KEY"), start=1)
        if getattr(settings, name).startswith(OF_DEVELOPMENT) or len(getattr(settings, name)) < SHORTEST
    ]


@register("config", deploy=True)
def backups_are_made(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A site without a backup is lost with its disk."""
    try:
        last = last_taken()
    except DatabaseError:  # before the first migration
        return []
    if not backup_is_due(last):
        return []
    said = f"The last backup is of {last}." if last else "No backup has been made yet."
    hint = f"./run backup, every night from a timer (docs/operations.md): it must not be older than {FRESH.days} days."
    return [Warning(said, hint=hint, id="config.W001")]
