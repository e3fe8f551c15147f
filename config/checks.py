"""What `manage.py check --deploy` asks besides Django's own questions."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

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
