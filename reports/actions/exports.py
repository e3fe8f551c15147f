"""Taking a table out: who did it is kept, because it may hold many people's telephone numbers."""

import rules
from django.utils.translation import gettext as _

from core.models import Event
from core.workflow import permit, record
from people.models import User
from reports.exchange import TABLES


def record_export(*, by: User, table: str, kind: str) -> Event:
    """One line in the person's log: which table, as what, whole or masked. Refused to whoever may not have it."""
    permit(TABLES[table].download, by)
    full = rules.has_perm("reports.see_unmasked", by)
    return record(by, "export", by=by, label=_("Table downloaded"), table=table, kind=kind, masked=not full)
