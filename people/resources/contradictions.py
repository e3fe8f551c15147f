"""What the database would refuse in one object: its check constraints, asked before anything is written.

Ten thousand rows are looked through before one is written, so a constraint is judged here, from its own words; the
database is asked only about one that uses more of its language than this file knows.
"""

from collections.abc import Callable, Iterator
from functools import cache
from operator import ge, gt, le, lt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP


class _Unknown(Exception):
    """A condition that only the database can judge."""


def contradictions(instance: Any) -> Iterator[set[str]]:
    """For each check constraint that the object breaks, the fields it is about."""
    for condition in _conditions(type(instance)):
        if not keeps(instance, condition):
            yield set(condition.referenced_base_fields)


@cache
def _conditions(model: type[models.Model]) -> list[Any]:
    return [each.condition for each in model._meta.constraints if isinstance(each, models.CheckConstraint)]


def keeps(instance: Any, condition: Any) -> bool:
    """As the database has it: what cannot be said of an empty field is kept."""
    try:
        return holds(instance, condition) is not False
    except _Unknown:
        pass
    try:
        models.CheckConstraint(name="asked", condition=condition).validate(type(instance), instance)
    except ValidationError:
        return False
    return True


def holds(instance: Any, condition: Any) -> bool | None:
    """Whether a condition is true of an object; None where an empty field leaves it open, as in SQL."""
    if not isinstance(condition, models.Q) or condition.connector not in (models.Q.AND, models.Q.OR):
        raise _Unknown
    found = {
        _compared(instance, *child) if isinstance(child, tuple) else holds(instance, child)
        for child in condition.children
    }
    decisive = condition.connector == models.Q.OR
    said = decisive if decisive in found else None if None in found else not decisive
    return said if said is None or not condition.negated else not said


def _compared(instance: Any, said: str, given: Any) -> bool | None:
    name, _separator, lookup = said.partition(LOOKUP_SEP)
    value, other = _value(instance, name), given
    if isinstance(given, models.F):
        other = _value(instance, given.name)
    elif hasattr(given, "resolve_expression"):
        raise _Unknown
    if lookup == "isnull":
        return (value is None) == given
    if given is None and lookup in ("", "exact"):  # Django asks IS NULL
        return value is None
    if lookup not in _LOOKUPS:
        raise _Unknown
    return None if value is None or other is None else _LOOKUPS[lookup](value, other)


_LOOKUPS: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda value, other: value == other,
    "exact": lambda value, other: value == other,
    "in": lambda value, others: value in others,
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
}


def _value(instance: Any, name: str) -> Any:
    if name not in _plain_fields(type(instance)):
        raise _Unknown
    value = getattr(instance, _plain_fields(type(instance))[name])
    if hasattr(value, "resolve_expression"):  # a default of the database
        raise _Unknown
    return value


@cache
def _plain_fields(model: type[models.Model]) -> dict[str, str]:
    """Columns whose value the object itself has."""
    return {field.name: field.attname for field in model._meta.concrete_fields if not field.generated}
