"""The verbs of a project's life: atomic, keyword-only, `by=` whom. Each says what follows from it."""

from projects.actions import (
    award,
    checking,
    coaching,
    competition,
    delivery,
    drafts,
    evaluation,
    inquiry,
    likeness,
    notices,
    objections,
    payments,
    people,
    proposals,
    support,
    trouble,
)

__all__ = [
    "award",
    "checking",
    "coaching",
    "competition",
    "delivery",
    "drafts",
    "evaluation",
    "inquiry",
    "likeness",
    "notices",
    "objections",
    "payments",
    "people",
    "proposals",
    "support",
    "trouble",
]
