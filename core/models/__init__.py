from core.models.attachment import Attachment
from core.models.calendar_day import CalendarDay
from core.models.dispatch import Dispatch, MessagePreference, Rhythm
from core.models.duty import Duty
from core.models.event import Event
from core.models.knock import Knock
from core.models.notification import Notification
from core.models.series import Series

__all__ = [
    "Attachment",
    "CalendarDay",
    "Dispatch",
    "Duty",
    "Event",
    "Knock",
    "MessagePreference",
    "Notification",
    "Rhythm",
    "Series",
]
