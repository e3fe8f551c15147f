from core.models.attachment import Attachment
from core.models.calendar_day import CalendarDay
from core.models.dispatch import Dispatch, MessagePreference, Rhythm
from core.models.duty import Duty
from core.models.event import Event
from core.models.knock import Knock
from core.models.notification import Notification
from core.models.seal import DailyRoot, Seal
from core.models.series import Series
from core.models.worker import Worker

__all__ = [
    "Attachment",
    "CalendarDay",
    "DailyRoot",
    "Dispatch",
    "Duty",
    "Event",
    "Knock",
    "MessagePreference",
    "Notification",
    "Rhythm",
    "Seal",
    "Series",
    "Worker",
]
