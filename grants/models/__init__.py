from grants.models.agreement_template import AgreementEdition, AgreementTemplate
from grants.models.bonus_rule import BonusRule
from grants.models.budget_rule import BudgetCategory, BudgetRule, Rank
from grants.models.call import Call
from grants.models.eligibility_rule import EligibilityRule
from grants.models.fund import Fund
from grants.models.ledger import LedgerCorrection, LedgerEntry
from grants.models.need import Need
from grants.models.need_list import NeedList, NeedListEntry
from grants.models.need_remark import NeedRemark
from grants.models.offer import Adoption, Offer
from grants.models.panel_rule import PanelRule
from grants.models.required_paper import PaperKind, RequiredPaper
from grants.models.rubric import Criterion, FactKind, Level, Nature, Rubric
from grants.models.service_field import ServiceField
from grants.models.severity import Severity
from grants.models.tie_break import TieBreak
from grants.models.track import Track
from grants.models.training_certificate import TrainingCertificate
from grants.models.tranche_plan import WITH_FIGURE, Gate, GateRule, TranchePlan, TrancheRule, gate_words
from grants.models.workshop import Attendance, Workshop

__all__ = [
    "WITH_FIGURE",
    "Adoption",
    "AgreementEdition",
    "AgreementTemplate",
    "Attendance",
    "BonusRule",
    "BudgetCategory",
    "BudgetRule",
    "Call",
    "Criterion",
    "EligibilityRule",
    "FactKind",
    "Fund",
    "Gate",
    "GateRule",
    "LedgerCorrection",
    "LedgerEntry",
    "Level",
    "Nature",
    "Need",
    "NeedList",
    "NeedListEntry",
    "NeedRemark",
    "Offer",
    "PanelRule",
    "PaperKind",
    "Rank",
    "RequiredPaper",
    "Rubric",
    "ServiceField",
    "Severity",
    "TieBreak",
    "Track",
    "TrainingCertificate",
    "TranchePlan",
    "TrancheRule",
    "Workshop",
    "gate_words",
]
