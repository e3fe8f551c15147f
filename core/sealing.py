"""The sealer: links what stands in the log into one chain, takes the daily root, and erases words so that the chain
still verifies (docs/adr/0017-sealed-log.md).

Events are written by many at once and sealed by one, shortly afterwards: a chain that each writer prolonged would make
all of them wait for one another. Until it is sealed (a minute at most while `manage.py tick` runs) an event is kept by
the triggers alone.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock
from core.chain import ERASABLE, GENESIS, SALT_LENGTH, Keys, Said, commitment, details, digest, link, new_keys
from core.models import DailyRoot, Event, Seal
from core.workflow import Refused

STEP = 5000
"""So many events are looked at in one transaction: while it lasts nobody else can write to SQLite."""
LOOKED_BACK = 20_000
"""Whoever writes long takes their numbers early: so many links back, the sealer looks for events that came late. Once a
day it looks at all of them."""
LOCK = 0x5EA1
ERASED = "erase_words"
"""The event that says that words of another were erased."""


class Standing(NamedTuple):
    """Where the chain stands: so many events, and the hash that says all of them."""

    number: int
    hash: str


class Witness(NamedTuple):
    """Somebody who has kept where the chain stood: a daily root, a public notice, a file downloaded long ago. Of a root
    also the day at which it stood there: what is sealed behind it happened later."""

    name: str
    number: int
    hash: str
    day: date | None = None


witnesses: list[Callable[[], Iterable[Witness]]] = []
"""Apps further right add what they have published of the chain; `verify_events` holds the chain against it."""


def standing() -> Standing:
    """The end of the chain as it is now."""
    last = Seal.objects.order_by("-number").values_list("number", "hash").first()
    return Standing(*last) if last else Standing(0, GENESIS)


def seal_events(*, whole: bool = False) -> int:
    """Seal what has been written since the last time; how many. `whole`: look for it in the whole log.

    One at a time: who comes second waits. Inside somebody else's transaction nobody waits (they may hold rows that the
    other one needs): then it is left to the one who is at it.
    """
    patient, done, after = not connection.in_atomic_block, 0, None
    while True:
        with transaction.atomic():
            if not _alone(patient):
                return done
            last = standing()
            if after is None:
                after = 0 if whole else _floor(last.number)
            after, new = unsealed_after(after)
            if new:
                rows = Event.objects.filter(pk__range=(new[0], new[-1])).order_by("pk").values_list(*Said._fields)
                wanted = set(new)
                Seal.objects.bulk_create(_links(last, [Said(*row) for row in rows if row[0] in wanted]))
                done += len(new)
        if after is None:
            return done


def unsealed_after(pk: int) -> tuple[int | None, list[int]]:
    """Of the next `STEP` events the numbers of those without a seal, and where to go on (None: that was the end).

    Two ranges of two indexes, compared here: a join over tables that grow this fast is planned wrongly by PostgreSQL
    until its statistics have caught up."""
    found = list(Event.objects.filter(pk__gt=pk).order_by("pk").values_list("pk", flat=True)[:STEP])
    if not found:
        return None, []
    sealed = set(
        Seal.objects.filter(event_id__gte=found[0], event_id__lte=found[-1]).values_list("event_id", flat=True)
    )
    return found[-1] if len(found) == STEP else None, [pk for pk in found if pk not in sealed]


def _alone(patient: bool) -> bool:
    """On SQLite a transaction has the lock from its beginning (settings: BEGIN IMMEDIATE)."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{'' if patient else 'try_'}advisory_xact_lock(%s)", [LOCK])
        return patient or cursor.fetchone()[0]


def _floor(number: int) -> int:
    found = Seal.objects.filter(number=number - LOOKED_BACK).values_list("event_id", flat=True).first()
    return found or 0


def _links(last: Standing, found: Iterable[Said]) -> Iterable[Seal]:
    number, previous, now = last.number, last.hash, clock.now()
    for said in found:
        keys = new_keys(said)
        number, said_in_short = number + 1, digest(said, keys)
        previous = link(previous, number, now, said_in_short)
        yield Seal(
            number=number, event_id=said.id, label_key=keys.label, note_key=keys.note, data_key=keys.data,
            digest=said_in_short, hash=previous, sealed_at=now,
        )  # fmt: skip


def take_root() -> int:
    """Once a day, at its beginning: keep where the chain stands, for everybody to read. 1 when it was done."""
    if DailyRoot.objects.filter(day=clock.today()).exists():
        return 0
    seal_events(whole=True)
    now = standing()
    if not now.number:
        return 0
    _root, made = DailyRoot.objects.get_or_create(day=clock.today(), defaults=now._asdict())
    return int(made)


@transaction.atomic
def erase(event: Event, *names: str, by: Any, reason: str) -> Event:
    """Take words out of an event for good (`label`, `note`, `data`), because somebody may ask for it or has to.

    Consequences: the value and its salt are gone, the commitment stays in the seal, so the chain verifies as before and
    shows that something was erased; and that it was is an event of its own, with who and why. Refused without a
    reason, and before the event is sealed: it would never be proven what it was.
    """
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    seal_events(whole=True)
    seal = Seal.objects.select_for_update().filter(event=event).first()
    if seal is None:
        raise Refused(_("This event is not sealed yet: please try again in a minute."))
    said = Said(*Event.objects.values_list(*Said._fields).get(pk=event.pk))
    keys = Keys(seal.label_key, seal.note_key, seal.data_key)
    gone = [name for name in ERASABLE if name in names and getattr(said, name)]
    if not gone:
        raise Refused(_("There is nothing to erase."))
    for name in gone:
        key, value = getattr(keys, name), getattr(said, name)
        if len(key) == SALT_LENGTH:
            setattr(seal, f"{name}_key", commitment(key, value if isinstance(value, str) else details(value)))
    seal.save(update_fields=[f"{name}_key" for name in gone])
    Event.objects.filter(pk=event.pk).update(**{name: {} if name == "data" else "" for name in gone})
    event.refresh_from_db()
    return Event.objects.create(
        content_type_id=event.content_type_id,
        object_id=event.object_id,
        name=ERASED,
        label=_("Words erased from the log"),
        note=reason.strip(),
        data={"event": event.pk, "erased": gone},
        actor=by,
    )
