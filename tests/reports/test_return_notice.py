"""The letter that asks for money back."""

import pytest

from projects.models import ReturnNotice
from reports import letters
from tests.projects.test_returns import asked_back, settled, terminated

pytestmark = pytest.mark.one_database

__all__ = ["terminated"]  # the fixture


def test_it_says_how_the_sum_came_about_in_figures_and_words(town, terminated, draw):
    text = draw(letters.return_notice(asked_back(town, terminated))).text

    for said in (
        "追缴通知书",
        "TK2026-0001",
        "5,000.00元",
        "1,200.50元",
        "3,799.50元",
        "叁仟柒佰玖拾玖元伍角",
        "9月30日",
    ):
        assert said in "".join(text.split())


def test_it_stays_as_it_was_sent(town, terminated, draw):
    notice = asked_back(town, terminated)
    before = draw(letters.return_notice(notice)).text

    settled(town, terminated, recognised="2000.00")

    assert draw(letters.return_notice(ReturnNotice.objects.get(pk=notice.pk))).text == before
