from evaluations.models.alternative import Alternative
from evaluations.models.assignment import Assignment, Purpose
from evaluations.models.bonus import Bonus
from evaluations.models.commission import Commission
from evaluations.models.decision import Decision, DecisionLine
from evaluations.models.draw import Draw
from evaluations.models.feedback import Feedback
from evaluations.models.result import Result
from evaluations.models.sheet import Score, Sheet
from evaluations.models.unlocking import Unlocking

__all__ = [
    "Alternative",
    "Assignment",
    "Bonus",
    "Commission",
    "Decision",
    "DecisionLine",
    "Draw",
    "Feedback",
    "Purpose",
    "Result",
    "Score",
    "Sheet",
    "Unlocking",
]
