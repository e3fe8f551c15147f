from projects.models.activity import Activity, ActivityItem
from projects.models.agreement import Agreement
from projects.models.budget import BudgetLine
from projects.models.change_request import ChangeRequest
from projects.models.coaching import CoachingRequest
from projects.models.comment import Comment
from projects.models.explanation import Explanation
from projects.models.follow_up import FollowUp
from projects.models.likeness import Likeness
from projects.models.mentoring import MentoringNote
from projects.models.milestone import Milestone
from projects.models.notice import Notice, NoticeEntry
from projects.models.objection import Objection, ObjectionNote
from projects.models.participant import Part, Participant
from projects.models.plan import PlanStep, Target
from projects.models.plan_version import PlanVersion
from projects.models.project import Project
from projects.models.recommendation import Recommendation
from projects.models.referral import Referral
from projects.models.report import Report
from projects.models.scratch import Scratch
from projects.models.settlement import Settlement
from projects.models.state import Stage, State
from projects.models.submission import Submission
from projects.models.team import Partner, TeamMember
from projects.models.tranche import Tranche

__all__ = [
    "Activity",
    "ActivityItem",
    "Agreement",
    "BudgetLine",
    "ChangeRequest",
    "CoachingRequest",
    "Comment",
    "Explanation",
    "FollowUp",
    "Likeness",
    "MentoringNote",
    "Milestone",
    "Notice",
    "NoticeEntry",
    "Objection",
    "ObjectionNote",
    "Part",
    "Participant",
    "Partner",
    "PlanStep",
    "PlanVersion",
    "Project",
    "Recommendation",
    "Referral",
    "Report",
    "Scratch",
    "Settlement",
    "Stage",
    "State",
    "Submission",
    "Target",
    "TeamMember",
    "Tranche",
]
