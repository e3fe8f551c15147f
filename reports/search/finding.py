"""Asks the index for one person: what this person may open and nothing else, the newest first.

The database filters: by the tokens, by whom a record could concern, and by the very rule of the record's page (`seen`).
The entries are numbered in the order of time, so a page goes on below the last key of the one before, however deep.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils.safestring import SafeString

from reports.models import SearchEntry
from reports.search import tables
from reports.search.sources import BY_KIND, GROUPS, keys_of
from reports.search.words import Asked, excerpt, marked, shown

PAGE = 50
MOST_COUNTED = 99
MOST_EXACT = 10
COMMON, COMMON_KNOWN = 5000, timedelta(hours=1)
"""A pair that so many records have tells little; whether they have is found out once an hour."""
_ENTRIES = f"{SearchEntry._meta.db_table} entry"
# The words lead: SQLite takes a CROSS JOIN in the order in which it is written, PostgreSQL as any other.
_JOINED = f"{tables.TABLE} CROSS JOIN {_ENTRIES}"
_SAME = f"entry.id = {tables.TABLE}.rowid"
_KEYS = " UNION ".join(
    f"SELECT id FROM {SearchEntry._meta.db_table} WHERE {name}_key = %s" for name in ("number", "title")
)

Statement = tuple[str, list[Any]]
"""A condition with its parameters."""


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
    out nothing. Where a phrase is proven in the text anyway, pairs that very many records have are passed over.
    """
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
    """Finds for one person; what a search needs to know of the person is read once.

    The statements are put together here, of the rules that Django compiles once for each kind: to have it compile the
    whole for the page, for what stands above it and for six counters took twenty times as long as the database.
    """

    def __init__(self, user: Any) -> None:
        self.user = user
        self.keys = keys_of(user)
        self.rules: dict[str, Statement | None] = {}

    def find(self, asked: Asked, *, group: str = "", after: int | None = None) -> Found:
        """One page of what is asked for, and with it how many there are in each group."""
        if not asked:
            return Found()
        kinds = self.kinds(asked)
        here = [kind for kind in kinds if not group or BY_KIND[kind].group == group]
        exact = self.exact(asked, here)
        entries = self.page(asked, here, after)
        more = entries[PAGE - 1].pk if len(entries) > PAGE else None
        first = {entry.pk for entry in exact}
        entries = [entry for entry in entries[:PAGE] if entry.pk not in first]
        if after is None:
            entries = [*exact, *entries]
        return Found(self.hits(entries, asked, first), self.tabs(asked, kinds), more)

    # -- What is asked of the database ---------------------------------------------------------------

    def kinds(self, asked: Asked) -> list[str]:
        """The kinds of which something has the words and could concern this person: only their rules are needed."""
        exists = f"EXISTS (SELECT 1 FROM {tables.TABLE} WHERE {tables.match()})"
        expressions = [self.expression(asked, f"_k{kind}") for kind in BY_KIND]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join([exists] * len(expressions))}", expressions)
            return [kind for kind, is_there in zip(BY_KIND, cursor.fetchone(), strict=True) if is_there]

    def page(self, asked: Asked, kinds: list[str], after: int | None) -> list[SearchEntry]:
        """The entries of one page and one more, if there is one."""
        where, params = self.meeting(asked, kinds)
        if after is not None:
            where, params = f"{where} AND {tables.TABLE}.rowid < %s", [*params, after]
        sql = f"SELECT entry.* FROM {_JOINED} WHERE {where} ORDER BY {tables.TABLE}.rowid DESC LIMIT {PAGE + 1}"
        return list(SearchEntry.objects.raw(sql, params)) if kinds else []

    def exact(self, asked: Asked, kinds: list[str]) -> list[SearchEntry]:
        """What has just this number or this name; stands above the rest."""
        where, params = self.seen(kinds)
        sql = f"SELECT entry.* FROM ({_KEYS}) AS same CROSS JOIN {_ENTRIES} WHERE entry.id = same.id AND {where}"
        found = SearchEntry.objects.raw(f"{sql} LIMIT {MOST_EXACT}", [asked.key, asked.key, *params]) if kinds else []
        return sorted(found, key=lambda entry: (entry.number_key != asked.key, -entry.pk))

    def tabs(self, asked: Asked, kinds: list[str]) -> list[Tab]:
        """How many there are in each group, counted as far as it is said."""
        counts, params = [], []
        for group in GROUPS:
            here = [kind for kind in kinds if BY_KIND[kind].group == group]
            if not here:
                counts.append("0")
                continue
            where, of_group = self.meeting(asked, here)
            some = f"SELECT 1 FROM {_JOINED} WHERE {where} LIMIT {MOST_COUNTED + 1}"
            counts.append(f"(SELECT count(*) FROM ({some}) AS some_of_them)")
            params += of_group
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(counts)}", params)
            return [Tab(*group, count) for group, count in zip(GROUPS.items(), cursor.fetchone(), strict=True)]

    def meeting(self, asked: Asked, kinds: list[str]) -> Statement:
        """The condition that an entry has all the words and that this person may open its record."""
        expression = self.expression(asked, *(f"_k{kind}" for kind in kinds))
        conditions, params = [_SAME, tables.match()], [expression]
        for phrase in asked.phrases:
            places = [f"entry.{name} LIKE %s" for name in ("title", "names", "text", "number")]
            conditions.append(f"({' OR '.join(places)})")
            params += [f"%{phrase}%"] * len(places)
        where, of_rules = self.seen(kinds)
        return " AND ".join([*conditions, where]), [*params, *of_rules]

    def expression(self, asked: Asked, *kinds: str) -> str:
        return tables.expression([*([token] for token in telling(asked)), self.keys, kinds])

    def seen(self, kinds: Iterable[str]) -> Statement:
        """The rules of the pages themselves, each for its kind."""
        either: list[str] = []
        params: list[Any] = []
        for kind in kinds:
            if rule := self.rule(kind):
                either.append(f"(entry.kind = %s AND EXISTS ({rule[0]}))")
                params += [kind, *rule[1]]
        return (f"({' OR '.join(either)})", params) if either else ("1 = 0", [])

    def rule(self, kind: str) -> Statement | None:
        """The records of one kind that this person may open, tied to the entry; None where those are none at all."""
        if kind not in self.rules:
            found = BY_KIND[kind].seen(self.user).order_by().filter(pk=RawSQL("entry.object_id", ()))
            try:
                sql, params = found.values("pk").query.sql_with_params()
                self.rules[kind] = sql, list(params)
            except EmptyResultSet:
                self.rules[kind] = None
        return self.rules[kind]

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
