"""The sheet of a session on paper."""

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from projects.actions import mentoring
from projects.models import MentoringNote
from reports.mentoring import session_sheet, write_sessions
from tests.mentored import advice, running

pytestmark = pytest.mark.one_database


def test_the_sheet_says_what_was_advised_and_that_it_is_no_order(town, life, draw):
    note = mentoring.add_session(running(town, life), by=town.mentor, values=advice(follow_up="建专账"))
    mentoring.answer_advice(note, by=town.head, answer="这周就建")
    note.refresh_from_db()

    text = draw(session_sheet(note)).text

    for words in ("FD2026-0001", "财务管理", "1.5小时", "票据按月整理", "建专账", "这周就建", "不是行政决定"):
        assert words in text


def test_the_register_of_sessions_says_the_day_of_shanghai(town, life):
    note = mentoring.add_session(running(town, life), by=town.mentor, values=advice(follow_up="建专账"))
    life.time.go(datetime(2026, 6, 2, 7, 30))  # in Greenwich it is still the first
    mentoring.answer_advice(note, by=town.head)
    mentoring.finish_follow_up(note, by=town.head)
    target = BytesIO()

    write_sessions(MentoringNote.objects.all(), target)

    row = list(load_workbook(target)["辅导记录"].values)[-1]
    assert [day.date() for day in (row[12], row[14])] == [date(2026, 6, 2), date(2026, 6, 2)]
