"""The stage bar: which of the eight stages are behind, where the project is, and since when. No ORM here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from projects.models.state import ENDED, STANDINGS, Stage, State


@dataclass(frozen=True)
class StageMark:
    """One stage as it is drawn: "done", "now", "todo" or "bad", and the moment it was entered."""

    name: str
    look: str
    since: datetime | None


def stage_bar(project: Any, events: Iterable[Any]) -> list[StageMark]:
    """The eight stages of a project, from its state and its log (oldest event first)."""
    entered: dict[int, datetime] = {Stage.PROPOSAL: project.created_at}
    last_live = Stage.PROPOSAL
    for event in events:
        standing = STANDINGS.get(event.target_state)
        if standing and event.target_state not in ENDED - {State.COMPLETED}:
            if event.target_state != event.source_state:
                entered.setdefault(standing.stage, event.at)
            last_live = standing.stage
    failed = project.state in ENDED - {State.COMPLETED}
    # A project that fell out is drawn where it fell, not where its last state would put it.
    now = last_live if failed else STANDINGS[project.state].stage
    marks = []
    for stage in Stage:
        if stage < now or project.state == State.COMPLETED:
            look = "done"
        elif stage == now:
            look = "bad" if failed else "now"
        else:
            look = "todo"
        marks.append(StageMark(str(stage.label), look, entered.get(stage) if stage <= now else None))
    return marks
