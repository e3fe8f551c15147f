from evaluations.models.alternative import Alternative
from evaluations.models.assignment import Assignment
from evaluations.models.ballot import Ballot
from evaluations.models.bonus import Bonus
from evaluations.models.caution import Caution, CautionProposal, CautionTalk
from evaluations.models.commission import Commission
from evaluations.models.conflict import Conflict
from evaluations.models.decision import Decision, DecisionLine
from evaluations.models.declaration import Declaration
from evaluations.models.delisting import Delisting
from evaluations.models.draw import Draw
from evaluations.models.feedback import Feedback
from evaluations.models.grievance import Grievance
from evaluations.models.honour import Honour
from evaluations.models.list_change import ListChange
from evaluations.models.paper_entry import PaperEntry
from evaluations.models.pitch_day import PitchDay
from evaluations.models.presence import Presence, Representative
from evaluations.models.purpose import Purpose
from evaluations.models.questionnaire import Audience, Questionnaire
from evaluations.models.reduction import Reduction
from evaluations.models.result import Result
from evaluations.models.sheet import Score, Sheet
from evaluations.models.slot import Slot
from evaluations.models.star import Star, StarAppeal
from evaluations.models.star_year import StarYear
from evaluations.models.unlocking import Unlocking
from evaluations.models.voice import Channel, Face, Voice
from evaluations.models.voice_code import VoiceCode

__all__ = [
    "Alternative",
    "Assignment",
    "Audience",
    "Ballot",
    "Bonus",
    "Caution",
    "CautionProposal",
    "CautionTalk",
    "Channel",
    "Commission",
    "Conflict",
    "Decision",
    "DecisionLine",
    "Declaration",
    "Delisting",
    "Draw",
    "Face",
    "Feedback",
    "Grievance",
    "Honour",
    "ListChange",
    "PaperEntry",
    "PitchDay",
    "Presence",
    "Purpose",
    "Questionnaire",
    "Reduction",
    "Representative",
    "Result",
    "Score",
    "Sheet",
    "Slot",
    "Star",
    "StarAppeal",
    "StarYear",
    "Unlocking",
    "Voice",
    "VoiceCode",
]
