"""What the office of the demo puts before the numbers of its papers (机关代字)."""

from datetime import date

from config.story.clockwork import on
from config.story.people import Cast
from reports.actions import marks
from reports.models import Paper

FROM = date(2013, 9, 2)
MARKS = {
    Paper.Series.DOCUMENTS: "东办发",
    Paper.Series.LETTERS: "东办函",
    Paper.Series.NOTICES: "东办公示",
    Paper.Series.MINUTES: "东办纪要",
}


def set_marks(cast: Cast) -> None:
    """Before the first paper is issued."""
    with on(FROM):
        marks.set_marks(
            cast.groups["bureau"], by=cast["minzheng"], texts={str(key): text for key, text in MARKS.items()}
        )
