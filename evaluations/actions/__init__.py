"""The verbs of judging: who judges, what they scored, what follows from it."""

from evaluations.actions import decision, evaluation, panel, paper, pitch, presence, ranking, scoring, stage

__all__ = ["decision", "evaluation", "panel", "paper", "pitch", "presence", "ranking", "scoring", "stage"]
