"""Who must have a second factor, and who has one."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from people.models import User
from people.security import policy

SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes are a way out, not a factor of their own."""
ADMINISTRATOR = "administrator"


def must_have_second_factor(user: User) -> bool:
    """By `MFA_REQUIRED_ROLES`: roles in a funder, and `administrator`. Level 3 asks it of all of these whatever the
    setting says."""
    if policy().second_factor_for_privileged:
        return user.is_privileged
    asked = set(settings.MFA_REQUIRED_ROLES)
    if ADMINISTRATOR in asked and (user.is_staff or user.is_superuser):
        return True
    return bool(asked - {ADMINISTRATOR}) and bool(user.funder_roles & asked)


def second_factors(user: User) -> int:
    return Authenticator.objects.filter(user=user, type__in=SECOND).count()
