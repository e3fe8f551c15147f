"""The sheet of a session on paper."""

from projects.actions import mentoring
from reports.mentoring import session_sheet
from tests.mentored import advice, running


def test_the_sheet_says_what_was_advised_and_that_it_is_no_order(town, life, draw):
    note = mentoring.add_session(running(town, life), by=town.mentor, values=advice(follow_up="建专账"))
    mentoring.answer_advice(note, by=town.head, answer="这周就建")
    note.refresh_from_db()

    text = draw(session_sheet(note)).text

    for words in ("FD2026-0001", "财务管理", "1.5小时", "票据按月整理", "建专账", "这周就建", "不是行政决定"):
        assert words in text
