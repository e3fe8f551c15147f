"""Coaching and visits, as a mentor fills them in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from projects.actions import people
from projects.models import Project
from tests.life import Life, draft
from tests.memory import remembered
from tests.town import Town


@remembered
def running(town: Town, life: Life, **changes: Any) -> Project:
    """A running project of the centre with its mentor."""
    project = life.walk(draft(town, **changes), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return project


def advice(**changes: Any) -> dict[str, Any]:
    """What a session says."""
    values = {"held_on": clock.today(), "topic": "finance", "form": "visit", "hours": Decimal("1.5")}
    return values | {"advice": "票据按月整理", "follow_up": "", "follow_up_due_on": None} | changes


def seen(**changes: Any) -> dict[str, Any]:
    """What a visit says."""
    values = {"visited_at": clock.now() - timedelta(hours=2), "place": "活动室", "met": "刘芳", "checklist": 1}
    values |= {"answers": {"books": {"answer": "partly", "note": "缺两张发票"}}, "findings": "来了三十人"}
    return values | {"follow_up": "", "follow_up_due_on": None} | changes
