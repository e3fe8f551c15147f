"""What waits for the system administrator: a backup that is due."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from config.backup.taking import last_taken
from core import clock
from core.inbox import Task
from people.models import Administrator, Office, User

FRESH = timedelta(days=2)


def backup_is_due(last: date | None) -> bool:
    return last is None or clock.today() - last > FRESH


def waiting_for(user: User) -> list[Task]:
    if not Administrator.objects.filter(user=user, office=Office.SYSTEM).exists():
        return []
    last = last_taken()
    if not backup_is_due(last):
        return []
    what = _("No backup has been made yet: run ./run backup on the server, and have it run every night")
    if last:
        what = _("The last backup is of %(day)s: see to it that one is made every night") % {"day": last}
    return [Task(_("Backup"), what, "", tone="bad")]  # it is made on the server, not on a page
