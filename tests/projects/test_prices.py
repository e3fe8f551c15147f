"""Among whose prices a line is set: the newest lines of the same category and unit, of other applicants."""

import pytest

from projects import prices
from projects.models import Project
from projects.prices import peer_prices
from tests.life import LINES, draft

pytestmark = pytest.mark.one_database


@pytest.fixture
def dear(town):
    return draft(town, lines=[LINES[0] | {"unit_price": 900}])


def offered(town, number: int, price: int) -> None:
    for each in range(number):
        draft(town, town.choir, by=town.singer, title=f"{price}元{each}", lines=[LINES[0] | {"unit_price": price}])
    Project.objects.filter(applicant=town.choir).update(submitted_at=town.call.opens_at)


def test_a_price_stands_among_those_of_others(town, dear):
    offered(town, 5, 200)

    [price] = peer_prices(dear, dear.budget_lines.all()).values()

    assert (price.median, price.peers, price.is_far) == (200, 5, True)


def test_only_the_newest_are_looked_at(town, dear, monkeypatch):
    offered(town, 5, 200)
    offered(town, 5, 900)
    monkeypatch.setattr(prices, "MOST", 5)

    [price] = peer_prices(dear, dear.budget_lines.all()).values()

    assert (price.median, price.peers, price.is_far) == (900, 5, False)


def test_ones_own_prices_and_drafts_do_not_count(town, dear):
    offered(town, 5, 200)
    Project.objects.filter(applicant=town.choir).update(applicant=town.centre)

    assert peer_prices(dear, dear.budget_lines.all()) == {}
