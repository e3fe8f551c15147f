"""What `manage.py check --deploy` asks besides Django's own questions."""

import os
import re
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError
from django.utils.module_loading import import_string

from config import settings as words
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
def words_are_spelled_right(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """`DATABASE_ULR` is read by nobody, and the site begins on an empty SQLite."""
    known = re.findall(r"\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*\b", words.__doc__ or "")
    alike = {name: get_close_matches(name, known, 1, 0.9) for name in os.environ if name not in known}
    return [
        Warning(f"{name} is read by nobody.", hint=f"{meant[0]} is (the top of config/settings.py).", id="config.W002")
        for name, meant in sorted(alike.items())
        if meant
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


@register(Tags.security, deploy=True)
def machines_share_everything(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """With `SEVERAL_MACHINES=1`: what one machine would keep for itself, and the others not find."""
    if not settings.SEVERAL_MACHINES:
        return []
    has_mail = not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
    wanting = [
        (is_sqlite(), Error, "SQLite is a file of one machine.", "Set DATABASE_URL to one PostgreSQL for all."),
        (settings.TASKS_BACKEND != "database", Error, "Tasks have no queue.", "Leave TASKS_BACKEND unset."),
        (not has_mail, Error, "Mail is written to files of one machine.", "Set EMAIL_HOST."),
        (not settings.SITE_URL, Error, "Workers do not know the site's address.", "Set SITE_URL."),
        (is_same_database(), Error, "REPLICA_URL is DATABASE_URL.", "Name a streaming standby, or nothing."),
        (lies_in_a_folder(), Warning, "Uploaded files lie in a folder: of one machine?", "Set S3_BUCKET."),
        ("locmem" in settings.CACHES["quick"]["BACKEND"], Warning,
         "Each process counts requests for data, and keeps figures, for itself.", "Set REDIS_URL."),
        (not settings.ALLAUTH_TRUSTED_PROXY_COUNT, Warning,
         "All visitors seem to come from the proxy, and share one limit.", "Set TRUSTED_PROXIES."),
        (not settings.METRICS_TOKEN, Warning, "Nobody can watch the machines.", "Set METRICS_TOKEN."),
    ]  # fmt: skip
    return [
        kind(words, hint=f"{hint} docs/deployment/README.md", id=f"config.{kind.__name__[0]}{number:03}")
        for number, (is_so, kind, words, hint) in enumerate(wanting, start=10)
        if is_so
    ]


def is_sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def lies_in_a_folder() -> bool:
    return issubclass(import_string(settings.STORAGES["private"]["BACKEND"]), FileSystemStorage)


def is_same_database() -> bool:
    where = [[one.get(part) for part in ("HOST", "PORT", "NAME")] for one in settings.DATABASES.values()]
    return len(where) > 1 and where[0] == where[1]
