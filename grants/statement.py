"""The ledger as an auditor reads it: each entry with what stood where after it."""

from collections.abc import Iterator, Sequence

from django.db.models import Q

from grants.models import LedgerEntry
from grants.models.ledger import LedgerQuerySet
from grants.movements import Balance


def statement(
    entries: LedgerQuerySet, shown: Sequence[LedgerEntry] | None = None
) -> Iterator[tuple[LedgerEntry, Balance]]:
    """Entries with the balance after each, oldest first; only those `shown` (a page), begun with what went before.

    `entries` are those of a fund, or of one project in it; then the balance is the project's.
    """
    if shown is None:
        shown, balance = list(entries.select_related("by", "corrects").order_by("at", "pk")), Balance()
    elif shown:
        first = shown[0]
        balance = entries.filter(Q(at__lt=first.at) | Q(at=first.at, pk__lt=first.pk)).balance()
    for entry in shown:
        balance = balance.after(entry.kind, entry.amount)
        yield entry, balance
