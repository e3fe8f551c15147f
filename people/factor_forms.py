"""The forms of the second step in words that a volunteer understands, with the keys of a phone that suit them."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from core.identifiers import half_width

NAME = _("What you call it")


class Digits:
    """A field for digits: the phone shows those, and offers the code if it has one."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code of the second step")
        code.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}

    def clean_code(self) -> str:
        """Digits of a Chinese keyboard are digits too."""
        self.cleaned_data["code"] = half_width(self.cleaned_data["code"])
        return super().clean_code()  # type: ignore[misc]


class CodeForm(Digits, AuthenticateForm):
    pass


class CodeAgainForm(Digits, ReauthenticateForm):
    pass


class KeyForm(AuthenticateWebAuthnForm):
    @property
    def has_key(self) -> bool:
        """Whoever has none is not offered it: their browser would only ask for what is not there."""
        return Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN).exists()


class FirstCodeForm(Digits, ActivateTOTPForm):
    pass


class AddKeyForm(AddWebAuthnForm):
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without a password"),
        required=False,
        help_text=_("For your own phone or computer that asks for your fingerprint, face or PIN."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = NAME


class RenameKeyForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = NAME
