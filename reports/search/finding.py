"""Asks the index for one person: what this person may open and nothing else, the newest first.

The database filters: by the tokens, by whom a record could concern, and by the very rule of the record's page (`seen`).
The entries are numbered in the order of time, so a page goes on below the last key of the one before, however deep.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.safestring import SafeString

from reports.models import SearchEntry, SearchWords
from reports.search import tables
from reports.search.sources import BY_KIND, GROUPS, Source, keys_of, of_group
from reports.search.words import Asked, excerpt, marked, shown

PAGE = 50
MOST_COUNTED = 99
MOST_EXACT = 10


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
    goes_on: bool = False
    """No word was found as it was typed: words that begin so were looked for."""


class Finder:
    """Finds for one person; what a search needs to know of the person is read once."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.keys = [(key, False) for key in keys_of(user)]

    def find(self, asked: Asked, *, group: str = "", after: int | None = None, goes_on: bool = False) -> Found:
        """One page of what is asked for, and with it how many there are in each group."""
        if not asked:
            return Found()
        exact = self.exact(asked, group)
        entries = self.page(asked, group, after, goes_on)
        if not entries and not exact and asked.beginnings and after is None and not goes_on:
            goes_on = True
            entries = self.page(asked, group, after, goes_on)
        more = entries[PAGE - 1].pk if len(entries) > PAGE else None
        first = {entry.pk for entry in exact}
        entries = [entry for entry in entries[:PAGE] if entry.pk not in first]
        if after is None:
            entries = [*exact, *entries]
        return Found(self.hits(entries, asked, first), self.tabs(asked, goes_on), more, goes_on)

    # -- What is asked of the database ---------------------------------------------------------------

    def page(self, asked: Asked, group: str, after: int | None, goes_on: bool) -> list[SearchEntry]:
        """The entries of one page and one more, if there is one."""
        found = self.meeting(asked, group, goes_on)
        if after is not None:
            found = found.filter(pk__lt=after)
        words = found.select_related("entry").only("entry").order_by("-pk")[: PAGE + 1]
        return [word.entry for word in words]

    def meeting(self, asked: Asked, group: str, goes_on: bool) -> QuerySet[SearchWords]:
        """What has all the words and may be opened by this person."""
        clauses = [[(token, goes_on and token in asked.beginnings)] for token in asked.tokens]
        if group:
            clauses.append([(f"_g{group}", False)])
        found = SearchWords.objects.filter(tokens__has=tables.expression([*clauses, self.keys]))
        for phrase in asked.phrases:
            places = (f"entry__{name}__contains" for name in ("title", "names", "text", "number"))
            found = found.filter(Q(*((place, phrase) for place in places), _connector=Q.OR))
        return found.filter(self.seen(of_group(group), "entry__"))

    def exact(self, asked: Asked, group: str) -> list[SearchEntry]:
        """What has just this number or this name; stands above the rest."""
        same = SearchEntry.objects.filter(Q(number_key=asked.key) | Q(title_key=asked.key))
        found = list(same.filter(self.seen(of_group(group))).order_by()[:MOST_EXACT])
        return sorted(found, key=lambda entry: (entry.number_key != asked.key, -entry.pk))

    def seen(self, sources: Iterable[Source], prefix: str = "") -> Q:
        """The rules of the pages themselves, each for its kind."""
        seen = Q()
        for source in sources:
            record = source.seen(self.user).order_by().filter(pk=OuterRef(f"{prefix}object_id"))
            seen |= Q(Exists(record), **{f"{prefix}kind": source.kind})
        return seen

    def tabs(self, asked: Asked, goes_on: bool) -> list[Tab]:
        most = MOST_COUNTED + 1
        counts = {
            group: self.meeting(asked, group, goes_on).order_by().values("pk")[:most].count() for group in GROUPS
        }
        return [Tab(group, label, counts[group]) for group, label in GROUPS.items()]

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
