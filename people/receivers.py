"""What follows from signing in and out, from new passwords and second factors: lines of the log, other sessions end."""

from typing import Any

from allauth.account import signals as account
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.core.management import call_command
from django.db import connections
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.workflow import record
from people import sessions
from people.actions import privacy, signing_in
from people.models import User
from people.security import policy


@receiver(auth.user_logged_in)
def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.stamp(request.session)
    if privacy.must_agree(user):
        request.session[sessions.MUST_AGREE] = True


@receiver(account.user_logged_in)
def log_sign_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """By whatever way: password, key, single sign-on."""
    how = [entry["method"] for entry in request.session.get("account_authentication_methods", [])]
    device = request.headers.get("User-Agent", "")
    signing_in.note_sign_in(user, address=get_ip(request), device=device, how=" + ".join(how) or "password")
    if policy().one_session:
        sessions.end_sessions(user, but=request.session.session_key)


@receiver(auth.user_logged_out)
def log_sign_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None and request.META.get("REMOTE_ADDR"):
        record(user, "sign_out", by=user, label=_("Signed out"))


@receiver([account.password_changed, account.password_set, account.password_reset])
def log_new_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Chosen by the person: all other sessions end (their mark of the old password is void), and are struck off."""
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    user.must_change_password = False
    record(user, "password_changed", by=user, label=_("Password changed"), address=get_ip(request))
    sessions.end_sessions(user, but=request.session.session_key)


@receiver(mfa.authenticator_added)
def log_added_factor(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record(user, "second_factor_added", by=user, label=_("Second step set up"), kind=authenticator.type)


@receiver(mfa.authenticator_removed)
def log_removed_factor(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    request.session.pop(sessions.SECOND_FACTOR, None)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record(user, "second_factor_removed", by=user, label=_("Second step removed"), kind=authenticator.type)


@receiver(mfa.authentication_failed)
def log_wrong_code(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(user, "second_factor_failed", by=None, label=_("Wrong code at sign-in"), address=get_ip(request))


def make_cache_table(using: str, **kwargs: Any) -> None:
    """After each migration: counts of tries are shared by all processes through a table (settings.CACHES)."""
    if "cache" not in connections[using].introspection.table_names():
        call_command("createcachetable", database=using, verbosity=0)
