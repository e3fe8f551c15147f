"""The verbs of judging: who judges, what they scored, what follows from it."""

from evaluations.actions import (
    decision,
    evaluation,
    feedback,
    panel,
    paper,
    pitch,
    presence,
    ranking,
    scoring,
    selecting,
    stage,
    unlocking,
    waitlist,
)

__all__ = [
    "decision",
    "evaluation",
    "feedback",
    "panel",
    "paper",
    "pitch",
    "presence",
    "ranking",
    "scoring",
    "selecting",
    "stage",
    "unlocking",
    "waitlist",
]
