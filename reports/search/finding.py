"""Asks the index for one person: what this person may open and nothing else, the newest first.

The entries are numbered in the order of time. A search walks from the newest down: the index says what has the words
and could concern the person, the very rule of each record's page (`seen`) says which of them this person may open, and
it ends when there are enough. A page goes on below the last key of the one before, however deep.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db import connection
from django.utils.safestring import SafeString

from reports.models import SearchEntry
from reports.search import tables
from reports.search.sources import BY_KIND, GROUPS, keys_of
from reports.search.words import Asked, excerpt, marked, shown

PAGE = 50
MOST_COUNTED = 99
MOST_EXACT = 10
SPARE, LARGEST_PIECE = 30, 4096
"""More is read of the index than is shown, because some of it may not be seen; and more each time."""
COMMON, COMMON_KNOWN = 5000, timedelta(hours=1)
"""A pair that so many records have tells little; whether they have is found out once an hour."""
_ENTRIES = f"{SearchEntry._meta.db_table} entry"
# The words lead: SQLite takes a CROSS JOIN in the order in which it is written, PostgreSQL as any other.
_WORDS = f"{tables.TABLE} CROSS JOIN {_ENTRIES} WHERE entry.id = {tables.TABLE}.rowid"
_KEYS = " UNION ".join(
    f"SELECT id AS rowid FROM {SearchEntry._meta.db_table} WHERE {name}_key = %s" for name in ("number", "title")
)
_SAME = f"({_KEYS}) AS {tables.TABLE} CROSS JOIN {_ENTRIES} WHERE entry.id = {tables.TABLE}.rowid"


class Place(NamedTuple):
    """An entry that fits what is asked for: its key in the order of time, and of which record it is."""

    key: int
    kind: str
    object_id: int


@dataclass
class Walk:
    """On the way from the newest entry down, through what fits (`source`, `params`), until enough of it may be seen."""

    source: str
    params: list[Any]
    enough: int
    high: int
    span: int = field(default_factory=tables.first_span)
    piece: int = 0
    seen: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.piece = self.piece or self.enough + SPARE

    def is_over(self, lowest: int) -> bool:
        return len(self.seen) >= self.enough or self.high < lowest

    def low(self, lowest: int) -> int:
        return max(self.high - self.span + 1, lowest)

    def go_on(self, places: list[Place], seen: list[Place], lowest: int) -> None:
        """These were found and those of them may be seen: below them next time, or, when that was all, further down."""
        self.seen += seen[: self.enough - len(self.seen)]
        if len(places) == self.piece:
            self.high, self.piece = places[-1].key - 1, min(self.piece * 4, LARGEST_PIECE)
        else:
            self.high, self.span = self.low(lowest) - 1, self.span * tables.WIDER


@dataclass(frozen=True)
class Hit:
    """One record that was found, as it is now."""

    kind: Any
    number: SafeString
    title: SafeString
    excerpt: SafeString
    whose: Any
    state: str
    at: datetime
    url: str
    is_exact: bool = False


@dataclass(frozen=True)
class Tab:
    """A group with how many there are in it; `count` stops at MOST_COUNTED and one more."""

    name: str
    label: Any
    count: int

    @property
    def is_more(self) -> bool:
        return self.count > MOST_COUNTED

    @property
    def shown(self) -> str:
        return f"{MOST_COUNTED}+" if self.is_more else str(self.count)


@dataclass
class Found:
    hits: list[Hit] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    after: int | None = None
    """The key below which the next page begins; None on the last."""


def telling(asked: Asked) -> list[str]:
    """The tokens that are looked up: of a long name those that tell something.

    Every group is called 社工服务中心: to meet the lists of 社工, 服务 and 中心 with that of 柳溪 takes long and leaves
    out nothing. Where a phrase is proven in the text anyway, pairs that very many records have are passed over. GIN
    looks into a long list only where a short one has something, so it is asked for all.
    """
    if tables.is_postgresql():
        return list(asked.tokens)
    common = {token for token in asked.proven if _is_common(token)}
    rest = [token for token in asked.tokens if token not in common]
    return rest or list(asked.tokens)


def _is_common(token: str) -> bool:
    known = caches["quick"].get(f"common:{token}")
    if known is None:
        with connection.cursor() as cursor:
            some = f"SELECT 1 FROM {tables.TABLE} WHERE {tables.match()} LIMIT {COMMON}"
            cursor.execute(f"SELECT count(*) FROM ({some}) AS some_of_them", [tables.expression([[token]])])
            known = cursor.fetchone()[0] == COMMON
        caches["quick"].set(f"common:{token}", known, COMMON_KNOWN.total_seconds())
    return known


class Finder:
    """Finds for one person; what a search needs to know of the person, and of a record, is asked once."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.keys = keys_of(user)
        self.known: dict[str, dict[int, bool]] = defaultdict(dict)

    def find(self, asked: Asked, *, group: str = "", after: int | None = None) -> Found:
        """One page of what is asked for, and with it how many there are in each group."""
        if not asked:
            return Found()
        here = [group] if group else list(GROUPS)
        counted = {each: self.walk(asked, [each], MOST_COUNTED + 1) for each in GROUPS}
        exact = self.same(asked, group)
        further = [] if after is None else [self.walk(asked, here, PAGE + 1, after)]
        self.go([*counted.values(), exact, *further])
        first = sorted((place for each in here for place in counted[each].seen), reverse=True)
        places = further[0].seen if further else first[: PAGE + 1]
        more = places[PAGE - 1].key if len(places) > PAGE else None
        same = {place.key for place in exact.seen}
        places = [place for place in places[:PAGE] if place.key not in same]
        entries = SearchEntry.objects.in_bulk([*same, *(place.key for place in places)])
        above = sorted(
            (entry for entry in entries.values() if entry.pk in same),
            key=lambda entry: (entry.number_key != asked.key, -entry.pk),
        )
        below = [entries[place.key] for place in places if place.key in entries]
        shown_here = below if after is not None else [*above, *below]
        tabs = [Tab(name, label, len(counted[name].seen)) for name, label in GROUPS.items()]
        return Found(self.hits(shown_here, asked, same), tabs, more)

    def page(self, asked: Asked, group: str = "", after: int | None = None) -> list[Place]:
        """The newest of what is asked for, one more than a page has, and nothing else."""
        walk = self.walk(asked, [group] if group else list(GROUPS), PAGE + 1, after)
        self.go([walk])
        return walk.seen

    # -- What is asked of the index ----------------------------------------------------------------

    @cached_property
    def ends(self) -> tuple[int, int]:
        """The keys of the oldest and of the newest entry."""
        keys = SearchEntry.objects.values_list("pk", flat=True)
        # Asked one by one: of the least and the greatest together SQLite reads the whole index.
        return keys.order_by("pk").first() or 1, keys.order_by("-pk").first() or 0

    def walk(self, asked: Asked, groups: list[str], enough: int, after: int | None = None) -> Walk:
        """Through the entries of these groups that have all the words and could concern this person."""
        kinds = [] if len(groups) == len(GROUPS) else [[f"_g{group}" for group in groups]]
        expression = tables.expression([*([token] for token in telling(asked)), self.keys, *kinds])
        conditions, params = [tables.match()], [expression]
        for phrase in asked.phrases:
            places = [f"entry.{name} LIKE %s" for name in ("title", "names", "text", "number")]
            conditions.append(f"({' OR '.join(places)})")
            params += [f"%{phrase}%"] * len(places)
        high = self.ends[1] if after is None else min(after - 1, self.ends[1])
        return Walk(" AND ".join([_WORDS, *conditions]), params, enough, high)

    def same(self, asked: Asked, group: str) -> Walk:
        """Through what has just this number or this name."""
        kinds = [kind for kind, source in BY_KIND.items() if not group or source.group == group]
        source = f"{_SAME} AND entry.kind IN ({', '.join(['%s'] * len(kinds))})"
        return Walk(source, [asked.key, asked.key, *kinds], MOST_EXACT, self.ends[1], span=tables.WHOLE)

    def go(self, walks: list[Walk]) -> None:
        """Every walk to its end, all of them by the same step: one question to the index, then one for each kind."""
        lowest = self.ends[0]
        while going := [walk for walk in walks if not walk.is_over(lowest)]:
            found = self.step(going)
            self.look_up(place for places in found for place in places)
            for walk, places in zip(going, found, strict=True):
                walk.go_on(places, [place for place in places if self.may_see(place)], lowest)

    def step(self, walks: list[Walk]) -> list[list[Place]]:
        """Of each walk the next entries that fit."""
        statements, params = [], []
        for number, walk in enumerate(walks):
            within, of_keys = tables.within(walk.low(self.ends[0]), walk.high)
            found = f"SELECT {number} AS walk, entry.id, entry.kind, entry.object_id FROM {walk.source} AND {within}"
            newest = f"{found} ORDER BY {tables.key()} DESC LIMIT {walk.piece}"
            statements.append(f"SELECT * FROM ({newest}) AS walk_{number}")
            params += [*walk.params, *of_keys]
        places: list[list[Place]] = [[] for _walk in walks]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), params)
            for number, *place in cursor.fetchall():
                places[number].append(Place(*place))
        return [sorted(some, reverse=True) for some in places]

    # -- What may be seen ----------------------------------------------------------------------------

    def look_up(self, places: Iterable[Place]) -> None:
        """Ask the rules of the pages about records that are not known yet, each kind once."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for place in places:
            for kind in filter(None, (place.kind, BY_KIND[place.kind].unless)):
                if place.object_id not in self.known[kind]:
                    wanted[kind].add(place.object_id)
        for kind, pks in wanted.items():
            seen = set(BY_KIND[kind].seen(self.user).order_by().filter(pk__in=pks).values_list("pk", flat=True))
            self.known[kind] |= {pk: pk in seen for pk in pks}

    def may_see(self, place: Place) -> bool:
        source, pk = BY_KIND[place.kind], place.object_id
        return self.known[source.kind][pk] and not (source.unless and self.known[source.unless][pk])

    # -- What is shown -----------------------------------------------------------------------------

    def hits(self, entries: list[SearchEntry], asked: Asked, exact: set[int]) -> list[Hit]:
        """With the records as they are now, in one query for each kind."""
        wanted: dict[str, list[int]] = defaultdict(list)
        for entry in entries:
            wanted[entry.kind].append(entry.object_id)
        things: dict[tuple[str, int], Any] = {}
        for kind, pks in wanted.items():
            source = BY_KIND[kind]
            found = source.model._default_manager.filter(pk__in=pks).select_related(*source.related)
            things |= {(kind, thing.pk): thing for thing in found.defer(*source.deferred)}
        there = [entry for entry in entries if (entry.kind, entry.object_id) in things]
        return [self.hit(entry, things[entry.kind, entry.object_id], asked, entry.pk in exact) for entry in there]

    def hit(self, entry: SearchEntry, thing: Any, asked: Asked, is_exact: bool) -> Hit:
        source = BY_KIND[entry.kind]
        whose = source.whose(thing)
        pieces = (excerpt(text, asked.needles) for text in (*entry.text.split("\n"), entry.names))
        return Hit(
            kind=source.label,
            number=marked(entry.number, asked.needles),
            title=marked(entry.title, asked.needles),
            excerpt=marked(next(filter(None, pieces), ""), asked.needles),
            whose=marked(shown(str(whose)), asked.needles),
            state=source.state(thing),
            at=entry.at,
            url=source.url(thing, self.user),
            is_exact=is_exact,
        )
