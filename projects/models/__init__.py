from projects.models.activity import Activity
from projects.models.activity_rows import ActivityItem, ActivityPartner, ActivityTarget
from projects.models.agreement import Agreement
from projects.models.archive_file import ArchiveFile
from projects.models.arrived_version import ArrivedVersion
from projects.models.audit import Audit, AuditAdjustment
from projects.models.bank_list import BankList, BankListLine, BankReturn
from projects.models.beneficiary import Beneficiary
from projects.models.budget import BudgetLine
from projects.models.calendar_feed import CalendarFeed
from projects.models.change_request import ChangeRequest
from projects.models.closing_report import ClosingReport
from projects.models.coaching import CoachingRequest
from projects.models.comment import Comment
from projects.models.consent_text import ConsentText
from projects.models.expense import Expense
from projects.models.explanation import Explanation
from projects.models.follow_up import FollowUp
from projects.models.gift import Gift
from projects.models.likeness import Likeness, LikenessKey
from projects.models.matching_proof import MatchingProof
from projects.models.meeting import IntentLetter, Meeting, MeetingEntry, MeetingGuest, MeetingTalk, MeetingWish
from projects.models.mentoring import MentoringNote
from projects.models.milestone import Milestone
from projects.models.monthly_report import MonthlyRemark, MonthlyReport
from projects.models.notice import Notice, NoticeEntry
from projects.models.objection import Objection, ObjectionNote
from projects.models.participant import Part, Participant
from projects.models.photo import ActivityPhoto
from projects.models.plan import PlanStep, Target
from projects.models.plan_version import PlanVersion
from projects.models.pledge import Pledge
from projects.models.project import Project
from projects.models.recommendation import Recommendation
from projects.models.referral import Referral
from projects.models.report import Report
from projects.models.return_notice import ReturnNotice
from projects.models.reversal import Reversal
from projects.models.scratch import Scratch
from projects.models.service import Service
from projects.models.settlement import LeftOver, Refund, Settlement
from projects.models.sign_in import SignIn
from projects.models.site_visit import SiteVisit, VisitVersion
from projects.models.state import Stage, State
from projects.models.submission import Submission
from projects.models.team import Partner, TeamMember
from projects.models.tranche import Tranche
from projects.models.volunteer import Volunteer, VolunteerTime
from projects.models.warning import Talk, WarningLetter

__all__ = [
    "Activity",
    "ActivityItem",
    "ActivityPartner",
    "ActivityPhoto",
    "ActivityTarget",
    "Agreement",
    "ArchiveFile",
    "ArrivedVersion",
    "Audit",
    "AuditAdjustment",
    "BankList",
    "BankListLine",
    "BankReturn",
    "Beneficiary",
    "BudgetLine",
    "CalendarFeed",
    "ChangeRequest",
    "ClosingReport",
    "CoachingRequest",
    "Comment",
    "ConsentText",
    "Expense",
    "Explanation",
    "FollowUp",
    "Gift",
    "IntentLetter",
    "LeftOver",
    "Likeness",
    "LikenessKey",
    "MatchingProof",
    "Meeting",
    "MeetingEntry",
    "MeetingGuest",
    "MeetingTalk",
    "MeetingWish",
    "MentoringNote",
    "Milestone",
    "MonthlyRemark",
    "MonthlyReport",
    "Notice",
    "NoticeEntry",
    "Objection",
    "ObjectionNote",
    "Part",
    "Participant",
    "Partner",
    "PlanStep",
    "PlanVersion",
    "Pledge",
    "Project",
    "Recommendation",
    "Referral",
    "Refund",
    "Report",
    "ReturnNotice",
    "Reversal",
    "Scratch",
    "Service",
    "Settlement",
    "SignIn",
    "SiteVisit",
    "Stage",
    "State",
    "Submission",
    "Talk",
    "Target",
    "TeamMember",
    "Tranche",
    "VisitVersion",
    "Volunteer",
    "VolunteerTime",
    "WarningLetter",
]
