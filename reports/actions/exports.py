"""Taking a table out: who did it is kept, because it may hold many people's telephone numbers."""

from collections.abc import Sequence
from typing import Any

import rules
from django.utils.translation import gettext as _

from core.models import Event
from core.workflow import permit, record
from people.models import User
from reports.exchange import TABLES
from reports.ledgers.ledger import Ledger


def record_export(*, by: User, table: str, kind: str) -> Event:
    """One line in the person's log: which table, as what, how many rows, masked or not. Refused to whoever may not."""
    permit(TABLES[table].download, by)
    full = rules.has_perm("reports.see_unmasked", by)
    rows = TABLES[table].resource(by=by).exported().count()
    said: dict[str, Any] = {"table": table, "kind": kind, "rows": rows, "masked": not full}
    return record(by, "export", by=by, label=_("Table downloaded"), **said)


def record_ledger(*, by: User, ledger: Ledger, kind: str, chosen: Sequence[tuple[str, str]], rows: int) -> Event:
    """One line in the person's log: which ledger, narrowed to what, how many rows. Refused to whoever may not."""
    ledger.allow(by)
    words = " · ".join(f"{label} {value}" for label, value in chosen)
    said: dict[str, Any] = {"ledger": ledger.title, "kind": kind, "filter": words, "rows": rows}
    return record(by, "export", by=by, label=_("Ledger downloaded"), **said)
