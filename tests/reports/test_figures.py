"""The pure calculations behind the dashboards: where projects wait, and what is kept back from everybody."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from reports.figures.disclosure import kept_back
from reports.figures.waiting import Stay, stays, waits


def at(day: int) -> datetime:
    return datetime(2026, 3, day, 10)


def test_stay_goes_from_the_move_in_to_the_move_out():
    moves = [(1, "draft", "submitted", at(2)), (1, "submitted", "eligible", at(5)), (1, "eligible", "in_review", at(9))]

    assert stays(moves, datetime.date) == [
        Stay(1, "submitted", date(2026, 3, 2), date(2026, 3, 5)),
        Stay(1, "eligible", date(2026, 3, 5), date(2026, 3, 9)),
    ]


def test_what_stays_in_its_state_is_no_move():
    moves = [(1, "draft", "submitted", at(2)), (1, "submitted", "submitted", at(4)), (1, "submitted", "", at(4)),
             (1, "submitted", "eligible", at(6))]  # fmt: skip

    assert stays(moves, datetime.date) == [Stay(1, "submitted", date(2026, 3, 2), date(2026, 3, 6))]


def test_projects_are_not_mixed_up():
    moves = [(1, "draft", "submitted", at(2)), (2, "draft", "submitted", at(3)), (2, "submitted", "eligible", at(4))]

    assert stays(moves, datetime.date) == [Stay(2, "submitted", date(2026, 3, 3), date(2026, 3, 4))]


def test_stay_whose_beginning_is_not_in_the_log_has_no_length():
    assert stays([(1, "running", "midterm", at(2))], datetime.date) == []


def test_several_stays_of_a_project_count_together():
    found = waits([(1, "submitted", 2), (1, "submitted", 3), (2, "submitted", 1)])

    assert (found["submitted"].projects, found["submitted"].middle) == (2, Decimal("3.0"))


def test_quartiles_are_days_that_occurred():
    found = waits((number, "in_review", days) for number, days in enumerate([1, 2, 3, 4, 5, 6, 7, 100]))["in_review"]

    assert (found.lower, found.middle, found.upper) == (Decimal(2), Decimal("4.5"), Decimal(6))


@pytest.mark.parametrize(
    ("cells", "hidden"),
    [
        ({"一": 10, "二": 25}, set()),
        ({"一": 0, "二": 25}, set()),
        ({"一": 9, "二": 25, "三": 12}, {"一", "三"}),
        ({"一": 9, "二": 1, "三": 12}, {"一", "二"}),
        ({"一": 9, "二": 0}, {"一"}),
    ],
)
def test_small_cells_are_kept_back_and_never_one_alone(cells, hidden):
    assert kept_back(cells) == hidden
