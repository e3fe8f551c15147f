"""What every visitor is shown is counted by the clock, so that none of them waits for it."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.figures import life
from reports.figures.board import FUNDER, PUBLIC, SUPPORT, Board
from reports.figures.counted import board_key, count_board_again, count_for_everybody, figures_of
from reports.figures.picture import drawable, listed, only_drawn
from tests import town as towns

pytestmark = pytest.mark.one_database


@pytest.fixture
def takes_long(settings):
    """Whatever is counted takes long enough to be kept."""
    settings.FIGURES_KEPT_FROM = 0.0
    for name in ("quick", "default"):
        caches[name].clear()
    yield
    for name in ("quick", "default"):
        caches[name].clear()


def test_a_visitor_is_shown_what_the_clock_has_counted(town, browse, takes_long, monkeypatch):
    assert count_for_everybody() > 0
    assert count_for_everybody() == 0  # only once in a while
    caches["quick"].clear()  # as in another process
    monkeypatch.setattr(life, "funnel", None)  # who counts now, fails

    for page in ("/dashboard/", "/dashboard/screen/?slide=1", "/open-data/", "/open-data/statistics/"):
        with CaptureQueriesContext(connection) as queries:
            assert browse().get(page).status_code == 200
        assert len(queries) < 12, page


def test_what_is_narrowed_or_of_a_person_is_not_counted_ahead(town, takes_long):
    count_for_everybody()

    shared = caches["default"]
    assert shared.get(f"ahead:{board_key(Board(PUBLIC))}") is not None
    assert shared.get(f"ahead:{board_key(Board(PUBLIC, year=2026))}") is None
    assert shared.get(f"ahead:{board_key(Board('funder', town.clerk))}") is None


@pytest.fixture
def takes_seconds(takes_long, settings):
    settings.FIGURES_KNOWN_FROM = 0.0


def test_a_board_that_takes_seconds_is_shown_as_last_counted_and_counted_again_behind(
    town, browse, takes_seconds, time, monkeypatch, django_capture_on_commit_callbacks
):
    clerk = browse(town.clerk)
    said = "正在重新统计"
    draw = life.funnel
    clerk.get("/dashboard/")
    monkeypatch.setattr(life, "funnel", None)  # who counts now, fails

    time.go(towns.MARCH + timedelta(minutes=9))
    caches["quick"].clear()  # as in another process
    assert said not in clerk.get("/dashboard/").content.decode()
    time.go(towns.MARCH + timedelta(minutes=11))
    monkeypatch.setattr(life, "funnel", draw)
    with django_capture_on_commit_callbacks(execute=True) as queued:
        assert said in clerk.get("/dashboard/").content.decode()
    assert len(queued) == 1
    with django_capture_on_commit_callbacks() as queued:
        assert said not in clerk.get("/dashboard/").content.decode()
    assert queued == []


def test_what_has_become_quick_is_counted_anew_and_nothing_old_is_shown(town, takes_seconds, settings):
    board = Board(FUNDER, town.clerk)
    figures_of(board)
    settings.FIGURES_KNOWN_FROM = 3600
    count_board_again.call(FUNDER, town.clerk.pk, "zh-hans")
    caches["quick"].clear()

    _figures, counted_at, is_old = figures_of(board)

    assert (counted_at, is_old) == (None, False)


def test_what_is_kept_of_a_board_is_for_nobody_else_and_for_nothing_narrower(town, takes_seconds, monkeypatch):
    figures_of(Board(FUNDER, town.clerk))
    caches["quick"].clear()
    monkeypatch.setattr(life, "funnel", None)

    figures_of(Board(FUNDER, town.clerk))
    for board in (Board(FUNDER, town.auditor), Board(FUNDER, town.clerk, year=2026), Board(SUPPORT, town.clerk)):
        with pytest.raises(TypeError):  # it has to count
            figures_of(board)


def test_a_chart_draws_the_first_bars_and_says_so():
    rows = [(str(n), n) for n in range(31)]

    assert drawable(rows) == tuple(rows[:30])
    assert "30" in only_drawn(rows)
    assert only_drawn(rows[:30]) == ""


def test_the_table_of_very_many_lists_the_first_and_says_how_many_there_are():
    rows = range(101)

    assert list(listed(rows)) == list(range(100))
    assert "101" in only_drawn(rows)
    assert "100" not in only_drawn(rows[:100])
