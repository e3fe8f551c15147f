from evaluations.models.assignment import Assignment, Purpose
from evaluations.models.bonus import Bonus
from evaluations.models.commission import Commission
from evaluations.models.decision import Decision, DecisionLine
from evaluations.models.draw import Draw
from evaluations.models.paper_entry import PaperEntry
from evaluations.models.pitch_day import PitchDay
from evaluations.models.presence import Presence, Representative
from evaluations.models.result import Result
from evaluations.models.sheet import Score, Sheet
from evaluations.models.slot import Slot

__all__ = [
    "Assignment",
    "Bonus",
    "Commission",
    "Decision",
    "DecisionLine",
    "Draw",
    "PaperEntry",
    "PitchDay",
    "Presence",
    "Purpose",
    "Representative",
    "Result",
    "Score",
    "Sheet",
    "Slot",
]
