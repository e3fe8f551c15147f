"""Lines of the log: whose they are, and what never stands in them."""

import json
import logging
import sys

import pytest
from django.urls import URLPattern, get_resolver

from config.logs import KEYS, Json, Text, cleaned, number_of, request_id, task_name

REQUEST = "0123456789abcdef0123456789abcdef"
OPEN_TO_ALL = {"verify_code", "verify_facts", "district_report"}
"""Codes that are printed on papers for everybody, or are those of a district."""


def said(message: str, *args: object, **more: object) -> logging.LogRecord:
    record = logging.LogRecord("site", logging.WARNING, __file__, 1, message, args, None)
    record.__dict__.update(more)
    return record


@pytest.fixture
def of_a_request():
    token = request_id.set(REQUEST)
    yield
    request_id.reset(token)


def test_a_line_says_which_request_it_belongs_to(of_a_request):
    line = json.loads(Json().format(said("slow: %s", "x", view="home", status=200)))

    assert line.pop("time")
    assert line == {
        "level": "WARNING", "logger": "site", "message": "slow: x", "request": REQUEST,
        "number": number_of(REQUEST), "view": "home", "status": 200,
    }  # fmt: skip
    assert Text().format(said("slow")).endswith(f"WARNING site: slow [{number_of(REQUEST)}]")


def test_a_line_of_a_task_says_which(of_a_request):
    token = task_name.set("reports.actions.background.run")
    line = json.loads(Json().format(said("x")))
    task_name.reset(token)

    assert line["task"] == "reports.actions.background.run"


def test_the_number_is_nine_digits_and_always_the_same():
    assert (number_of(REQUEST), number_of("")) == ("105457479", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Internal Server Error: /v/K7QM2XPA/", "Internal Server Error: /v/…/"),
        ("Not Found: /calendar/abcdef.ics", "Not Found: /calendar/…"),
        ("https://x.cn/screen/tok-en/live/ failed", "https://x.cn/screen/…/live/ failed"),
        ("GET /search/?q=张三 took long", "GET /search/?… took long"),
        ("/projects/7/ is slow", "/projects/7/ is slow"),
        ("sent to 13812345678.", "sent to 1…."),
        ("+86 138 1234 5678", "1…"),
        ("number 11010519491231002X is wrong", "number … is wrong"),
        ("to zhang.san@example.org", "to …@…"),
        ("redis://user:secret@10.0.0.7/0", "redis://…@10.0.0.7/0"),
        ("DETAIL:  Key (phone)=(123) already exists.\nnext", "DETAIL:  Key (…\nnext"),
        ("amount 1234567.00 of 2026-11-27", "amount 1234567.00 of 2026-11-27"),
    ],
)
def test_what_opens_a_door_or_tells_who_somebody_is_is_taken_out(text, line):
    assert cleaned(text) == line


def test_an_exception_is_cleaned_as_well():
    try:
        raise ValueError("no such phone: 13812345678")
    except ValueError:
        record = said("failed")
        record.exc_info = sys.exc_info()

    assert "13812345678" not in Json().format(record)
    assert "ValueError: no such phone: 1…" in json.loads(Json().format(record))["exception"]


def addresses(patterns, before=""):
    for one in patterns:
        if isinstance(one, URLPattern):
            yield before + str(one.pattern).lstrip("^"), one
        else:
            yield from addresses(one.url_patterns, before + str(one.pattern).lstrip("^"))


def test_no_address_that_is_a_key_is_forgotten():
    """Whatever has a `token`, or a code that is given to few, must be among `KEYS`."""
    forgotten = [
        route
        for route, one in addresses(get_resolver().url_patterns)
        if {"token", "code", "uidb36"} & set(one.pattern.converters)
        and one.name not in OPEN_TO_ALL
        and cleaned("/" + route.replace("<", "").replace(">", "").replace(":", ""))
        == "/" + route.replace("<", "").replace(">", "").replace(":", "")
    ]

    assert (forgotten, len(KEYS)) == ([], 17)
