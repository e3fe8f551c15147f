"""The header offers everybody their own desks, and what is rarer under "More"."""

import re

import pytest
from django.urls import reverse

OVERSIGHT, STARS = "evaluations:oversight_list", "evaluations:star_list"


def links(browse, user) -> list[str]:
    """The addresses of the header for a wide window, in their order."""
    page = browse(user).get(reverse("home")).content.decode()
    wide = re.search(r'<nav class="nav-wide".*?</nav>', page, re.S).group()
    return re.findall(r'href="([^"]+)"', wide)


@pytest.mark.parametrize("name", ["clerk", "finance", "approver", "auditor"])
def test_the_funders_people_reach_stars_and_delistings_without_a_year(town, browse, name):
    found = links(browse, town.people[name])

    assert [found.count(reverse(OVERSIGHT)), found.count(reverse(STARS))] == [1, 1]
    assert browse(town.people[name]).get(reverse(OVERSIGHT)).status_code == 200


@pytest.mark.parametrize("name", ["head", "mentor", "evaluator", "giver", "expert1", "stranger"])
def test_nobody_else_is_offered_the_delistings(town, browse, name):
    found = links(browse, town.people[name])

    assert [found.count(reverse(OVERSIGHT)), found.count(reverse(STARS))] == [0, 1]
    assert browse(town.people[name]).get(reverse(OVERSIGHT)).status_code == 403


def test_a_visitor_has_every_public_page_on_the_line(browse, db):
    page = browse().get(reverse("home")).content.decode()

    assert reverse(STARS) in page
    assert "nav-more" not in page
