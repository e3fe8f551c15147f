"""Sign-in by user name, e-mail or mobile number: what django-allauth asks of us about phones."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from core.identifiers import validate_mobile

# Sentences of the libraries whose own Chinese is missing or unclear: named here, our catalogue translates them.
LIBRARY_SENTENCES = (
    pgettext_lazy("field label", "Login"),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)


class MobileField(forms.CharField):
    """A mainland mobile number, in whatever way it is typed."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def clean(self, value: str) -> str:
        number = super().clean(value)
        return validate_mobile(number) if number else ""


class AccountAdapter(DefaultAccountAdapter):
    """Keeps the phone on the user. No SMS is sent: a bureau that has a gateway overrides the senders."""

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        kwargs.setdefault("label", _("Mobile phone"))
        return MobileField(**kwargs)

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
