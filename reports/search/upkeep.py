"""Writes the index: what was saved is read anew once its transaction has committed; `manage.py rebuild_search` all.

After the commit, not within: a deed neither waits for the index nor fails by it, and one that is undone leaves nothing
there. What an interruption between the two leaves out is caught up with once a day (`catch_up`, a duty of `manage.py
tick`). Nothing depends on it being new: who sees a record is asked of the record.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from threading import local
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Model, OuterRef, Q
from django.db.models.signals import post_delete, post_save
from django.utils import translation

from core import clock
from core.models import Duty
from people.models import Organization
from projects.models import Project
from reports.models import SearchEntry
from reports.search import tables
from reports.search.sources import BY_KIND, SOURCES, Source, of_model
from reports.search.words import key_of, shown, tokens_of

LANGUAGE = "zh-hans"
DUTY = "search"
PIECE = 500
FIELDS = ("number", "title", "names", "text", "audience", "number_key", "title_key", "at")
_done = local()


# -- What was saved --------------------------------------------------------------------------------


def connect() -> None:
    for model in {source.model for source in SOURCES}:
        post_save.connect(_saved, sender=model, dispatch_uid=f"search {model._meta.label}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"search {model._meta.label}")


def _saved(sender: type[Model], instance: Model, raw: bool = False, **_signal: Any) -> None:
    if not raw:
        note(sender, instance.pk)


def _deleted(sender: type[Model], instance: Model, **_signal: Any) -> None:
    note(sender, instance.pk)  # its key is set to None only after this signal


def note(model: type[Model], pk: int) -> None:
    """Read this one anew after the commit; however often it is saved before, it is read once."""
    _of_this_thread().discard((model, pk))

    def read_anew() -> None:  # a function, not a partial: Django says the name of what failed, and a partial has none
        _after_commit(model, pk)

    transaction.on_commit(read_anew, robust=True)


def _after_commit(model: type[Model], pk: int) -> None:
    done = _of_this_thread()
    if (model, pk) in done:
        return
    if len(done) > PIECE:
        done.clear()
    done.add((model, pk))
    index(model, [pk])


def _of_this_thread() -> set[tuple[type[Model], int]]:
    if not hasattr(_done, "keys"):
        _done.keys = set()
    return _done.keys


def index(model: type[Model], pks: Iterable[int]) -> None:
    """Bring the entries of these records up to date, also of those that are gone."""
    pks = list(pks)
    for start in range(0, len(pks), PIECE):
        for source in of_model(model):
            renamed = _write(source, pks[start : start + PIECE])
            if source.kind == "organization":
                _follow_names(renamed)


def _follow_names(organizations: list[int]) -> None:
    """Projects are found by the names of group and host, and a host's page is seen by its guests."""
    if not organizations:
        return
    theirs = Project.objects.filter(Q(applicant__in=organizations) | Q(host__in=organizations))
    index(Project, theirs.order_by().values_list("pk", flat=True))
    hosts = Organization.objects.filter(guests__in=organizations).order_by().values_list("pk", flat=True).distinct()
    _write(BY_KIND["organization"], list(hosts))


def _write(source: Source, pks: list[int]) -> list[int]:
    """Write the entries of one kind; says which were there and are called otherwise now, or are new.

    The entry is locked before the record is read: of two who have just saved the same, the later reads what both wrote.
    """
    changed = []
    with transaction.atomic(), translation.override(LANGUAGE):
        mine = SearchEntry.objects.filter(kind=source.kind, object_id__in=pks)
        entries = {entry.object_id: entry for entry in mine.select_for_update()}
        things = {thing.pk: thing for thing in source.all().filter(pk__in=pks)}
        new = sorted(pk for pk in things if pk not in entries)
        if new and _enter(source, [things[pk] for pk in new]):
            changed += new
            things = {pk: thing for pk, thing in things.items() if pk in entries}
        elif new:
            blank = [SearchEntry(kind=source.kind, object_id=pk, at=clock.now()) for pk in new]
            SearchEntry.objects.bulk_create(blank, ignore_conflicts=True)
            added = mine.filter(object_id__in=new).order_by("pk").select_for_update()
            entries |= {entry.object_id: entry for entry in added}
            if tables.is_postgresql():  # somebody else's entry may have been waited for
                things = {thing.pk: thing for thing in source.all().filter(pk__in=pks)}
        gone = [entry for pk, entry in entries.items() if pk not in things]
        old, now = [], []
        for pk, thing in things.items():
            entry = entries[pk]
            before, title = [getattr(entry, name) for name in FIELDS], entry.title
            tokens = _tokens(entry) if title else set()
            fill(entry, source, thing)
            if before != [getattr(entry, name) for name in FIELDS]:
                old += [(entry.pk, tokens)] if title else []
                now.append(entry)
                changed += [pk] if title != entry.title or pk in new else []
        tables.remove([*old, *((entry.pk, _tokens(entry)) for entry in gone)])
        if gone:
            SearchEntry.objects.filter(pk__in=[entry.pk for entry in gone]).delete()
        if now:
            # An insert that finds them there: `bulk_update` asks for each field of each entry by name.
            SearchEntry.objects.bulk_create(now, update_conflicts=True, unique_fields=["pk"], update_fields=FIELDS)
            tables.write((entry.pk, _tokens(entry)) for entry in now)
    return changed


def _enter(source: Source, things: list[Any]) -> bool:
    """Make the entries of records that have none; False when somebody else has just made one of them."""
    entries = [fill(SearchEntry(kind=source.kind, object_id=thing.pk), source, thing) for thing in things]
    try:
        with transaction.atomic():
            SearchEntry.objects.bulk_create(entries)
    except IntegrityError:
        return False
    tables.write((entry.pk, _tokens(entry)) for entry in entries)
    return True


def fill(entry: SearchEntry, source: Source, thing: Any) -> SearchEntry:
    """What the record says now."""
    content = source.read(thing)
    names = [shown(str(name)) for name in content.names if str(name)]
    entry.number, entry.title = shown(content.number)[:170], shown(content.title)[:300]
    entry.names, entry.text = " · ".join(names), "\n".join(shown(text) for text in content.texts if text)
    entry.audience = " ".join(sorted(set(content.audience)))
    entry.number_key, entry.title_key = key_of(entry.number)[:170], key_of(entry.title)[:300]
    entry.at = source.moment(thing) or entry.at or clock.now()
    return entry


def _tokens(entry: SearchEntry) -> set[str]:
    """Made of the entry alone: what was written can be taken back."""
    own = {*entry.audience.split(), f"_k{entry.kind}", f"_g{BY_KIND[entry.kind].group}"}
    return own | tokens_of(entry.number, (entry.title, entry.names), entry.text.split("\n"))


# -- All of it -------------------------------------------------------------------------------------


def rebuild() -> int:
    """Everything anew, in the order of its days; says how many records. Meanwhile a search finds what is there yet."""
    with transaction.atomic():
        tables.empty()
        SearchEntry.objects.all()._raw_delete("default")
    places = sorted(_places(), key=lambda place: (place[0] is not None, place[0]))
    for start in range(0, len(places), PIECE):
        _write_in_order(places[start : start + PIECE])
    return len(places)


def _places() -> Iterator[tuple[Any, int, int]]:
    for ordinal, source in enumerate(SOURCES):
        for at, pk in source.all().order_by().values_list(source.at, "pk").iterator(chunk_size=PIECE):
            yield at, ordinal, pk


def _write_in_order(places: list[tuple[Any, int, int]]) -> None:
    wanted: dict[int, list[int]] = defaultdict(list)
    for _at, ordinal, pk in places:
        wanted[ordinal].append(pk)
    with transaction.atomic(), translation.override(LANGUAGE):
        there = Q(*(Q(kind=SOURCES[nth].kind, object_id__in=pks) for nth, pks in wanted.items()), _connector=Q.OR)
        known = set(SearchEntry.objects.filter(there).values_list("kind", "object_id"))  # saved since it began
        read: dict[tuple[int, int], SearchEntry] = {}
        for ordinal, pks in wanted.items():
            source = SOURCES[ordinal]
            for thing in source.all().filter(pk__in=pks):
                if (source.kind, thing.pk) not in known:
                    entry = SearchEntry(kind=source.kind, object_id=thing.pk)
                    read[ordinal, thing.pk] = fill(entry, source, thing)
        entries = [read[ordinal, pk] for _at, ordinal, pk in places if (ordinal, pk) in read]
        SearchEntry.objects.bulk_create(entries)
        tables.write((entry.pk, _tokens(entry)) for entry in entries)


def catch_up() -> int:
    """Once a day: records without an entry, and entries without a record; says how many those were."""
    done, _made = Duty.objects.get_or_create(name=DUTY)
    if done.done_on == clock.today():
        return 0
    found = 0 if SearchEntry.objects.exists() else rebuild()  # a site that has just got its search
    for source in SOURCES:
        entries = SearchEntry.objects.filter(kind=source.kind)
        entry = entries.filter(object_id=OuterRef("pk"))
        missing = source.all().order_by("pk").filter(~Exists(entry)).values_list("pk", flat=True)
        record = source.all().filter(pk=OuterRef("object_id"))
        gone = entries.filter(~Exists(record)).values_list("object_id", flat=True)
        for pks in (list(missing), list(gone)):
            found += len(pks)
            for start in range(0, len(pks), PIECE):
                _write(source, pks[start : start + PIECE])
    Duty.objects.filter(name=DUTY).update(done_on=clock.today())
    return found
