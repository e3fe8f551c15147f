"""The verbs of judging: who judges, what they scored, what follows from it."""

from evaluations.actions import evaluation, panel, ranking, scoring

__all__ = ["evaluation", "panel", "ranking", "scoring"]
