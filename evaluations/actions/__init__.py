"""The verbs of judging: who judges, what they scored, what follows from it."""

from evaluations.actions import conflict, decision, declaring, evaluation, optimum, panel, ranking, scoring, unlocking, watching

__all__ = [
    "conflict",
    "decision",
    "declaring",
    "evaluation",
    "optimum",
    "panel",
    "ranking",
    "scoring",
    "unlocking",
    "watching",
]
