from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class KeptQuerySet(models.QuerySet[M]):
    """Rows that can be read for ever."""

    def delete(self) -> NoReturn:
        raise TypeError(f"A line of {self.model.__name__} is never deleted")


class Kept(models.Model):
    """A line of the record of who judged and why somebody did not: never deleted, by nobody."""

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"A line of {type(self).__name__} is never deleted")
