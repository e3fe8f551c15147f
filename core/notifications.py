"""Tell people that something of theirs has moved: on the site at once, by mail and other ways after the commit.

What leaves the site is a `Dispatch`: handed over in the background as soon as the transaction is stored, or with the
day's summary; tried again when it fails, at growing intervals, and given up where everybody can see it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks import task

from core import clock
from core.channels import Mail, Undeliverable, channels
from core.models import Dispatch, MessagePreference, Notification, Rhythm

PAUSES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12))
"""Between one try and the next; after the last of them a message is given up."""
LEASE = timedelta(minutes=15)
"""How long whoever sends keeps others from sending the same; then what a process that died had begun is sent."""
DIGEST_AT = time(8)
"""Asia/Shanghai: the day's summary is there before the working day begins."""
BATCH = 100


@transaction.atomic
def notify(recipients: Iterable[Any], *, subject: str, body: str = "", url: str = "", key: str = "") -> None:
    """Leave a message for each person once; what goes out of the site leaves only if the transaction commits.

    What has a `key` is said to each person once for all time.
    """
    people = {person.pk: person for person in recipients}
    if key:
        heard = Notification.objects.filter(recipient__in=people, key=key).values_list("recipient", flat=True)
        people = {pk: person for pk, person in people.items() if pk not in set(heard)}
    if not people:
        return
    subject = " ".join(subject.split())  # a mail header is one line
    left = Notification.objects.bulk_create(
        Notification(recipient=person, subject=subject[:200], body=body, url=url, key=key) for person in people.values()
    )
    rhythms = dict(MessagePreference.objects.filter(person__in=people).values_list("person", "rhythm"))
    ways = channels().values()
    out = []
    for message in left:
        rhythm = rhythms.get(message.recipient_id, Rhythm.AT_ONCE)
        for way in ways:
            address = way.address_of(people[message.recipient_id])
            if address and rhythm != Rhythm.NEVER:
                due_at = next_digest(clock.now()) if rhythm == Rhythm.DAILY else clock.now()
                digest = rhythm == Rhythm.DAILY
                out.append(
                    Dispatch(notification=message, channel=way.key, address=address, in_digest=digest, due_at=due_at)
                )
    at_once = [one.pk for one in Dispatch.objects.bulk_create(out) if not one.in_digest]
    if at_once:
        deliver_at_once.enqueue(at_once)


@transaction.atomic
def write_to(address: str, *, subject: str, text: str) -> None:
    """Write to somebody without an account, by mail, after the commit."""
    sent = Dispatch.objects.create(channel=Mail.key, address=address, subject=" ".join(subject.split()), text=text)
    deliver_at_once.enqueue([sent.pk])


def next_digest(now: datetime) -> datetime:
    """The next eight o'clock in the morning after `now`."""
    local = timezone.localtime(now)
    today = timezone.make_aware(datetime.combine(local.date(), DIGEST_AT))
    return today if local < today else today + timedelta(days=1)


@task()
def deliver_at_once(pks: list[int]) -> None:
    """Background: the first try."""
    _deliver(pks)


def deliver_due() -> int:
    """Hand over everything whose time has come: summaries, and what failed before. Says how many were tried."""
    tried = 0
    while pks := list(Dispatch.objects.due(clock.now()).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        tried += _deliver(pks)
    return tried


@transaction.atomic
def _claim(pks: Sequence[int]) -> list[Dispatch]:
    """Those of these that are due and nobody else is sending; the others find them again when the lease is over."""
    now = clock.now()
    due = Dispatch.objects.select_for_update(of=("self",), skip_locked=True).due(now).filter(pk__in=pks)
    claimed = list(due.select_related("notification").order_by("channel", "address", "in_digest", "notification__at"))
    for one in claimed:
        one.due_at, one.tries = now + LEASE, one.tries + 1
    Dispatch.objects.bulk_update(claimed, ["due_at", "tries"])
    return claimed


def _deliver(pks: Sequence[int]) -> int:
    """Send these, apart from any transaction: a slow mail server must not keep a lock on the database."""
    claimed = _claim(pks)
    read = [one for one in claimed if one.in_digest and one.notification and one.notification.read_at]
    unread = [one for one in claimed if one not in read]
    _finish(read, Dispatch.State.READ)
    for (key, address, digest), group in groupby(unread, lambda one: (one.channel, one.address, one.in_digest)):
        together = list(group)
        for part in [together] if digest else [[one] for one in together]:
            _send(key, address, part)
    return len(claimed)


def _send(key: str, address: str, part: list[Dispatch]) -> None:
    way = channels().get(key)
    try:
        if way is None:
            raise Undeliverable(f"no channel “{key}”")
        way.send(address, *_words(part))
    except Undeliverable as lost:
        _finish(part, Dispatch.State.FAILED, error=str(lost))
    except Exception as failure:  # whatever a foreign channel raises: the message must not be lost
        for one in part:
            given_up = one.tries > len(PAUSES)
            one.state = Dispatch.State.FAILED if given_up else Dispatch.State.WAITING
            one.due_at = clock.now() + (timedelta() if given_up else PAUSES[one.tries - 1])
            one.error = _error(failure)
        Dispatch.objects.bulk_update(part, ["state", "due_at", "error"])
    else:
        _finish(part, Dispatch.State.SENT)


def _finish(part: list[Dispatch], state: str, error: str = "") -> None:
    for one in part:
        one.state, one.error = state, error[:300]
        one.sent_at = clock.now() if state == Dispatch.State.SENT else None
    Dispatch.objects.bulk_update(part, ["state", "error", "sent_at"])


def _error(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"[:300]


def _words(part: list[Dispatch]) -> tuple[str, str]:
    """Subject and text: of one message, or of the summary of several."""
    carried = [one.notification for one in part if one.notification]
    if not carried:
        return part[0].subject, part[0].text
    if not part[0].in_digest:
        [message] = carried
        return message.subject, "\n\n".join(filter(None, [message.body or message.subject, link(message)]))
    subject = ngettext("%(n)s message for you", "%(n)s messages for you", len(part)) % {"n": len(part)}
    pieces = []
    for number, message in enumerate(carried, start=1):
        head = f"{number}. {message.subject} ({timezone.localtime(message.at):%m-%d %H:%M})"
        pieces.append("\n".join(filter(None, [head, message.body, link(message)])))
    pieces.append(_("You asked for one summary a day. You can change that under “Messages”."))
    return subject, "\n\n".join(pieces)


def link(message: Notification) -> str:
    """The whole address of the message's page; empty where nobody has told the site its own address."""
    return settings.SITE_URL + message.url if settings.SITE_URL and message.url.startswith("/") else ""


@transaction.atomic
def try_again(dispatch: Dispatch) -> None:
    """A message that was given up is sent once more, with all its tries."""
    locked = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
    if locked.state != Dispatch.State.FAILED:
        return
    locked.state, locked.tries, locked.due_at, locked.error = Dispatch.State.WAITING, 0, clock.now(), ""
    locked.save()
    deliver_at_once.enqueue([locked.pk])


@transaction.atomic
def choose_rhythm(person: Any, rhythm: str) -> None:
    """How often this person is told outside the site. What is waiting already goes by the new wish."""
    MessagePreference.objects.update_or_create(person=person, defaults={"rhythm": rhythm})
    waiting = Dispatch.objects.filter(notification__recipient=person, state=Dispatch.State.WAITING)
    if rhythm == Rhythm.AT_ONCE:
        waiting.filter(in_digest=True).update(due_at=clock.now())
    elif rhythm == Rhythm.NEVER:
        waiting.delete()
