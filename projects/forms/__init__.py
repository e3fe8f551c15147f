"""Forms of a project, by what they are about."""

from projects.forms.delivery import (
    ActivityForm,
    ActivityItems,
    ActivityRecordForm,
    FollowUpForm,
    MentoringForm,
    MilestoneForm,
    ReportForm,
)
from projects.forms.money import PaymentForm, ReceiptForm, SettlementForm, SignForm
from projects.forms.objections import (
    CallForm,
    ExamineForm,
    HearingForm,
    InquiryForm,
    ObjectionAnswerForm,
    ObjectionForm,
    RulingForm,
)
from projects.forms.project import AttachmentForm, MentorForm, ProjectFilter, SubmitForm
from projects.forms.proposal import ApplyForm, ProposalForm
from projects.forms.support import (
    AnswerForm,
    ApplicantForm,
    CoachingAnswerForm,
    CoachingForm,
    CommentForm,
    CutForm,
    ExplanationsForm,
    OfferForm,
    RecommendationAskForm,
    RecommendationForm,
    VerdictForm,
    places,
)
from projects.forms.tables import Tables

__all__ = [
    "ActivityForm",
    "ActivityItems",
    "ActivityRecordForm",
    "AnswerForm",
    "ApplicantForm",
    "ApplyForm",
    "AttachmentForm",
    "CallForm",
    "CoachingAnswerForm",
    "CoachingForm",
    "CommentForm",
    "CutForm",
    "ExamineForm",
    "ExplanationsForm",
    "FollowUpForm",
    "HearingForm",
    "InquiryForm",
    "MentorForm",
    "MentoringForm",
    "MilestoneForm",
    "ObjectionAnswerForm",
    "ObjectionForm",
    "OfferForm",
    "PaymentForm",
    "ProjectFilter",
    "ProposalForm",
    "ReceiptForm",
    "RecommendationAskForm",
    "RecommendationForm",
    "ReportForm",
    "RulingForm",
    "SettlementForm",
    "SignForm",
    "SubmitForm",
    "Tables",
    "VerdictForm",
    "places",
]
