"""`manage.py check --deploy`: whether those who keep the platform are as they should be before it goes public."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.db import DatabaseError

from people.models import Administrator, Office, User


@register("people", deploy=True)
def administrators_are_three(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A superuser is for installation alone; afterwards three administrators watch each other."""
    try:
        left = list(User.objects.filter(is_superuser=True, is_active=True).values_list("username", flat=True))
        filled = set(Administrator.objects.filter(user__is_active=True).values_list("office", flat=True))
    except DatabaseError:  # before the first migration
        return []
    found: list[CheckMessage] = []
    if left:
        found.append(
            Warning(
                f"A superuser is still active: {', '.join(left)}. Superusers are for installation only.",
                hint="Give the three offices (/safety/), then: manage.py retire_superuser NAME",
                id="people.W001",
            )
        )
    for office in Office:
        if office.value not in filled:
            found.append(
                Warning(f"Nobody is {office.label}.", hint="A superuser gives it on /safety/.", id="people.W002")
            )
    if settings.SECURITY_LEVEL < 3 and not settings.MFA_REQUIRED_ROLES:
        found.append(Warning("No role must have a second factor.", hint="Set MFA_REQUIRED_ROLES.", id="people.W003"))
    return found
