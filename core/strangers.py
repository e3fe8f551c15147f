"""What a page needs that anybody may write to without an account: how many an hour, and a trap for programs.

The needs of residents and objections to a public notice use the same, so that one sender cannot flood either.
"""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import clock
from core.identifiers import fingerprint_address

AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5
"""How often one sender may send the same form in an hour without an account."""


def sender_of(request: HttpRequest) -> str:
    """Who sends, as a keyed fingerprint of the network address: enough to count, not enough to know who it was."""
    return fingerprint_address(get_adapter().get_client_ip(request) or "")


def has_sent_enough(earlier: QuerySet, moment: str, most: int = MOST_AN_HOUR) -> bool:
    """Whether `earlier`, what one sender has sent, fills the hour; `moment` names the field that says when."""
    return earlier.filter(**{f"{moment}__gt": clock.now() - AN_HOUR}).count() >= most


class TrapForm(forms.Form):
    """A field that nobody sees: a program that fills in everything gives itself away and learns nothing from it."""

    website = forms.CharField(required=False, label=_("Leave this empty"))

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data["website"])
