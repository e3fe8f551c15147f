from evaluations.models.alternative import Alternative
from evaluations.models.answer_point import AnswerPoint
from evaluations.models.assignment import Assignment
from evaluations.models.ballot import Ballot
from evaluations.models.bonus import Bonus
from evaluations.models.caution import Caution, CautionProposal, CautionTalk
from evaluations.models.commission import Commission, CommissionTie
from evaluations.models.conflict import Conflict
from evaluations.models.decision import Decision, DecisionLine
from evaluations.models.declaration import Declaration
from evaluations.models.delisting import Delisting
from evaluations.models.draw import Draw
from evaluations.models.evaluation import Evaluation
from evaluations.models.evaluation_visit import EvaluationVisit
from evaluations.models.evidence import Evidence, EvidenceWord
from evaluations.models.feedback import Feedback
from evaluations.models.grade_settlement import GradeSettlement
from evaluations.models.grievance import Grievance
from evaluations.models.honour import Honour
from evaluations.models.list_change import ListChange
from evaluations.models.paper_entry import PaperEntry
from evaluations.models.paper_line import PaperLine
from evaluations.models.pitch_day import PitchDay
from evaluations.models.presence import Presence, Representative
from evaluations.models.purpose import Purpose
from evaluations.models.questionnaire import Audience, Questionnaire
from evaluations.models.rectification import RectificationItem, RectificationReport
from evaluations.models.reduction import Reduction
from evaluations.models.report_template import ReportTemplate
from evaluations.models.result import Result
from evaluations.models.sample import Sample, SampleItem
from evaluations.models.self_evaluation import SelfEvaluation, SelfScore
from evaluations.models.sheet import Score, Sheet
from evaluations.models.sheet_revision import SheetRevision
from evaluations.models.site_form import SiteForm, SiteFormVersion
from evaluations.models.slot import Slot
from evaluations.models.star import Star, StarAppeal
from evaluations.models.star_year import StarYear
from evaluations.models.termination_proposal import TerminationProposal
from evaluations.models.unlocking import Unlocking
from evaluations.models.voice import Channel, Face, Voice
from evaluations.models.voice_code import VoiceCode
from evaluations.models.vote import Vote, VoteEntry
from evaluations.models.vote_code import PaperBallot, VoteAttempt, VoteCode

__all__ = [
    "Alternative",
    "AnswerPoint",
    "Assignment",
    "Audience",
    "Ballot",
    "Bonus",
    "Caution",
    "CautionProposal",
    "CautionTalk",
    "Channel",
    "Commission",
    "CommissionTie",
    "Conflict",
    "Decision",
    "DecisionLine",
    "Declaration",
    "Delisting",
    "Draw",
    "Evaluation",
    "EvaluationVisit",
    "Evidence",
    "EvidenceWord",
    "Face",
    "Feedback",
    "GradeSettlement",
    "Grievance",
    "Honour",
    "ListChange",
    "PaperBallot",
    "PaperEntry",
    "PaperLine",
    "PitchDay",
    "Presence",
    "Purpose",
    "Questionnaire",
    "RectificationItem",
    "RectificationReport",
    "Reduction",
    "ReportTemplate",
    "Representative",
    "Result",
    "Sample",
    "SampleItem",
    "Score",
    "SelfEvaluation",
    "SelfScore",
    "Sheet",
    "SheetRevision",
    "SiteForm",
    "SiteFormVersion",
    "Slot",
    "Star",
    "StarAppeal",
    "StarYear",
    "TerminationProposal",
    "Unlocking",
    "Voice",
    "VoiceCode",
    "Vote",
    "VoteAttempt",
    "VoteCode",
    "VoteEntry",
]
