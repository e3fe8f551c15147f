from evaluations.models.alternative import Alternative
from evaluations.models.assignment import Assignment
from evaluations.models.ballot import Ballot
from evaluations.models.bonus import Bonus
from evaluations.models.commission import Commission
from evaluations.models.conflict import Conflict
from evaluations.models.decision import Decision, DecisionLine
from evaluations.models.declaration import Declaration
from evaluations.models.draw import Draw
from evaluations.models.feedback import Feedback
from evaluations.models.list_change import ListChange
from evaluations.models.paper_entry import PaperEntry
from evaluations.models.pitch_day import PitchDay
from evaluations.models.presence import Presence, Representative
from evaluations.models.purpose import Purpose
from evaluations.models.reduction import Reduction
from evaluations.models.result import Result
from evaluations.models.sheet import Score, Sheet
from evaluations.models.slot import Slot
from evaluations.models.unlocking import Unlocking
from evaluations.models.vote import Vote, VoteEntry
from evaluations.models.vote_code import PaperBallot, VoteAttempt, VoteCode

__all__ = [
    "Alternative",
    "Assignment",
    "Ballot",
    "Bonus",
    "Commission",
    "Conflict",
    "Decision",
    "DecisionLine",
    "Declaration",
    "Draw",
    "Feedback",
    "ListChange",
    "PaperBallot",
    "PaperEntry",
    "PitchDay",
    "Presence",
    "Purpose",
    "Reduction",
    "Representative",
    "Result",
    "Score",
    "Sheet",
    "Slot",
    "Unlocking",
    "Vote",
    "VoteAttempt",
    "VoteCode",
    "VoteEntry",
]
