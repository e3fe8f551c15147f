"""What the database would refuse in one object: its check constraints, asked before anything is written."""

from collections.abc import Iterator
from functools import reduce
from operator import and_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def contradictions(instance: Any) -> Iterator[set[str]]:
    """For each check constraint that the object breaks, the fields it is about.

    One question for all of them; only an object that breaks one costs a question for each.
    """
    constraints = instance._meta.constraints
    conditions: list[Any] = [each.condition for each in constraints if isinstance(each, models.CheckConstraint)]
    if not conditions or _keeps(instance, reduce(and_, conditions)):
        return
    for condition in conditions:
        if not _keeps(instance, condition):
            yield set(condition.referenced_base_fields)


def _keeps(instance: Any, condition: Any) -> bool:
    try:
        models.CheckConstraint(name="asked", condition=condition).validate(type(instance), instance)
    except ValidationError:
        return False
    return True
