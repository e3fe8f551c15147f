from evaluations.models.assignment import Assignment, Purpose
from evaluations.models.commission import Commission
from evaluations.models.result import Result
from evaluations.models.sheet import Score, Sheet

__all__ = ["Assignment", "Commission", "Purpose", "Result", "Score", "Sheet"]
