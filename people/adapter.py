"""Sign-in by user name, e-mail or mobile number: what django-allauth asks of us about phones and failures."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.identifiers import validate_mobile
from people.actions import signing_in
from people.second_factor import must_have_second_factor, second_factors
from people.security import policy

FRESH = 5 * 60
"""Seconds after a sign-in in which nobody is asked who they are again."""


LONGEST_EMAIL = 254
"""Characters (RFC 5321), as the columns have it."""


class MobileField(forms.CharField):
    """A mainland mobile number, in whatever way it is typed."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def clean(self, value: str) -> str:
        number = super().clean(value)
        return validate_mobile(number) if number else ""


class AccountAdapter(DefaultAccountAdapter):
    """Keeps the phone on the user, and counts failures in the database (people.actions.signing_in).

    No SMS is sent: a bureau that has a gateway overrides the senders.
    """

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many attempts. Please try again in %(n)s minutes, or have your password reset. "
            "The security administrator can open the lock earlier."
        ),
        "enter_current_password": _("This is not your current password. Please enter it again."),
        "username_taken": _(
            "This cannot be used for a new account. If it is yours, sign in, or have your password reset."
        ),
        "phone_taken": _(
            "This cannot be used for a new account. If it is yours, sign in, or have your password reset."
        ),
        "email_taken": _(
            "This cannot be used for a new account. If it is yours, sign in, or have your password reset."
        ),
    }

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """In place of allauth's own count, which is kept in a cache by each process for itself, starts anew with every
        name of one account, and takes all mobile numbers for one."""
        names = {name: credentials[name] for name in ("username", "email", "phone") if credentials.get(name)}
        self._attempt = self._users(**names), next(iter(names.values()), ""), get_ip(request)
        if not signing_in.begin_attempt(*self._attempt):
            said = self.error_messages["too_many_login_attempts"] % {"n": policy().lock_minutes}
            raise forms.ValidationError(said, code="too_many_login_attempts")

    def clean_email(self, email: str) -> str:
        """allauth would cut what is too long for its column, and keep what is no address any more."""
        if len(email) > LONGEST_EMAIL:
            raise forms.ValidationError(_("This e-mail address is too long."))
        return super().clean_email(email)

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            _users, login, address = self._attempt
            signing_in.pass_attempt(user, login, address)
        return user

    def authentication_failed(self, request: Any, **credentials: Any) -> None:
        signing_in.fail_attempt(*self._attempt)

    def _users(self, username: str = "", email: str = "", phone: str = "") -> list[Any]:
        """Everybody whose password an attempt with these credentials would try."""
        found = [get_user_by_username(username)] if username else []
        for address in {username, email} - {""}:
            found += filter_users_by_email(address, prefer_verified=True, for_login=True)
        found += [self.get_user_by_phone(phone)] if phone else []
        return list({user.pk: user for user in found if user is not None}.values())

    def _delete_login_attempts_cached_email(self, request: Any, **credentials: Any) -> None:
        """Whoever has just set a new password through a link sent to them may come in."""
        for user in self._users(email=credentials.get("email") or ""):
            signing_in.forgive(user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever came in by a password a moment ago is not asked for it again (a second factor is set up first)."""
        known = get_authentication_records(self.request, self.request.user)
        is_fresh = any(time.time() - entry["at"] < FRESH for entry in known if entry["method"] == "password")
        return not is_fresh and super().is_reauthentication_required(app=app, **kwargs)

    def get_password_change_redirect_url(self, request: Any) -> str:
        return (
            reverse("people:go_on") if "go_on" in request.session else super().get_password_change_redirect_url(request)
        )

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        return MobileField(**kwargs | {"label": _("Mobile phone")})

    def clean_phone(self, phone: str) -> str:
        return validate_mobile(phone)

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        user.phone = phone
        user.save(update_fields=["phone"])

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        # Without an SMS gateway nothing can be verified; a stored number counts, so that it signs in.
        return (user.phone, True) if user.phone else None

    def set_phone_verified(self, user: Any, phone: str) -> None:
        """Nothing to keep: see `get_phone`."""

    def get_user_by_phone(self, phone: str) -> Any:
        try:
            number = validate_mobile(phone)
        except ValidationError:
            return None
        return get_user_model().objects.filter(phone=number).first()

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        """Verification is off (settings.ACCOUNT_PHONE_VERIFICATION_ENABLED)."""

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """No gateway: nothing is sent."""


class MFAAdapter(DefaultMFAAdapter):
    """Second factors in plain words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or is used already. Please wait for the next one."),
        "cannot_delete_authenticator": _(
            "Your role asks for a second step at sign-in: add another one first, then remove this one."
        ),
    }

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Whoever must have a second factor cannot take away the last."""
        return not must_have_second_factor(authenticator.user) or second_factors(authenticator.user) > 1

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("My phone or key %(n)s") % {"n": second_factors(user) + 1}

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)
