"""Activities and milestones as a calendar that a phone reads (RFC 5545, by the `icalendar` library).

Times are in UTC, so that no reader has to know our time zone. A cancelled activity stays, marked as cancelled: a
calendar takes it off by that, and not by its silence. Nothing in it names a person.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from core import clock
from projects.models import Activity, Milestone

HOST = "venture-grants"
"""Ends every UID: the same entry keeps its own wherever the site moves to."""
WITHOUT_END = timedelta(hours=2)
ASK_AGAIN = timedelta(hours=6)


def calendar_of(
    name: str,
    activities: Iterable[Activity],
    milestones: Iterable[Milestone],
    *,
    changes: dict[int, tuple[int, datetime]],
    link: str,
) -> bytes:
    """One calendar. `changes`: how often an activity has changed, and when last; `link`: address of the site."""
    made = Calendar()
    made.add("prodid", "-//venture-grants//activities//ZH")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", "Asia/Shanghai")
    made.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for activity in activities:
        made.add_component(_held(activity, *changes.get(activity.pk, (0, activity.starts_at)), link))
    for milestone in milestones:
        made.add_component(_due(milestone, link))
    return made.to_ical()


def _held(activity: Activity, times_changed: int, changed_at: datetime, link: str) -> Event:
    entry = _entry(f"activity-{activity.pk}", activity.theme)
    entry.add("dtstart", activity.starts_at.astimezone(UTC))
    entry.add("dtend", (activity.ends_at or activity.starts_at + WITHOUT_END).astimezone(UTC))
    entry.add("sequence", times_changed)
    entry.add("last-modified", changed_at.astimezone(UTC))
    entry.add("status", "CANCELLED" if activity.is_cancelled else "CONFIRMED")
    if activity.place:
        entry.add("location", activity.place)
    lines = [activity.project.title, activity.goal, activity.cancel_reason]
    entry.add("description", "\n".join(line for line in lines if line))
    entry.add("url", f"{link}{activity.get_absolute_url()}")
    return entry


def _due(milestone: Milestone, link: str) -> Event:
    """A whole day: DTEND is the day after, as the standard counts."""
    entry = _entry(f"milestone-{milestone.pk}", f"◆ {milestone.name}")
    entry.add("dtstart", _plain(milestone.due_on))
    entry.add("dtend", _plain(milestone.due_on) + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
    entry.add("description", milestone.project.title)
    entry.add("url", f"{link}{milestone.project.get_absolute_url()}")
    return entry


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)


def _entry(uid: str, summary: str) -> Event:
    entry = Event()
    entry.add("uid", f"{uid}@{HOST}")
    entry.add("dtstamp", clock.now().astimezone(UTC))
    entry.add("summary", summary)
    return entry
