"""Small worked examples for the page that explains the judging. Pure calculation; only the notice asks the calendar.

Every figure comes from the functions that decide in earnest, so that the page cannot say anything else than they do.
What does not change is calculated once a process.
"""

from evaluations.examples.choosing import (
    BUDGET,
    CANDIDATES,
    VOTED_MONEY,
    among_equals,
    change,
    choices,
    passed_over,
    period,
    voted,
    with_quota,
)
from evaluations.examples.judging import (
    EMPLOYER,
    added,
    agreement,
    apart,
    calibrated,
    far_for_panel,
    lots,
    panels,
    places,
    spellings,
)
from evaluations.examples.marking import GRANTED, banded, evaluated, excellent

__all__ = [
    "BUDGET",
    "CANDIDATES",
    "EMPLOYER",
    "GRANTED",
    "VOTED_MONEY",
    "added",
    "agreement",
    "among_equals",
    "apart",
    "banded",
    "calibrated",
    "change",
    "choices",
    "evaluated",
    "excellent",
    "far_for_panel",
    "lots",
    "panels",
    "passed_over",
    "period",
    "places",
    "spellings",
    "voted",
    "with_quota",
]
