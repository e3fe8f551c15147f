"""Tell people that something of theirs has moved: on the site at once, by e-mail after the commit."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django_tasks import task

from core.models import Notification


@task()
def send_notification_mail(subject: str, body: str, address: str) -> None:
    """Background: one mail to one address."""
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])


def notify(recipients: Iterable[Any], *, subject: str, body: str = "", url: str = "") -> None:
    """Leave a message for each person once; mail is queued and leaves only if the transaction commits."""
    people = {person.pk: person for person in recipients}.values()
    subject = " ".join(subject.split())  # a mail header is one line
    Notification.objects.bulk_create(
        Notification(recipient=person, subject=subject[:200], body=body, url=url) for person in people
    )
    for person in people:
        if person.email:
            transaction.on_commit(partial(send_notification_mail.enqueue, subject, body or subject, person.email))
