"""On which day and at what hour something of the demo happens."""

from contextlib import contextmanager
from datetime import date, datetime, time

from django.utils import timezone

from core import clock


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of a day in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@contextmanager
def on(day: date, hour: int = 10, minute: int = 0):
    """Let everything inside happen on that day."""
    with clock.at(moment(day, hour, minute)):
        yield
