"""The ways by which a message leaves the site. A bureau plugs in its own (SMS, WeCom) by naming its class.

A channel is a class without arguments, named in the setting `NOTIFICATION_CHANNELS`:

    class Sms:
        key = "sms"                                    # stored; at most 20 characters
        label = "短信"                                 # what administrators read; without it, the key
        def address_of(self, person) -> str: …         # "" when there is none: nothing is sent
        def send(self, address, subject, text) -> None: …

`send` returns when the message has been handed over. It raises `Undeliverable` when trying again is of no use (there is
no such address), and anything else when it may be tried again later. It is called in the background, after the commit,
outside of any transaction, and at least once: who must not send twice compares what it has sent.
"""

from functools import cache
from smtplib import SMTPRecipientsRefused
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import send_mail
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class Undeliverable(Exception):
    """There is nobody at this address; trying again would change nothing."""


class Channel(Protocol):
    """What a way out of the site must be able to do."""

    key: str

    def address_of(self, person: Any) -> str:
        """Where this person is reached; empty: not at all."""

    def send(self, address: str, subject: str, text: str) -> None:
        """Hand the message over."""


class Mail:
    """E-mail, by Django's backend."""

    key = "mail"
    label = _("e-mail")

    def address_of(self, person: Any) -> str:
        return str(person.email)

    def send(self, address: str, subject: str, text: str) -> None:
        try:
            send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
        except SMTPRecipientsRefused as refused:
            codes = [code for code, _said in refused.recipients.values()]
            if codes and all(500 <= code < 600 for code in codes):  # 4xx is "try again later" (RFC 5321, 4.2.1)
                raise Undeliverable(str(refused)) from refused
            raise


@cache
def _channel(path: str) -> Channel:
    return import_string(path)()


def channels() -> dict[str, Channel]:
    """The channels of this installation, by key."""
    return {channel.key: channel for channel in map(_channel, settings.NOTIFICATION_CHANNELS)}


def channel_label(key: str) -> str:
    """What a way is called; one that is not plugged in any more has its key only."""
    return str(getattr(channels().get(key), "label", key))
