"""The verbs of judging: who judges, what they scored, what follows from it."""

from evaluations.actions import decision, evaluation, panel, ranking, scoring, waitlist

__all__ = ["decision", "evaluation", "panel", "ranking", "scoring", "waitlist"]
