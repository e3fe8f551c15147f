"""Which passwords are good enough: the numbers come from the level of protection (people.security)."""

from typing import Any

from django.contrib.auth.hashers import check_password, identify_hasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from people.models import FormerPassword
from people.security import policy

COMMON_HERE = frozenset([
    "a123456.", "aa123456", "aa123456.", "abc123456", "abc@123", "abcd@1234", "admin@123", "admin123!", "asdf1234",
    "asdf@1234", "huawei@123", "iloveyou1314", "p@ssw0rd", "pass@123", "passw0rd!", "password@1", "qwe123!@#",
    "qwe@1234", "qwer1234!", "qwer@1234", "root@123", "test@123", "woaini1314", "woaini520", "woaini520!",
    "wo@ini520", "zaq12wsx", "1qaz@wsx", "1qaz2wsx!", "1qaz!qaz", "5201314aa", "beijing@2008", "china@123",
    "gongyi@123", "chuangtou@123", "minzheng@123", "shequ@123",
])  # fmt: skip
"""What is chosen here again and again although it has capitals, digits and signs in it; Django's own list of 20,000 is
mostly what English speakers choose."""


class LongEnough:
    """The length of the level (Django's own validator has one number for ever)."""

    def validate(self, password: str, user: Any = None) -> None:
        least = policy().password_length
        if len(password) < least:
            raise ValidationError(
                _("The password is too short: at least %(n)s characters.") % {"n": least}, code="password_too_short"
            )

    def get_help_text(self) -> str:
        return _("At least %(n)s characters.") % {"n": policy().password_length}


class EnoughClasses:
    """Of small letters, capitals, digits and signs so many kinds must be there; other scripts count as signs."""

    def validate(self, password: str, user: Any = None) -> None:
        classes = {
            "small" if "a" <= c <= "z" else "capital" if "A" <= c <= "Z" else "digit" if c.isdecimal() else "sign"
            for c in password
        }
        if len(classes) < policy().password_classes:
            raise ValidationError(self.get_help_text(), code="password_too_simple")

    def get_help_text(self) -> str:
        return _(
            "At least %(n)s of these four kinds: small letters, capital letters, digits, signs such as - or @."
        ) % {"n": policy().password_classes}


class NotCommon(CommonPasswordValidator):
    """Neither on Django's list nor on ours."""

    def validate(self, password: str, user: Any = None) -> None:
        small = password.lower().strip()
        # A sign or two does not make it another one: Abc@123456 is tried right after Abc123456.
        bare = "".join(letter for letter in small if letter.isalnum())
        if {small, bare} & COMMON_HERE or {small, bare} & self.passwords:
            raise ValidationError(_("Very many people use this password: choose another."), code="password_too_common")

    def get_help_text(self) -> str:
        return _("Not one that many people use, such as Abc@123.")


class NotUsedBefore:
    """The present password and the last ones do not come back; also keeps the one that has just been replaced."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or not user.pk:
            return
        former = user.former_passwords.values_list("password", flat=True)[: policy().password_history]
        if any(check_password(password, hashed) for hashed in (user.password, *former)):
            raise ValidationError(_("You have used this password before: choose another."), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Called by Django when a person with a new password has been saved."""
        former = getattr(user, "_former_password", "")
        if not former or not _is_hash(former):
            return
        FormerPassword.objects.create(user=user, password=former)
        kept = user.former_passwords.values_list("pk", flat=True)[:10]
        user.former_passwords.exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        return _("Not one of your last %(n)s passwords.") % {"n": policy().password_history + 1}


def _is_hash(stored: str) -> bool:
    try:
        identify_hasher(stored)
    except ValueError:  # the mark of an account without a password
        return False
    return True
