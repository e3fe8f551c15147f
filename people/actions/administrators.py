"""The three administrators, and what the security administrator does for other people's accounts."""

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.notifications import notify
from core.workflow import Refused, permit, record
from people.models import Administrator, Office, User, holds_an_office
from people.sessions import end_sessions


@transaction.atomic
def give_office(user: User, office: str, *, by: User) -> Administrator:
    """Make a person one of the three administrators; they are told, and one event says who did it.

    Refused, with the reason, when they hold one of the three already or a role in any organisation. Nobody gives an
    office to themselves.
    """
    permit("people.give_offices", by)
    if user == by:
        raise Refused(_("Nobody gives an office to themselves: somebody else has to do it."))
    locked = User.objects.select_for_update().get(pk=user.pk)
    held = Administrator.objects.filter(user=locked).first()
    if held:
        raise Refused(holds_an_office(locked, held.office))
    if locked.is_superuser:
        raise Refused(_("A superuser is there for the installation only: choose another account."))
    administrator = Administrator(user=locked, office=office)
    try:
        administrator.save()
    except ValidationError as refused:
        raise Refused(*refused.messages) from refused
    locked.is_staff = True
    locked.save(update_fields=["is_staff"])
    label = Office(office).label
    record(locked, "give_office", by=by, label=_("Made an administrator"), note=str(label), office=office)
    notify([locked], subject=_("You are now %(office)s of the platform") % {"office": label}, url="/admin/")
    return administrator


@transaction.atomic
def end_office(administrator: Administrator, *, by: User, reason: str) -> None:
    """The person is an administrator no more and is signed out everywhere; one event keeps the reason.

    Not one's own: the last security administrator could otherwise lock everybody out.
    """
    permit("people.give_offices", by)
    reason = _given(reason)
    locked = Administrator.objects.select_for_update().select_related("user").get(pk=administrator.pk)
    if locked.user == by:
        raise Refused(_("Nobody ends their own office: somebody else has to do it."))
    user, office = locked.user, locked.office
    locked.delete()
    user.is_staff = False
    user.save(update_fields=["is_staff"])
    record(user, "end_office", by=by, label=_("Administrator no more"), note=reason, office=office)
    end_sessions(user)


@transaction.atomic
def reset_second_factor(user: User, *, by: User, reason: str) -> None:
    """For somebody who has lost phone and recovery codes: app, keys and codes go, and every session ends; the person is
    told. Where their role asks for a second factor they set up a new one at the next sign-in.

    Never one's own: whoever got hold of an administrator's password would have the second factor too.
    """
    permit("people.keep_accounts", by)
    reason = _given(reason)
    if user == by:
        raise Refused(_("Ask another administrator: nobody resets their own second step."))
    _not_above(user, by)
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise Refused(_("This person has not set up a second step."))
    record(user, "second_factor_reset", by=by, label=_("Second step reset"), note=reason)
    end_sessions(user)
    _tell(user, _("The second step of your sign-in was reset"), reason)


@transaction.atomic
def ask_new_password(user: User, *, by: User, reason: str) -> None:
    """The person must choose a new password at the next sign-in, and is signed out everywhere now."""
    permit("people.keep_accounts", by)
    reason = _given(reason)
    _not_above(user, by)
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    record(user, "password_change_asked", by=by, label=_("Asked to change the password"), note=reason)
    end_sessions(user)
    _tell(user, _("Please choose a new password at your next sign-in"), reason)


@transaction.atomic
def sign_out_everywhere(user: User, *, by: User, reason: str) -> int:
    """End all sessions of a person: a phone is lost, or somebody strange is in."""
    permit("people.keep_accounts", by)
    reason = _given(reason)
    ended = end_sessions(user)
    record(user, "sessions_ended", by=by, label=_("Signed out everywhere"), note=reason, sessions=ended)
    return ended


@transaction.atomic
def retire_superuser(user: User) -> None:
    """The installation is over: the account cannot sign in any more. Refused while one of the three is missing."""
    filled = set(Administrator.objects.filter(user__is_active=True).values_list("office", flat=True))
    missing = [str(office.label) for office in Office if office.value not in filled]
    if missing:
        raise Refused(_("First somebody must be: %(offices)s.") % {"offices": ", ".join(missing)})
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(user, "superuser_retired", by=None, label=_("Account of the installation ended"))
    end_sessions(user)


def _given(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused(_("Please give a reason: it is kept in the log."))
    return reason


def _not_above(user: User, by: User) -> None:
    if user.is_superuser and not by.is_superuser:
        raise Refused(_("The account of the installation is not yours to change: end it with manage.py."))


def _tell(user: User, subject: str, reason: str) -> None:
    notify([user], subject=subject, body=_("Reason: %(reason)s") % {"reason": reason}, url="/accounts/2fa/")
