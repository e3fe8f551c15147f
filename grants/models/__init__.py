from grants.models.call import Call
from grants.models.fund import Fund
from grants.models.ledger import LedgerEntry
from grants.models.rubric import Criterion, Level, Rubric
from grants.models.service_field import ServiceField
from grants.models.track import Track
from grants.models.tranche_plan import Gate, TranchePlan, TrancheRule

__all__ = [
    "Call",
    "Criterion",
    "Fund",
    "Gate",
    "LedgerEntry",
    "Level",
    "Rubric",
    "ServiceField",
    "Track",
    "TranchePlan",
    "TrancheRule",
]
