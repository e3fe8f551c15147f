"""Papers and tables of coaching: the sheet of one session, and the register of sessions with their hours.

In Chinese like every paper: see `documents`.
"""

from collections.abc import Iterable
from typing import IO, Any

from core import clock
from core.spreadsheets import Heading, Workbook
from projects.models import MentoringNote
from projects.sessions import hours_by
from reports.documents import Document, file_name

CHUNK = 2000
TOPICS = {
    "finance": "财务管理",
    "project": "项目管理",
    "rules": "制度建设",
    "profession": "社会工作方法",
    "other": "其他",
}
FORMS = {"visit": "上门", "phone": "电话", "online": "线上", "group": "多个组织一起"}


def session_sheet(note: MentoringNote) -> Document:
    """One session (辅导单): for mentor and group to sign."""
    return Document(
        file_name("辅导单", note.number, note.project.title),
        "pdf/session_sheet.html",
        {
            "title": "辅导单",
            "number": note.number,
            "author": note.mentor.name,
            "project": note.project,
            "note": note,
            "topic": TOPICS[note.topic],
            "form": FORMS[note.form],
        },
    )


HEADS = [
    Heading("编号", 14), Heading("日期", 12), Heading("批次", 28), Heading("项目", 28), Heading("组织", 28),
    Heading("导师", 10), Heading("主题", 14), Heading("方式", 14), Heading("小时", 8), Heading("发现与建议", 60),
    Heading("跟进事项", 40), Heading("完成期限", 12), Heading("完成日期", 12), 
    Heading("组织回复", 40), Heading("回复日期", 12),
]  # fmt: skip


def write_sessions(found: Any, target: IO[bytes]) -> None:
    """The sessions one by one, and their hours by mentor, project and call."""
    book = Workbook(target)
    book.add_sheet("辅导记录", HEADS, (_row(note) for note in found.iterator(chunk_size=CHUNK)))
    for name, by in (("按导师", "mentor"), ("按项目", "project"), ("按批次", "project__call")):
        heads = [Heading(name[1:], 30), Heading("次数", 8), Heading("小时", 8)]
        lines = hours_by(found, by).iterator(chunk_size=CHUNK)
        book.add_sheet(name, heads, ([one["of"], one["sessions"], one["spent"]] for one in lines))
    book.close()


def _row(note: MentoringNote) -> Iterable[Any]:
    project = note.project
    return [
        note.number, note.held_on, project.call.title, project.title, project.applicant.name, note.mentor.name,
        TOPICS[note.topic], FORMS[note.form], note.hours, note.advice, note.follow_up, note.follow_up_due_on,
        note.done_at and clock.localdate(note.done_at), note.answer or ("已阅" if note.is_answered else ""),
        note.answered_at and clock.localdate(note.answered_at),
    ]  # fmt: skip
