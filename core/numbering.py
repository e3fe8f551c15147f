"""Running numbers without gaps: taken inside the transaction that uses them."""

from django.db import transaction

from core.models import Series


def next_number(key: str) -> int:
    """The next number of the series `key`, from 1; must be called inside a transaction.

    The row stays locked until the caller commits, so a rolled-back use gives its number back and no
    number is ever skipped (GB/T 9704: numbers of one issuing body and year run on without gaps).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("next_number() needs a transaction: a number must be used or given back")
    Series.objects.get_or_create(key=key)
    series = Series.objects.select_for_update().get(key=key)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last
