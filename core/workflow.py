"""The one door to a state.

A model declares its life with `step` (a `django_fsm` transition that always names a permission); every
change of state, wherever it is asked for, goes through `advance`. Buttons ask `choices`, and so show
exactly what `advance` would accept.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from operator import itemgetter
from typing import Any, TypeVar

import rules
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.dispatch import Signal
from django.utils import translation
from django.utils.translation import gettext as _
from django_fsm import FSMField, FSMFieldDescriptor, Transition
from django_fsm import transition as fsm_transition

from core import clock
from core.models import Event

M = TypeVar("M", bound=models.Model)
Condition = Callable[[Any], bool]


happened = Signal()
"""Something stands in the log: `thing` and its `event`. Sent inside the transaction, so that what follows from a deed
(the number of a paper that it issues) comes with it or not at all."""


class Refused(Exception):
    """A step that cannot be taken now. `reasons` are sentences for the person who asked; `at` is the value that they
    are about, where it is one: a form that asks for it says them there."""

    def __init__(self, *reasons: str, at: str = ""):
        self.reasons, self.at = [str(reason) for reason in reasons], at
        super().__init__(" ".join(self.reasons))


class Stale(Refused):
    """Somebody else moved or changed the object after this page was opened."""


def moved_on(obj: Any) -> str:
    """What to say of a step for which an object with states has gone too far, or come back."""
    return _("This cannot be done any more: the state is now “%(state)s”.") % {"state": obj.get_state_display()}


def refuse_unread(read: str | None, now: str, words: str) -> None:
    """Raise `Stale` with these words when what a person had before them (`read`, its digest) is another thing by `now`;
    None: no page was involved."""
    if read is not None and read != now:
        raise Stale(words)


_TAB = re.compile(r"([0-9a-f]{16})-([0-9]{1,15})")


def continues(tab: str, saved_from: str) -> bool:
    """Whether a save comes from the browser tab that saved last, and after that save; then no version is too old.

    A tab numbers what it sends, "<its id>-<number>" (static/js/draft.js). When the answer to a save is lost on a bad
    line, the next one still carries the version before it, and is no clash. One that arrives late, behind a newer, is.
    """
    now, last = _TAB.fullmatch(tab), _TAB.fullmatch(saved_from)
    return now is not None and last is not None and now[1] == last[1] and int(now[2]) > int(last[2])


class _GuardedState(FSMFieldDescriptor):
    """Refuses assignment like its parent, except while the object reads itself from the database."""

    def __set__(self, instance: Any, value: Any) -> None:
        if instance.__dict__.get("_refreshing"):
            self.field.set_state(instance, value)
        else:
            super().__set__(instance, value)


class StateField(FSMField):
    """A state that only `advance` changes; with `Stateful`, `refresh_from_db` works as on any model.

    `django_fsm.FSMModelMixin` lifts the protection on the field itself, for every object and thread.
    """

    descriptor_class = _GuardedState

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["protected"] = True
        super().__init__(*args, **kwargs)


class Stateful(models.Model):
    """A noun whose life is the field `state`, declared by `step`."""

    class Meta:
        abstract = True

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self._refreshing = True
        try:
            super().refresh_from_db(*args, **kwargs)
        finally:
            del self._refreshing


def requires(reason: Any, *fields: str) -> Callable[[Condition], Condition]:
    """Name, in the users' words, what a condition asks for; shown where it is not met: a form that has the `fields`
    from which it is met shows it there."""

    def mark(condition: Condition) -> Condition:
        condition.reason = reason  # type: ignore[attr-defined]
        condition.fields = fields  # type: ignore[attr-defined]
        return condition

    return mark


def step(
    state: Any,
    *,
    source: Any,
    target: Any,
    permission: str,
    label: Any,
    conditions: Iterable[Condition] = (),
    note: bool = False,
    button: bool = True,
    tone: str = "primary",
) -> Callable:
    """Declare a transition: like `django_fsm.transition`, with a named permission checked on the object.

    `note=True`: the person must give a reason (somebody is refused something).
    `button=False`: taken by an app further right as part of a larger verb, so the page offers no button.
    `tone`: "primary", "quiet" or "danger", how the button looks.
    """

    def permitted(obj: models.Model, user: Any) -> bool:
        # Asked of `rules` itself: a superuser keeps the platform running and decides nothing on it.
        return rules.has_perm(permission, user, obj)

    return fsm_transition(
        field=state,
        source=source,
        target=target,
        permission=permitted,
        conditions=list(conditions),
        custom={"label": label, "permission": permission, "note": note, "button": button, "tone": tone},
    )


@dataclass(frozen=True)
class Choice:
    """A step a person may take from here, and what still stands in its way."""

    name: str
    label: str
    tone: str
    note: bool
    blocked: list[str] = field(default_factory=list)


def transitions(model: type[models.Model]) -> list[Transition]:
    """Every transition of the model's state, in the order in which the class declares them."""
    found = model._meta.get_field("state").get_all_transitions(model)  # type: ignore[union-attr]
    declared = [name for base in reversed(model.__mro__) for name in vars(base)]
    order = {name: place for place, name in enumerate(declared)}
    return sorted(found, key=lambda t: (order.get(t.name, 999), str(t.source)))


def _transition(obj: models.Model, name: str) -> Transition | None:
    """The transition `name` as it stands from the object's present state, or None."""
    method = getattr(type(obj), name, None)
    meta = getattr(method, "_django_fsm", None)
    if meta is None:
        raise LookupError(f"{type(obj).__name__} has no transition {name}")
    return meta.get_transition(obj.state)  # type: ignore[attr-defined]


def unmet(obj: models.Model, found: Transition) -> list[str]:
    """The reasons of the conditions that do not hold."""
    return [str(getattr(c, "reason", c.__name__)) for c in found.conditions if not c(obj)]


def can_proceed(obj: models.Model, name: str, user: Any) -> bool:
    """Whether `advance` would accept this step of this person now (a required note aside)."""
    found = _transition(obj, name)
    return found is not None and found.has_perm(obj, user) and not unmet(obj, found)


def choices(obj: models.Model, user: Any) -> list[Choice]:
    """The steps that this person may take from here, also those that still lack something, in order of time."""
    offered = []
    for found in transitions(type(obj)):
        custom = found.custom
        if found.source != obj.state or not custom["button"] or not found.has_perm(obj, user):  # type: ignore[attr-defined]
            continue
        offered.append(Choice(found.name, str(custom["label"]), custom["tone"], custom["note"], unmet(obj, found)))
    return offered


def out_of_turn(obj: models.Model, name: str, user: Any) -> str:
    """What to say to somebody whose step this is, or who took it, when the present state has it no more; empty for
    everybody else: to them it belongs to somebody else."""
    named = [found for found in transitions(type(obj)) if found.name == name]
    if any(found.source == obj.state for found in named):  # type: ignore[attr-defined]
        return ""
    taken = Event.objects.about(obj).filter(name=name)
    if not any(found.has_perm(obj, user) for found in named) and not taken.filter(actor=user).exists():
        return ""
    if taken.exists():
        said = _("This step is done already: the state is now “%(state)s”.")
    else:  # its turn may still come
        said = _("The state is “%(state)s”: this step is not possible now.")
    return said % {"state": obj.get_state_display()}  # type: ignore[attr-defined]


def lead_in(label: Any) -> str:
    """A label before what is said about it, in the log as on a page: with a colon, unless it is a sentence."""
    said = str(label)
    if said.endswith(("。", "？", "！")):
        return said
    return said + (" " if said.endswith((".", "?", "!")) else _(": "))


def record(obj: models.Model, name: str, *, by: Any, label: str = "", note: str = "", **data: Any) -> Event:
    """Write one line of the log that is no change of state."""
    return _log(obj, name=name, label=label, actor=by, note=note, data=data)


def record_each(
    model: type[models.Model], found: Sequence[tuple[int, dict[str, Any]]], name: str, *, by: Any, label: str
) -> None:
    """`record` of many objects of a model: a line for each (key, data), in the order of the keys. All else is alike and
    said once a statement: put together one by one, the lines took as long as the objects. Nobody who listens to
    `happened` is told."""
    kind = ContentType.objects.get_for_model(model)
    line = Event(content_type=kind, object_id=0, name=name, label=as_logged(label), actor=by)
    own, key = {"object_id", "data"}, Event._meta.pk
    alike = [field for field in Event._meta.concrete_fields if field != key and field.name not in own]
    said = [field.get_db_prep_save(getattr(line, field.attname), connection) for field in alike]
    columns, values = ", ".join(str(field.column) for field in alike), ", ".join(["%s"] * len(alike))
    begin = f"INSERT INTO {Event._meta.db_table} (object_id, data, {columns}) SELECT column1, column2, {values}"
    as_stored = partial(Event._meta.get_field("data").get_db_prep_save, connection=connection)
    found = sorted(found, key=itemgetter(0))
    with connection.cursor() as cursor:
        for start in range(0, len(found), 400):  # SQLite takes at least 999 values
            some = [value for pk, data in found[start : start + 400] for value in (pk, as_stored(data))]
            rows = ", ".join(["(%s, %s)"] * (len(some) // 2))
            cursor.execute(f"{begin} FROM (VALUES {rows}) AS lines ORDER BY column1", [*said, *some])


def disclosed(
    what: str, *, by: Any, label: str, number: int = 1, taken: bool = False, note: str = "", **where: Any
) -> None:
    """Keep that somebody was shown, or has `taken` as a file, what says who people are or where money goes: `what`, of
    how many (`number`), `where` (the project, the funder …). One line a page or file, in the log of who looked.

    Whoever opens the same page again on the same day adds no line; a file is kept each time.
    """
    data = {"what": what, **where}
    if not taken:
        begin = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        seen = Event.objects.filter(content_type=ContentType.objects.get_for_model(by), object_id=by.pk, at__gte=begin)
        if seen.filter(name="view", **{f"data__{key}": value for key, value in data.items()}).exists():
            return
    record(by, "export" if taken else "view", by=by, label=label, note=note, **data, number=number)


def as_logged(label: Any) -> str:
    """A label in the language of the site, in which the whole log is: whoever acted may have had English on the screen,
    where a label is what its translation is found by. One that was put together out of parts stays as it is."""
    if translation.get_language() == settings.LANGUAGE_CODE or not label:
        return str(label)
    with translation.override(settings.LANGUAGE_CODE):
        return _(str(label))


def _log(thing: models.Model, *, label: Any, **said: Any) -> Event:
    kind = ContentType.objects.get_for_model(thing)
    event = Event.objects.create(content_type=kind, object_id=thing.pk, label=as_logged(label), **said)
    happened.send(type(thing), thing=thing, event=event)
    return event


def permit(permission: str, by: Any, thing: Any = None) -> None:
    """PermissionDenied unless `by` holds the permission on this very thing, or somewhere when there is no thing: the
    first line of a verb, and of a view whose reader sees the thing but may not do this to it (403)."""
    if not rules.has_perm(permission, by, thing):
        raise PermissionDenied


@transaction.atomic
def advance(obj: M, name: str, *, by: Any, note: str = "", **values: Any) -> M:
    """Take the step `name`: lock, check, move, save, and write one event; returns the fresh object.

    `values` go to the transition method, with `by` if it asks for it; what it returns (a dictionary) is kept with the
    event. Of two people who press the same
    button at once exactly one moves the object; the other gets `Stale`. Raises `PermissionDenied` when
    the step is not theirs, `Refused` when a condition is not met or a required note is missing. The object
    passed in is refreshed as well, so the caller sees the new state.
    """
    locked = type(obj)._base_manager.select_for_update().get(pk=obj.pk)
    found = _transition(locked, name)
    before = locked.state  # type: ignore[attr-defined]
    if before != obj.state or found is None:  # type: ignore[attr-defined]
        raise Stale(moved_on(locked))
    if not found.has_perm(locked, by):
        raise PermissionDenied(_("This step is not yours to take."))
    reasons = unmet(locked, found)
    note = note.strip()
    if found.custom["note"] and not note:
        reasons.append(_("Please give a reason: the people concerned will read it."))
    if reasons:
        raise Refused(*reasons)
    method = getattr(locked, name)
    if "by" in signature(method).parameters:  # a step that keeps who took it
        values["by"] = by
    said = method(**values)
    if hasattr(locked, "state_since"):
        locked.state_since = clock.now()
    locked.save()
    _log(
        locked,
        name=name,
        label=found.custom["label"],
        source_state=before,
        target_state=locked.state,  # type: ignore[attr-defined]
        actor=by,
        note=note,
        data=said if isinstance(said, dict) else {},
    )
    obj.refresh_from_db()
    return obj
