"""Whether the log is what was sealed: walks the chain from its beginning or from a day's root, in constant memory."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core import clock, triggers
from core.chain import ERASABLE, GENESIS, Keys, Said, digest, link
from core.log_triggers import LOG
from core.models import DailyRoot, Event, Seal
from core.sealing import ERASED, Standing, Witness, standing, unsealed_after, witnesses

CHUNK = 2000
MOST_NAMED = 500
MOST = 2**62
WAITS = timedelta(hours=1)
"""An event that is still not sealed after so long, though others are, was not written by the platform."""
BACK = timedelta(days=1)
"""An event sealed next behind one that happened so much later, or behind the root of a day so much later, was written
afterwards, whatever day it names."""
SEAL = ("number", "event_id", "label_key", "note_key", "data_key", "digest", "hash", "sealed_at")


def published() -> list[Witness]:
    """Everything that the platform itself has kept of where the chain stood."""
    found = [
        Witness(_("root of %(day)s") % {"day": root.day}, root.number, root.hash, root.day)
        for root in DailyRoot.objects.all()
    ]
    return found + [one for ask in witnesses for one in ask()]


def start_of(day: date | None) -> Standing:
    """From where to verify what came since a day: the last root that was taken by then, else the beginning."""
    root = DailyRoot.objects.filter(day__lte=day).order_by("-day").first() if day else None
    return Standing(root.number, root.hash) if root else Standing(0, GENESIS)


class Verification:
    """One walk along the chain. `problems` says in a line each what is wrong and where; afterwards the counters say
    what was seen: `checked` links, `erased` events without some of their words, `late` ones that were dated back and
    the first of them, `unproven` ones that were too, but before the first root (docs/adr/0017-sealed-log.md). With how
    many witnesses the links are compared: `own` ones, and `brought` ones that were `kept` elsewhere."""

    def __init__(self, since: date | None = None, kept: Iterable[Witness] = ()) -> None:
        self.start = start_of(since)
        brought, own = list(kept), published()
        self.kept = sorted([*own, *brought], key=lambda one: one.number)
        self.own, self.brought = len(self._due(own)), len(self._due(brought))
        self.checked = self.erased = self.late = self.unproven = self.waiting = 0
        self.first_late = self.first_unproven = self.last_number = 0
        self._next, self._before = self.start.number + 1, {self.start.hash}
        self._at: datetime | None = None
        self._root: datetime | None = None
        self._has_roots = any(one.day for one in self.kept)
        self._sealed_at: datetime | None = None

    def problems(self) -> Iterator[str]:
        for name in triggers.missing(connection, LOG):
            yield _("the database does not protect the log: the trigger %(name)s is missing") % {"name": name}
        kept = iter(self._due(self.kept))
        due = next(kept, None)
        if self.start.number:
            begin = Seal.objects.filter(number=self.start.number).values_list("hash", flat=True).first()
            while begin and due and due.number == self.start.number:
                yield from self._hold(due, begin)
                due = next(kept, None)
            if begin is None:
                self._next = standing().number + 1
        for seal, said in self._rows():
            if seal["number"] > self._next:
                yield self._gap(seal["number"])
            yield from self._link(seal, said)
            while due and due.number <= seal["number"]:
                if due.number == seal["number"]:
                    yield from self._hold(due, seal["hash"])
                due = next(kept, None)
            self._next = seal["number"] + 1
        self.last_number = self._next - 1
        if Seal.objects.filter(number__gte=self._next).exists():
            yield self._gap(MOST)
        while due:
            yield _("the end is cut off after link %(n)s: %(who)s says that there were %(more)s") % {
                "n": self.last_number,
                "who": due.name,
                "more": due.number,
            }
            due = next(kept, None)
        yield from self._outside()

    def _due(self, found: Iterable[Witness]) -> list[Witness]:
        """Those of links that this walk comes by."""
        return [one for one in found if one.number >= max(self.start.number, 1)]

    def _hold(self, kept: Witness, found: str) -> Iterator[str]:
        """A witness against the link it tells of; from a root that agrees its day counts for all that follow."""
        if kept.hash != found:
            said = {"n": kept.number, "who": kept.name}
            yield _("link %(n)s is not the one that was published (%(who)s): the log was rewritten") % said
        elif kept.day:
            day = clock.begin_of(kept.day)
            self._root = max(self._root or day, day)

    def _rows(self) -> Iterator[tuple[dict[str, Any], Said]]:
        """Link by link with its event, a chunk at a time."""
        number = self.start.number
        fields = [f"event__{name}" for name in Said._fields]
        while True:
            rows = Seal.objects.filter(number__gt=number).order_by("number").values_list(*SEAL, *fields)[:CHUNK]
            found = list(rows)
            for row in found:
                yield dict(zip(SEAL, row, strict=False)), Said(*row[len(SEAL) :])
            if len(found) < CHUNK:
                return
            number = found[-1][0]

    def _gap(self, number: int) -> str:
        """Links that are not there, or whose events are not."""
        self._before = set()
        lost = Seal.objects.filter(number__gte=self._next, number__lt=number).order_by("number").first()
        if lost is not None:
            return _("event %(event)s (link %(n)s) was removed") % {"event": lost.event_id, "n": lost.number}
        return _("links %(first)s to %(last)s were removed") % {"first": self._next, "last": number - 1}

    def _link(self, seal: dict[str, Any], said: Said) -> Iterator[str]:
        self.checked += 1
        where = {"event": said.id, "n": seal["number"]}
        keys = Keys(seal["label_key"], seal["note_key"], seal["data_key"])
        if digest(said, keys) != seal["digest"]:
            yield _("event %(event)s (link %(n)s) does not say what it said when it was sealed") % where
        follows = {link(before, seal["number"], seal["sealed_at"], seal["digest"]) for before in self._before}
        if follows and seal["hash"] not in follows:
            yield (_("link %(n)s (event %(event)s) does not follow from the one before: changed, or moved") % where)
        self._before = follows | {seal["hash"]}
        gone = [name for name in ERASABLE if len(getattr(keys, name)) == 64]
        if gone:
            self.erased += 1
            told = Event.objects.filter(
                content_type=said.content_type_id, object_id=said.object_id, name=ERASED, data__event=said.id
            )
            if not told.exists():
                yield _("words of event %(event)s (link %(n)s) were erased, and no event says so") % where
        self._count_late(said)
        self._at = said.at
        self._sealed_at = seal["sealed_at"]

    def _count_late(self, said: Said) -> None:
        """Up to the first root the order of days proves nothing: a demo tells of past ones, and whoever writes them in
        could write all of it anew. Where there is no root at all that is no excuse: they may have been taken away."""
        before = [moment for moment in (self._at, self._root) if moment]
        if not before or said.at >= max(before) - BACK:
            return
        if self._root or not self._has_roots:
            self.late += 1
            self.first_late = self.first_late or said.id
        else:
            self.unproven += 1
            self.first_unproven = self.first_unproven or said.id

    def _outside(self) -> Iterator[str]:
        """Events without a link: the latest may wait for the sealer, an old one was slipped in."""
        after: int | None = 0
        while after is not None:
            after, found = unsealed_after(after)
            self.waiting += len(found)
            if found and self._sealed_at is not None:
                old = Event.objects.filter(pk__in=found[:MOST_NAMED], at__lt=self._sealed_at - WAITS).order_by("pk")
                for pk, at in old.values_list("pk", "at"):
                    said = {"event": pk, "at": f"{at:%Y-%m-%d %H:%M}"}
                    yield (
                        _("event %(event)s says it is of %(at)s and was never sealed: slipped in, or the sealer stands")
                        % said
                    )
