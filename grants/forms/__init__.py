"""Forms of funds, calls, needs and workshops."""

from grants.forms.calls import (
    BonusRuleFormSet,
    BudgetRuleFormSet,
    CloneForm,
    CriterionFormSet,
    EligibilityFormSet,
    FromPresetForm,
    LevelFormSet,
    NameForm,
    PanelRuleFormSet,
    PaperForm,
    PaperFormSet,
    RubricForm,
    TermsForm,
    TieBreakFormSet,
    TrackFormSet,
    TranchePlanForm,
    TrancheRuleFormSet,
)
from grants.forms.funds import AllocationForm, FundForm
from grants.forms.need_lists import NeedListForm, RemarkAnswerForm, RemarkForm, WithdrawForm
from grants.forms.needs import NeedForm, ReferenceForm, ReviseForm, VouchForm
from grants.forms.workshops import AttendanceForm, SignUpForm, WorkshopForm

__all__ = [
    "AllocationForm",
    "AttendanceForm",
    "BonusRuleFormSet",
    "BudgetRuleFormSet",
    "CloneForm",
    "CriterionFormSet",
    "EligibilityFormSet",
    "FromPresetForm",
    "FundForm",
    "LevelFormSet",
    "NameForm",
    "NeedForm",
    "NeedListForm",
    "PanelRuleFormSet",
    "PaperForm",
    "PaperFormSet",
    "ReferenceForm",
    "RemarkAnswerForm",
    "RemarkForm",
    "ReviseForm",
    "RubricForm",
    "SignUpForm",
    "TermsForm",
    "TieBreakFormSet",
    "TrackFormSet",
    "TranchePlanForm",
    "TrancheRuleFormSet",
    "VouchForm",
    "WithdrawForm",
    "WorkshopForm",
]
