from evaluations.models.assignment import Assignment
from evaluations.models.bonus import Bonus
from evaluations.models.commission import Commission
from evaluations.models.conflict import Conflict
from evaluations.models.decision import Decision, DecisionLine
from evaluations.models.declaration import Declaration
from evaluations.models.draw import Draw
from evaluations.models.purpose import Purpose
from evaluations.models.result import Result
from evaluations.models.sheet import Score, Sheet
from evaluations.models.unlocking import Unlocking

__all__ = [
    "Assignment",
    "Bonus",
    "Commission",
    "Conflict",
    "Decision",
    "DecisionLine",
    "Declaration",
    "Draw",
    "Purpose",
    "Result",
    "Score",
    "Sheet",
    "Unlocking",
]
