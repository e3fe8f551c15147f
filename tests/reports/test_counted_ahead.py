"""What every visitor is shown is counted by the clock, so that none of them waits for it."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.figures import life
from reports.figures.board import PUBLIC, Board
from reports.figures.everybody import board_key, count_for_everybody
from reports.figures.picture import drawable, only_drawn

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


def test_a_chart_draws_the_first_bars_and_says_so():
    rows = [(str(n), n) for n in range(31)]

    assert drawable(rows) == tuple(rows[:30])
    assert "30" in only_drawn(rows)
    assert only_drawn(rows[:30]) == ""
