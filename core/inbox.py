"""What waits for a person: the line that every app's `inbox.waiting_for(user)` gives."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Task:
    """One thing to do: what it is about, what is to be done, where, and until when."""

    title: str
    what: str
    url: str
    due_on: date | None = None
    since: datetime | None = None
    tone: str = "wait"
    funder_id: int | None = None
    """The funder that is told when this is long overdue."""
