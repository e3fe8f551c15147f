"""Forms of judging."""

from evaluations.forms.decision import BonusForm, DecisionForm, PromoteForm, SendBackForm, StrikeForm
from evaluations.forms.evaluation import CommissionForm, ConclusionForm, EvaluationForm
from evaluations.forms.excellence import SettleGradesForm
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

__all__ = [
    "AlternativeForm",
    "AnswerForm",
    "AssignForm",
    "BallotsForm",
    "BonusForm",
    "CommissionForm",
    "ConclusionForm",
    "ConflictForm",
    "DecisionForm",
    "DeclarationForm",
    "DeviationForm",
    "EvaluationForm",
    "FeedbackForm",
    "FewerForm",
    "GroupsForm",
    "MoveForm",
    "PanelFilter",
    "PaperForm",
    "PitchDayForm",
    "PromoteForm",
    "ProposePanelsForm",
    "QuotaFormSet",
    "ReasonForm",
    "RepresentativeForm",
    "SendBackForm",
    "SettleForm",
    "SettleGradesForm",
    "SheetForm",
    "StrikeForm",
]
