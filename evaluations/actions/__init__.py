"""The verbs of judging: who judges, what they scored, what follows from it."""

from evaluations.actions import (
    decision,
    evaluation,
    feedback,
    panel,
    ranking,
    scoring,
    selecting,
    unlocking,
    waitlist,
)

__all__ = [
    "decision",
    "evaluation",
    "feedback",
    "panel",
    "ranking",
    "scoring",
    "selecting",
    "unlocking",
    "waitlist",
]
