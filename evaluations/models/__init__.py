from evaluations.models.alternative import Alternative
from evaluations.models.answer_point import AnswerPoint
from evaluations.models.assignment import Assignment
from evaluations.models.ballot import Ballot
from evaluations.models.bonus import Bonus
from evaluations.models.commission import Commission, CommissionTie
from evaluations.models.conflict import Conflict
from evaluations.models.decision import Decision, DecisionLine
from evaluations.models.declaration import Declaration
from evaluations.models.draw import Draw
from evaluations.models.evaluation import Evaluation
from evaluations.models.evaluation_visit import EvaluationVisit
from evaluations.models.evidence import Evidence, EvidenceWord
from evaluations.models.feedback import Feedback
from evaluations.models.list_change import ListChange
from evaluations.models.paper_entry import PaperEntry
from evaluations.models.paper_line import PaperLine
from evaluations.models.pitch_day import PitchDay
from evaluations.models.presence import Presence, Representative
from evaluations.models.purpose import Purpose
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
from evaluations.models.termination_proposal import TerminationProposal
from evaluations.models.unlocking import Unlocking

__all__ = [
    "Alternative",
    "AnswerPoint",
    "Assignment",
    "Ballot",
    "Bonus",
    "Commission",
    "CommissionTie",
    "Conflict",
    "Decision",
    "DecisionLine",
    "Declaration",
    "Draw",
    "Evaluation",
    "EvaluationVisit",
    "Evidence",
    "EvidenceWord",
    "Feedback",
    "ListChange",
    "PaperEntry",
    "PaperLine",
    "PitchDay",
    "Presence",
    "Purpose",
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
    "TerminationProposal",
    "Unlocking",
]
