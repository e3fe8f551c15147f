from projects.models.activity import Activity, ActivityItem
from projects.models.agreement import Agreement
from projects.models.budget import BudgetLine
from projects.models.follow_up import FollowUp
from projects.models.mentoring import MentoringNote
from projects.models.milestone import Milestone
from projects.models.notice import Notice, NoticeEntry
from projects.models.objection import Objection
from projects.models.participant import Part, Participant
from projects.models.project import Project
from projects.models.report import Report
from projects.models.settlement import Settlement
from projects.models.state import Stage, State
from projects.models.tranche import Tranche

__all__ = [
    "Activity",
    "ActivityItem",
    "Agreement",
    "BudgetLine",
    "FollowUp",
    "MentoringNote",
    "Milestone",
    "Notice",
    "NoticeEntry",
    "Objection",
    "Part",
    "Participant",
    "Project",
    "Report",
    "Settlement",
    "Stage",
    "State",
    "Tranche",
]
