"""Every movement of a fund's money. The fund's row is locked, so two people cannot spend the same yuan.

allocate → reserve → commit → pay
             ↘ release  ↘ decommit ↘ refund      (back to free)
"""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.money import yuan
from core.workflow import Refused
from grants.models import Fund, LedgerEntry
from grants.models.fund import Balance
from people.models import User

Kind = LedgerEntry.Kind


@transaction.atomic
def _enter(
    fund: Fund, kind: str, amount: Decimal, *, by: User, reference: str, memo: str, within: str | None
) -> LedgerEntry | None:
    """Add one entry of `amount` yuan; `within` names the balance it must fit into. Nothing for 0 yuan."""
    if amount == 0:
        return None
    if amount < 0:
        raise ValueError("A ledger entry has a positive amount; its kind says the direction")
    Fund.objects.select_for_update().get(pk=fund.pk)
    if within:
        balance: Balance = fund.balance()
        left: Decimal = getattr(balance, within)
        if amount > left:
            raise Refused(
                _("The fund “%(fund)s” has only %(left)s yuan left for this; %(amount)s yuan are needed.")
                % {"fund": fund.name, "left": yuan(left), "amount": yuan(amount)}
            )
    return LedgerEntry.objects.create(fund=fund, kind=kind, amount=amount, reference=reference, memo=memo, by=by)


def allocate(fund: Fund, amount: Decimal, *, by: User, memo: str = "") -> LedgerEntry | None:
    """Money comes into the fund."""
    return _enter(fund, Kind.ALLOCATE, amount, by=by, reference="", memo=memo, within=None)


def reserve(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """Set money aside for a project in public notice; refused when the fund is not free enough."""
    return _enter(fund, Kind.RESERVE, amount, by=by, reference=reference, memo=memo, within="free")


def release(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """A reserved project drops out: the money is free again."""
    return _enter(fund, Kind.RELEASE, amount, by=by, reference=reference, memo=memo, within="reserved")


def commit(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """An agreement is signed: reserved money is now owed."""
    return _enter(fund, Kind.COMMIT, amount, by=by, reference=reference, memo=memo, within="reserved")


def decommit(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """A project ends early: what is owed and not yet paid is free again."""
    return _enter(fund, Kind.DECOMMIT, amount, by=by, reference=reference, memo=memo, within="committed")


def pay(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """Committed money leaves the fund."""
    return _enter(fund, Kind.PAY, amount, by=by, reference=reference, memo=memo, within="committed")


def refund(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """Paid money comes back: it is free again."""
    return _enter(fund, Kind.REFUND, amount, by=by, reference=reference, memo=memo, within="paid")
