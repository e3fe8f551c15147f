"""Two forms of django-allauth that would say what cannot matter, or what gives something away."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, SignupForm
from django.contrib.auth.password_validation import get_default_password_validators, password_validators_help_text_html

from people.passwords import NotUsedBefore


def rules_of_a_first_password() -> str:
    """Without the one about earlier passwords: there are none."""
    kept = [rule for rule in get_default_password_validators() if not isinstance(rule, NotUsedBefore)]
    return password_validators_help_text_html(kept)


class NewAccountForm(SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = rules_of_a_first_password()


class AnotherPasswordForm(ChangePasswordForm):
    """Whoever does not know the current password learns nothing about a new one, least of all that it was used."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "oldpassword" in self.errors:
            for name in ("password1", "password2"):
                self.errors.pop(name, None)
        return data
