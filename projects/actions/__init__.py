"""The verbs of a project's life: atomic, keyword-only, `by=` whom. Each says what follows from it."""

from projects.actions import award, competition, delivery, evaluation, notices, payments, people, proposals

__all__ = ["award", "competition", "delivery", "evaluation", "notices", "payments", "people", "proposals"]
