"""Where a public notice passes over a place it says so, on the page and on paper, and names nobody."""

from decimal import Decimal

import pytest

from grants.models import Call
from projects.actions import notices
from projects.actions.notices import Place
from projects.models import Notice, Project
from reports import public_papers
from tests.life import draft

pytestmark = pytest.mark.one_database


def eligible(town, life, count: int) -> list[Project]:
    """So many proposals, handed in before the call closed."""
    return [life.walk(draft(town, title=f"项目{number}"), "eligible") for number in range(count)]


def listed(town, life, projects: list[Project], places: list[int | None]) -> Notice:
    """A notice of these projects of one track, with these places."""
    for project in projects:
        life.walk(project, "shortlisted")
    found = {project.pk: Place(rank, Decimal(90) - (rank or 0)) for project, rank in zip(projects, places, strict=True)}
    return notices.publish_notice(Call.objects.get(pk=town.call.pk), by=town.clerk, places=found)


SAID = "因资金、名额等限制未列入拟立项名单的项目不在此公示"


@pytest.mark.parametrize(
    ("places", "is_said"),
    [
        ([1, 2, 3], False),
        ([1, 3], True),
        ([2], True),
        ([1, 2, 2, 4], False),  # two share a place, so the third does not exist
        ([1, 2, 2, 5], True),
        ([None], False),
    ],
)
def test_a_place_that_is_passed_over_is_explained_and_nobody_named(town, life, browse, draw, places, is_said):
    notice = listed(town, life, eligible(town, life, len(places)), places)

    page = browse().get(notice.get_absolute_url()).content.decode()

    assert (SAID in page, SAID in draw(public_papers.notice(notice)).text) == (is_said, is_said)


def test_who_moves_up_next_in_order_leaves_no_gap_and_out_of_order_does(town, life, browse):
    one, two, three, five = eligible(town, life, 4)
    listed(town, life, [one, two], [1, 2])
    in_order = listed(town, life, [three], [3])
    out_of_order = listed(town, life, [five], [5])

    said = [SAID in browse().get(one.get_absolute_url()).content.decode() for one in (in_order, out_of_order)]

    assert said == [False, True]


def test_what_the_note_says_is_no_part_of_the_text_with_the_digest(town, life):
    notice = listed(town, life, eligible(town, life, 2), [1, 3])

    assert (notice.is_unaltered, SAID in notice.frozen) == (True, False)
