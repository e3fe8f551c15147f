"""What a page needs that anybody may write to without an account: how many an hour, a trap for programs, and the phone
known again.

The needs of residents, objections, sign-ins at an activity and what residents say of it use the same, so that one
sender cannot flood any of them.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.identifiers import fingerprint_address
from core.models import Knock

AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
MOST_AN_HOUR = 5
"""How often one sender may send the same form in an hour without an account."""

DEVICE = "device"
"""The signed cookie by which a phone is known again: it answers once, and corrects or takes back what it sent."""
DEVICE_FOR = 400 * 24 * 3600


def keyed(*parts: str) -> str:
    """A keyed fingerprint: equal for equal parts, and nothing that leads back to them."""
    return hmac.new(settings.IDENTITY_HMAC_KEY.encode(), ":".join(parts).encode(), hashlib.sha256).hexdigest()


def new_device() -> str:
    return secrets.token_urlsafe(18)


def device_of(request: HttpRequest) -> str:
    """The phone as its cookie names it; empty when it has none, or one that is not ours."""
    return (request.get_signed_cookie(DEVICE, default="", salt=DEVICE) or "")[:64]


def remember_device(request: HttpRequest, response: HttpResponse, device: str) -> None:
    response.set_signed_cookie(
        DEVICE, device, salt=DEVICE, max_age=DEVICE_FOR, httponly=True, samesite="Lax", secure=request.is_secure()
    )


def fingerprint_device(device: str, *about: str) -> str:
    """What is kept of a phone: the same for the same phone at one site and for one purpose, so that nobody can join
    what a phone said without a name to where it signed in with one."""
    return keyed("device", *about, device) if device else ""


def sender_of(request: HttpRequest) -> str:
    """Who sends, as a keyed fingerprint of the network address: enough to count, not enough to know who it was."""
    return fingerprint_address(get_adapter().get_client_ip(request) or "")


def has_sent_enough(earlier: QuerySet, moment: str, most: int = MOST_AN_HOUR) -> bool:
    """Whether `earlier`, what one sender has sent, fills the hour; `moment` names the field that says when."""
    return earlier.filter(**{f"{moment}__gt": clock.now() - AN_HOUR}).count() >= most


def knocked(sender: str, page: str, limits: Mapping[str, int]) -> bool:
    """Note that a stranger has sent something to `page`; whether that is one too many within an hour.

    `limits` names pages with a limit of their own; "" is that of all pages together. Whoever is over it is not noted
    again, so that a flood does not fill the table.
    """
    earlier = Knock.objects.filter(sender=sender)
    if page in limits and has_sent_enough(earlier.filter(page=page), "at", limits[page]):
        return True
    if has_sent_enough(earlier, "at", limits[""]):
        return True
    Knock.objects.create(sender=sender, page=page[:100], at=clock.now())
    return False


def forget_knocks() -> int:
    """Who has sent something, a day later; for `manage.py tick`."""
    return Knock.objects.filter(at__lt=clock.now() - A_DAY).delete()[0]


class TrapForm(forms.Form):
    """A field that nobody sees: a program that fills in everything gives itself away and learns nothing from it."""

    website = forms.CharField(required=False, label=_("Leave this empty"))

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data["website"])
