"""A small call that is judged blind: one panel has locked its sheets and knows the names, the others do not."""

from datetime import date, timedelta

from config.story.clockwork import on
from config.story.proposals_2026 import BLIND
from config.story.stage import Stage
from core import clock
from evaluations.actions import panel
from evaluations.models import Assignment
from grants.models import Call


def play_blind(stage: Stage, call: Call, due_on: date) -> None:
    """Handed in, checked and given to three experts each; every expert of the first project has scored it."""
    closed = clock.localdate(call.closes_at)
    merits = {stage.submit(call, written, closed - timedelta(days=3)): written.merit for written in BLIND}
    for project in merits:
        stage.check(project, closed + timedelta(days=1))
    stage.assign(list(merits), closed + timedelta(days=2), call.panel_size, due_on)
    with on(closed + timedelta(days=2), 15):
        panel.open_review(call, by=stage.clerk)
    locked = next(iter(merits))
    for assignment in Assignment.objects.open().filter(project=locked).select_related("project__call", "person"):
        stage.score(assignment, merits[locked], closed + timedelta(days=4))
