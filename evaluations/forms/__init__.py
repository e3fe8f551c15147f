"""Forms of judging."""

from evaluations.forms.decision import BonusForm, DecisionForm, ListChangeForm, PromoteForm, SendBackForm, StrikeForm
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
from evaluations.forms.sheets import DeviationForm, FeedbackForm, ReasonForm, SheetForm, UnlockingForm

__all__ = [
    "AlternativeForm",
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
    "GroupsForm",
    "ListChangeForm",
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
    "SheetForm",
    "StrikeForm",
    "UnlockingForm",
]
