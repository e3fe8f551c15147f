"""What is pointed out for a person to look at, and what is not."""

from datetime import datetime, timedelta

from evaluations.oddities import (
    BURST,
    BURST_OF,
    FROM_ONE_SENDER,
    SAME_ANSWERS,
    SAME_ANSWERS_OF,
    SAME_SENDER,
    SAME_WORDS,
    Said,
    oddities,
)

NOON = datetime(2026, 6, 19, 12)


def series(n: int, every: timedelta, **what) -> list[Said]:
    return [Said(number, NOON + every * number, **what) for number in range(n)]


def test_many_from_one_sender_within_a_day_are_odd():
    found = oddities(series(FROM_ONE_SENDER, timedelta(hours=3), sender="a"))

    assert found == {number: [SAME_SENDER] for number in range(FROM_ONE_SENDER)}


def test_one_less_from_one_sender_is_not_odd():
    assert oddities(series(FROM_ONE_SENDER - 1, timedelta(hours=3), sender="a")) == {}


def test_many_from_one_sender_over_days_are_not_odd():
    assert oddities(series(FROM_ONE_SENDER, timedelta(hours=4), sender="a")) == {}


def test_many_without_a_sender_are_not_one_sender():
    assert oddities(series(FROM_ONE_SENDER, timedelta(hours=1))) == {}


def test_many_within_minutes_are_odd_and_the_next_one_is_not():
    burst = series(BURST_OF, timedelta(seconds=30))
    later = Said(99, NOON + timedelta(hours=1))

    assert oddities([later, *burst]) == {number: [BURST] for number in range(BURST_OF)}


def test_as_many_slowly_are_not_odd():
    assert oddities(series(BURST_OF, timedelta(seconds=40))) == {}


def test_the_same_words_are_odd_whatever_their_signs_and_width():
    texts = ["办得特别好！", "办得 特别好", "办得特别好。。。", "办得不太好"]
    said = [Said(number, NOON + timedelta(days=number), text=text) for number, text in enumerate(texts)]

    assert oddities(said) == {0: [SAME_WORDS], 1: [SAME_WORDS], 2: [SAME_WORDS]}


def test_what_everybody_says_is_not_odd():
    said = [Said(number, NOON + timedelta(days=number), text="很好！") for number in range(9)]

    assert oddities(said) == {}


def test_the_same_answers_to_every_question_are_odd_within_half_an_hour():
    answers = (("effect", 5), ("overall", 5))

    quick = series(SAME_ANSWERS_OF, timedelta(minutes=7), answers=answers)
    slow = series(SAME_ANSWERS_OF, timedelta(minutes=8), answers=answers)

    assert oddities(quick) == {number: [SAME_ANSWERS] for number in range(SAME_ANSWERS_OF)}
    assert oddities(slow) == {}


def test_several_signs_stand_in_one_order():
    said = series(BURST_OF, timedelta(seconds=1), sender="a", text="特别特别好")

    assert oddities(said)[0] == [SAME_SENDER, BURST, SAME_WORDS]
