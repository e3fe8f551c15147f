"""Forms of a project, by what they are about."""

from projects.forms.activities import ActivityForm, ActivityItems, ActivityPartners, AmendForm, ReasonForm, RecordForm
from projects.forms.attendance import CorrectForm, HeadCountForm, SignInForm, TickForm, WriteDownForm
from projects.forms.consent import ConsentTextForm
from projects.forms.delivery import (
    FollowUpForm,
    MentoringForm,
    MilestoneChangeForm,
    MilestoneDoneForm,
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
    WholeExamineForm,
    WholeRulingForm,
)
from projects.forms.photos import PhotoForm, PhotosForm
from projects.forms.project import AttachmentForm, MentorForm, ProjectFilter, SubmitForm
from projects.forms.proposal import ApplyForm, ProposalForm
from projects.forms.roster import BeneficiaryForm, RosterFileForm
from projects.forms.routing import OfferForm, ReferralAnswerForm, ReferralForm
from projects.forms.services import SERVICE_FORMS
from projects.forms.support import (
    AnswerForm,
    CallBackForm,
    CoachingAnswerForm,
    CoachingForm,
    CommentForm,
    CutForm,
    EndCoachingForm,
    ExplanationsForm,
    ExtendForm,
    RecommendationAskForm,
    RecommendationForm,
    VerdictForm,
)
from projects.forms.tables import Tables
from projects.forms.trouble import (
    ClosingForm,
    TalkConfirmForm,
    TalkForm,
    TalkMoveForm,
    TalkRecordForm,
    WarningAnswerForm,
    WarningForm,
)
from projects.forms.volunteers import OtherTimeForm, VolunteerTimes

__all__ = [
    "SERVICE_FORMS",
    "ActivityForm",
    "ActivityItems",
    "ActivityPartners",
    "AmendForm",
    "AnswerForm",
    "ApplyForm",
    "AttachmentForm",
    "BeneficiaryForm",
    "CallBackForm",
    "CallForm",
    "ClosingForm",
    "CoachingAnswerForm",
    "CoachingForm",
    "CommentForm",
    "ConsentTextForm",
    "CorrectForm",
    "CutForm",
    "EndCoachingForm",
    "ExamineForm",
    "ExplanationsForm",
    "ExtendForm",
    "FollowUpForm",
    "HeadCountForm",
    "HearingForm",
    "InquiryForm",
    "MentorForm",
    "MentoringForm",
    "MilestoneChangeForm",
    "MilestoneDoneForm",
    "MilestoneForm",
    "ObjectionAnswerForm",
    "ObjectionForm",
    "OfferForm",
    "OtherTimeForm",
    "PaymentForm",
    "PhotoForm",
    "PhotosForm",
    "ProjectFilter",
    "ProposalForm",
    "ReasonForm",
    "ReceiptForm",
    "RecommendationAskForm",
    "RecommendationForm",
    "RecordForm",
    "ReferralAnswerForm",
    "ReferralForm",
    "ReportForm",
    "RosterFileForm",
    "RulingForm",
    "SettlementForm",
    "SignForm",
    "SignInForm",
    "SubmitForm",
    "Tables",
    "TalkConfirmForm",
    "TalkForm",
    "TalkMoveForm",
    "TalkRecordForm",
    "TickForm",
    "VerdictForm",
    "VolunteerTimes",
    "WarningAnswerForm",
    "WarningForm",
    "WholeExamineForm",
    "WholeRulingForm",
    "WriteDownForm",
]
