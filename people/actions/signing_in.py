"""Signing in: failures are counted across all processes, too many lock for a while; everything stands in the log."""

import ipaddress
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.notifications import notify
from core.strangers import keyed
from core.workflow import permit, record
from people.models import KnownPlace, SignInGuard, User
from people.security import policy

Kind = SignInGuard.Kind
WINDOW = timedelta(minutes=30)
"""Failures that lie further apart are not in a row. All of this goes by the clock of the machine, as sessions do, not
by `core.clock`: a story that is played in another year must not sign its people out."""


def guards_of(users: list[User], login: str, address: str) -> list[tuple[str, str, User | None]]:
    """What an attempt counts against: every account that has such a name, address or number, and where it comes from.

    Every account, because somebody could take another's mobile number as their own user name and guess at both.
    """
    whose: list[tuple[str, str, User | None]]
    whose = [(Kind.ACCOUNT, str(user.pk), user) for user in sorted(users, key=lambda user: user.pk)]
    return [*(whose or [(Kind.NAME, keyed("login", login.strip().lower()), None)]), (Kind.ADDRESS, address, None)]


def _limit(kind: str) -> int:
    return policy().failures_address if kind == Kind.ADDRESS else policy().failures_account


@transaction.atomic
def begin_attempt(users: list[User], login: str, address: str) -> bool:
    """Count one attempt before its password is looked at; False when account or address is locked.

    Counting first is what makes the limit hold: of a hundred attempts at the same moment five see a password checked.
    """
    now = timezone.now()
    rows = []
    for kind, key, whose in guards_of(users, login, address):
        SignInGuard.objects.get_or_create(kind=kind, key=key, defaults={"user": whose})
        rows.append(SignInGuard.objects.select_for_update().get(kind=kind, key=key))
    for row in rows:
        if row.is_locked:
            return False
        if row.locked_until or row.last_at < now - WINDOW:
            row.failures, row.locked_until = 0, None
        if row.failures >= _limit(row.kind):  # others are being checked at this moment
            return False
    for row in rows:
        row.failures, row.last_at = row.failures + 1, now
        row.save()
    return True


@transaction.atomic
def fail_attempt(users: list[User], login: str, address: str) -> None:
    """The password was wrong: at the limit the account, or the address, is locked for a while, with an event."""
    for user in users:
        record(user, "sign_in_failed", by=None, label=_("Sign-in failed"), address=address)
    for kind, key, whose in guards_of(users, login, address):
        row = SignInGuard.objects.select_for_update().filter(kind=kind, key=key).first()
        if row is None or row.locked_until or row.failures < _limit(kind):
            continue
        row.locked_until = timezone.now() + timedelta(minutes=policy().lock_minutes)
        row.save()
        said = _("Locked after %(n)s failed sign-ins") % {"n": row.failures}
        record(whose or row, "sign_in_locked", by=None, label=said, address=address)
        if whose:
            _tell_of_lock(whose)


def _tell_of_lock(user: User) -> None:
    minutes = policy().lock_minutes
    notify(
        [user],
        subject=_("Somebody failed to sign in to your account several times"),
        body=_(
            "The account was locked for %(n)s minutes. If it was not you: change your password and tell the security "
            "administrator."
        )
        % {"n": minutes},
        url=reverse("usersessions_list"),
    )


@transaction.atomic
def pass_attempt(user: User, login: str, address: str) -> None:
    """The password was right: the account starts anew, the address loses this one attempt only, or whoever guesses
    could wipe its count with an account of their own."""
    for kind, key, _whose in guards_of([user], login, address):
        row = SignInGuard.objects.select_for_update().filter(kind=kind, key=key).first()
        if row is not None:
            row.failures = max(row.failures - 1, 0) if kind == Kind.ADDRESS else 0
            row.save()


@transaction.atomic
def forgive(user: User) -> None:
    """The person has proved by other means (a link sent to them) that the account is theirs."""
    SignInGuard.objects.filter(kind=Kind.ACCOUNT, user=user).update(failures=0, locked_until=None)


@transaction.atomic
def unlock(guard: SignInGuard, *, by: User) -> None:
    """A security administrator lets an account or an address in again before its time; one event."""
    permit("people.keep_accounts", by)
    locked = SignInGuard.objects.select_for_update().get(pk=guard.pk)
    locked.failures, locked.locked_until = 0, None
    locked.save()
    record(locked.user or locked, "sign_in_unlocked", by=by, label=_("Unlocked"))


def forget_attempts() -> int:
    """Names and addresses that failed, a day later; for `manage.py tick`. What has to stay is in the log."""
    old = SignInGuard.objects.filter(last_at__lt=timezone.now() - timedelta(days=1))
    return old.exclude(locked_until__gt=timezone.now()).delete()[0]


def network_of(address: str) -> str:
    """The neighbourhood of an address: a phone gets another address every day, seldom another network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    return str(ipaddress.ip_network(f"{found}/{16 if found.version == 4 else 32}", strict=False))


@transaction.atomic
def note_sign_in(user: User, *, address: str, device: str, how: str) -> None:
    """Somebody is in: one event; from a network they never came from before, a message to them."""
    record(user, "sign_in", by=user, label=_("Signed in to the account"), address=address, device=device[:120], how=how)
    network = network_of(address)
    is_first = not user.known_places.exists()
    _place, is_new = KnownPlace.objects.update_or_create(
        user=user, network=network, defaults={"last_at": timezone.now()}
    )
    if is_new and not is_first:
        notify(
            [user],
            subject=_("Your account was used from a new place"),
            body=_(
                "Sign-in from the address %(address)s. If it was you, nothing has to be done. If not: sign out the "
                "other devices, change your password and tell the security administrator."
            )
            % {"address": address},
            url=reverse("usersessions_list"),
        )
