"""Periods in workdays. Years up to 2026 come from the package, later ones from the table or weekdays.

chinesecalendar 1.11 ends with 2026. A release that knows 2027 makes the tests of unknown years fail: then
move their dates on, and nothing else.
"""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from core.models import CalendarDay
from core.workdays import add_workdays, days_of, is_workday, uncertain_years, workdays_between

pytestmark = pytest.mark.django_db


def holiday(*days: date) -> None:
    for day in days:
        CalendarDay.objects.create(date=day, kind=CalendarDay.Kind.HOLIDAY, source="test")


def makeup(*days: date) -> None:
    for day in days:
        CalendarDay.objects.create(date=day, kind=CalendarDay.Kind.MAKEUP, source="test")


def days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=ahead) for ahead in range((end - start).days + 1)]


# -- is_workday ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 9, 28), True),  # Sunday, worked for National Day
        (date(2025, 9, 30), True),
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),  # Wednesday
        (date(2025, 10, 9), True),
        (date(2025, 10, 11), True),  # Saturday, worked for National Day
        (date(2025, 10, 12), False),
        (date(2026, 9, 20), True),  # Sunday, worked for National Day
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # Saturday, worked for National Day
    ],
)
def test_is_workday_around_national_day(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_is_workday_follows_the_table_before_the_package() -> None:
    holiday(date(2026, 3, 2))  # an ordinary Monday
    makeup(date(2026, 10, 1))

    assert is_workday(date(2026, 3, 2)) is False
    assert is_workday(date(2026, 10, 1)) is True


def test_is_workday_follows_the_table_in_a_year_the_package_does_not_know() -> None:
    holiday(date(2027, 10, 1))
    makeup(date(2027, 10, 9))

    assert is_workday(date(2027, 10, 1)) is False  # Friday
    assert is_workday(date(2027, 10, 9)) is True  # Saturday
    assert is_workday(date(2027, 10, 10)) is False  # Sunday, not in the table


def test_is_workday_follows_the_weekday_when_nobody_knows_the_year() -> None:
    week = days(date(2027, 3, 1), date(2027, 3, 7))

    assert [is_workday(day) for day in week] == [True] * 5 + [False] * 2


def test_is_workday_refuses_a_datetime() -> None:
    with pytest.raises(TypeError, match="Asia/Shanghai"):
        is_workday(datetime(2026, 3, 2, 23, 30))


# -- add_workdays --------------------------------------------------------------------------------


def test_add_workdays_of_futian_2021_with_the_first_day_counted() -> None:
    assert add_workdays(date(2021, 8, 18), 5, count_first_day=True) == date(2021, 8, 24)


def test_add_workdays_does_not_count_the_first_day_by_law() -> None:
    assert add_workdays(date(2021, 8, 18), 5) == date(2021, 8, 25)


@pytest.mark.parametrize("start", [date(2021, 8, 21), date(2021, 8, 22), date(2026, 10, 3)])
def test_add_workdays_never_counts_a_first_day_off(start: date) -> None:
    assert add_workdays(start, 5, count_first_day=True) == add_workdays(start, 5)


def test_add_workdays_counts_a_first_day_that_is_a_makeup_saturday() -> None:
    assert add_workdays(date(2025, 10, 11), 1, count_first_day=True) == date(2025, 10, 11)
    assert add_workdays(date(2025, 10, 11), 1) == date(2025, 10, 13)


@pytest.mark.parametrize(
    ("start", "first_day_counts", "last"),
    [
        # 28 September is worked, 1–8 October are off, Saturday the 11th is worked.
        (date(2025, 9, 26), False, date(2025, 10, 10)),
        (date(2025, 9, 26), True, date(2025, 10, 9)),
        (date(2025, 9, 29), False, date(2025, 10, 13)),
        (date(2025, 9, 30), False, date(2025, 10, 14)),
        (date(2025, 10, 8), False, date(2025, 10, 14)),
        # 20 September is worked, 25–27 September and 1–7 October are off, Saturday the 10th is worked.
        (date(2026, 9, 18), False, date(2026, 9, 24)),
        (date(2026, 9, 28), False, date(2026, 10, 10)),
        (date(2026, 9, 29), False, date(2026, 10, 12)),
        (date(2026, 9, 29), True, date(2026, 10, 10)),
    ],
)
def test_add_workdays_of_five_across_national_day(start: date, first_day_counts: bool, last: date) -> None:
    assert add_workdays(start, 5, count_first_day=first_day_counts) == last


def test_add_workdays_into_a_year_nobody_knows_goes_by_weekdays_and_fixed_holidays() -> None:
    assert add_workdays(date(2026, 12, 29), 5) == date(2027, 1, 6)  # New Year's Day is a Friday
    assert add_workdays(date(2026, 12, 28), 5, count_first_day=True) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 1, 1), False),
        (date(2027, 4, 5), False),  # 清明
        (date(2028, 4, 4), False),
        (date(2028, 4, 5), True),
        (date(2028, 5, 1), False),
        (date(2028, 5, 2), False),
        (date(2028, 5, 3), True),
        (date(2027, 10, 1), False),
        (date(2028, 10, 3), False),
        (date(2028, 10, 4), True),
    ],
)
def test_the_holidays_that_the_law_fixes_are_known_in_a_year_nobody_knows(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_the_table_wins_over_a_fixed_holiday() -> None:
    makeup(date(2027, 10, 1))

    assert is_workday(date(2027, 10, 1)) is True


def test_add_workdays_into_a_year_the_table_knows() -> None:
    holiday(date(2027, 1, 1))
    makeup(date(2027, 1, 3))

    assert add_workdays(date(2026, 12, 29), 5) == date(2027, 1, 5)  # off on Friday, worked on Sunday
    assert add_workdays(date(2026, 12, 29), 2) == date(2026, 12, 31)
    assert add_workdays(date(2026, 12, 29), 3) == date(2027, 1, 3)


def test_add_workdays_passes_over_a_whole_year_off() -> None:
    holiday(*days(date(2027, 1, 1), date(2027, 12, 31)))

    assert add_workdays(date(2026, 12, 31), 1) == date(2028, 1, 3)


def test_add_workdays_of_none_is_the_start() -> None:
    assert add_workdays(date(2026, 10, 3), 0, count_first_day=True) == date(2026, 10, 3)


def test_add_workdays_refuses_a_negative_count() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_workdays(date(2026, 3, 2), -1)


def test_add_workdays_refuses_a_datetime() -> None:
    with pytest.raises(TypeError, match="Asia/Shanghai"):
        add_workdays(datetime(2026, 3, 2, 23, 30), 5)


# -- workdays_between ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2021, 8, 18), date(2021, 8, 25), 5),
        (date(2025, 9, 30), date(2025, 10, 8), 0),
        (date(2025, 9, 30), date(2025, 10, 11), 3),
        (date(2026, 3, 2), date(2026, 3, 2), 0),
        (date(2026, 3, 3), date(2026, 3, 2), 0),
        (date(2026, 12, 29), date(2027, 1, 6), 5),
    ],
)
def test_workdays_between_leaves_out_the_first_day_and_counts_the_last(
    start: date,
    end: date,
    count: int,
) -> None:
    assert workdays_between(start, end) == count


def test_workdays_between_refuses_a_datetime() -> None:
    with pytest.raises(TypeError, match="Asia/Shanghai"):
        workdays_between(date(2026, 3, 2), datetime(2026, 3, 3, 23, 30))


def test_workdays_between_is_the_inverse_of_add_workdays() -> None:
    random = Random(20260103)
    holiday(*days(date(2027, 2, 5), date(2027, 2, 11)))
    makeup(date(2027, 2, 13))
    for _ in range(300):
        start = date(2024, 1, 1) + timedelta(days=random.randrange(1500))
        count = random.randint(1, 40)
        last = add_workdays(start, count)

        assert workdays_between(start, last) == count
        assert workdays_between(start, last - timedelta(days=1)) == count - 1
        assert is_workday(last) is True


# -- uncertain_years -----------------------------------------------------------------------------


def test_uncertain_years_is_empty_for_years_the_package_knows() -> None:
    assert uncertain_years(date(2004, 1, 1), date(2026, 12, 31)) == []


def test_uncertain_years_names_the_years_nobody_knows() -> None:
    assert uncertain_years(date(2026, 12, 29), date(2028, 1, 5)) == [2027, 2028]
    assert uncertain_years(date(2002, 5, 1), date(2005, 5, 1)) == [2002, 2003]


def test_uncertain_years_leaves_out_a_year_once_it_is_in_the_table() -> None:
    holiday(date(2027, 10, 1))

    assert uncertain_years(date(2026, 12, 29), date(2028, 1, 5)) == [2028]


def test_uncertain_years_keeps_a_year_with_nothing_but_the_next_new_year_holiday() -> None:
    makeup(date(2027, 12, 25))
    holiday(date(2027, 12, 31), date(2028, 1, 1))

    assert uncertain_years(date(2027, 1, 1), date(2028, 12, 31)) == [2027]


def test_uncertain_years_is_empty_when_the_end_is_before_the_start() -> None:
    assert uncertain_years(date(2028, 1, 1), date(2027, 1, 1)) == []


def test_uncertain_years_refuses_a_datetime() -> None:
    with pytest.raises(TypeError, match="Asia/Shanghai"):
        uncertain_years(datetime(2027, 1, 1), date(2027, 1, 2))


# -- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("year", range(1900, 2101))
def test_no_function_raises_in_any_year(year: int) -> None:
    start, end = date(year, 12, 25), date(year, 12, 31)

    assert is_workday(start) in {True, False}
    assert (add_workdays(start, 10) - start).days in range(12, 22)
    assert workdays_between(start, end) in range(3, 7)
    assert uncertain_years(start, end) == ([] if 2004 <= year <= 2026 else [year])


def test_each_function_reads_the_table_once(django_assert_num_queries: Any) -> None:
    start, end = date(2026, 6, 1), date(2029, 6, 1)

    with django_assert_num_queries(1):
        is_workday(start)
    with django_assert_num_queries(1):
        add_workdays(start, 500, count_first_day=True)
    with django_assert_num_queries(1):
        workdays_between(start, end)
    with django_assert_num_queries(1):
        uncertain_years(start, end)


def test_the_days_of_a_period_count_up_to_its_length():
    chance = Random(7)
    for _case in range(60):
        start = date(2021, 1, 1) + timedelta(days=chance.randrange(2500))
        count, first = chance.randint(1, 30), chance.random() < 0.5
        end = add_workdays(start, count, count_first_day=first)

        found = days_of(start, end, count_first_day=first)

        assert [day.date for day in found] == days(start, end)
        assert [day.number for day in found if day.number] == list(range(1, count + 1))


def test_a_day_says_why_it_does_not_count():
    found = {day.date: day.kind for day in days_of(date(2026, 9, 30), date(2026, 10, 10))}

    assert found[date(2026, 9, 30)] == "first"
    assert found[date(2026, 10, 1)] == "holiday"
    assert found[date(2026, 10, 3)] == "weekend"
    assert found[date(2026, 10, 8)] == "workday"
    assert found[date(2026, 10, 10)] == "makeup"
