"""Forms of funds, calls, needs and workshops."""

from grants.forms.calls import (
    BudgetRuleFormSet,
    CloneForm,
    CriterionFormSet,
    EligibilityFormSet,
    FromPresetForm,
    LevelFormSet,
    NameForm,
    PaperForm,
    PaperFormSet,
    RubricForm,
    TermsForm,
    TrackFormSet,
    TranchePlanForm,
    TrancheRuleFormSet,
)
from grants.forms.funds import AllocationForm, FundForm
from grants.forms.needs import NeedFilter, NeedForm, NeedListForm
from grants.forms.workshops import AttendanceForm, SignUpForm, WorkshopForm

__all__ = [
    "AllocationForm",
    "AttendanceForm",
    "BudgetRuleFormSet",
    "CloneForm",
    "CriterionFormSet",
    "EligibilityFormSet",
    "FromPresetForm",
    "FundForm",
    "LevelFormSet",
    "NameForm",
    "NeedFilter",
    "NeedForm",
    "NeedListForm",
    "PaperForm",
    "PaperFormSet",
    "RubricForm",
    "SignUpForm",
    "TermsForm",
    "TrackFormSet",
    "TranchePlanForm",
    "TrancheRuleFormSet",
    "WorkshopForm",
]
