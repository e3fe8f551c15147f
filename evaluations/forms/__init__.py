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
from evaluations.forms.votes import (
    BallotForm,
    CodeForm,
    EntryForm,
    IssueForm,
    PaperBallotForm,
    PrintingForm,
    SlipReasonForm,
    VoteForm,
)

__all__ = [
    "AlternativeForm",
    "AnswerForm",
    "AssignForm",
    "BallotForm",
    "BallotsForm",
    "BonusForm",
    "CodeForm",
    "CommissionForm",
    "ConclusionForm",
    "ConflictForm",
    "DecisionForm",
    "DeclarationForm",
    "DeviationForm",
    "EntryForm",
    "EvaluationForm",
    "FeedbackForm",
    "FewerForm",
    "GroupsForm",
    "IssueForm",
    "MoveForm",
    "PanelFilter",
    "PaperBallotForm",
    "PaperForm",
    "PitchDayForm",
    "PrintingForm",
    "PromoteForm",
    "ProposePanelsForm",
    "QuotaFormSet",
    "ReasonForm",
    "RepresentativeForm",
    "SendBackForm",
    "SettleForm",
    "SheetForm",
    "SlipReasonForm",
    "StrikeForm",
    "VoteForm",
]
