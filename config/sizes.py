"""What SQLite has to be told once a day: how large its tables are. PostgreSQL finds out by itself."""

from django.db import connection

from core import clock
from core.models import Duty

DUTY = "sizes"
LOOKED_AT = 1000
"""So many rows of each index are looked at: enough to choose the right one, and done in seconds."""


def learn_sizes() -> int:
    """Once a day: without this SQLite takes a small table for a large one, and looks in the wrong one first."""
    done, _made = Duty.objects.get_or_create(name=DUTY)
    if done.done_on == clock.today() or connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        cursor.execute("ANALYZE")
    Duty.objects.filter(name=DUTY).update(done_on=clock.today())
    return 0
