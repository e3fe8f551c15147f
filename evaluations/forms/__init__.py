"""Forms of judging."""

from evaluations.forms.decision import BonusForm, DecisionForm, PromoteForm, SendBackForm, StrikeForm
from evaluations.forms.evaluation import CommissionForm, ConclusionForm, EvaluationForm
from evaluations.forms.panels import (
    AssignForm,
    ConflictForm,
    DeclarationForm,
    GroupsForm,
    PanelFilter,
    ProposePanelsForm,
)
from evaluations.forms.pitch import MoveForm, PaperForm, PitchDayForm, RepresentativeForm, SettleForm
from evaluations.forms.selection import AlternativeForm, BallotsForm, QuotaFormSet
from evaluations.forms.sheets import AnswerForm, DeviationForm, FeedbackForm, FewerForm, ReasonForm, SheetForm
from evaluations.forms.voices import (
    AnswerGrievanceForm,
    DeskForm,
    GrievanceForm,
    HideForm,
    LookForm,
    MoreForm,
    QuestionnaireForm,
    ReplyForm,
    SayForm,
    ShowForm,
    WhyForm,
    WriteDownVoiceForm,
)

__all__ = [
    "AlternativeForm",
    "AnswerForm",
    "AnswerGrievanceForm",
    "AssignForm",
    "BallotsForm",
    "BonusForm",
    "CommissionForm",
    "ConclusionForm",
    "ConflictForm",
    "DecisionForm",
    "DeclarationForm",
    "DeskForm",
    "DeviationForm",
    "EvaluationForm",
    "FeedbackForm",
    "FewerForm",
    "GrievanceForm",
    "GroupsForm",
    "HideForm",
    "LookForm",
    "MoreForm",
    "MoveForm",
    "PanelFilter",
    "PaperForm",
    "PitchDayForm",
    "PromoteForm",
    "ProposePanelsForm",
    "QuestionnaireForm",
    "QuotaFormSet",
    "ReasonForm",
    "ReplyForm",
    "RepresentativeForm",
    "SayForm",
    "SendBackForm",
    "SettleForm",
    "SheetForm",
    "ShowForm",
    "StrikeForm",
    "WhyForm",
    "WriteDownVoiceForm",
]
