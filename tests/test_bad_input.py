"""Nothing that a person or a program can send makes an error page of ours: every form, every kind of rubbish.

A form that is not taken has written nothing. No page shows as a tag what somebody has typed, and none has
anything inline, that the Content-Security-Policy would keep from working.
"""

from contextlib import nullcontext
from zlib import crc32

import pytest
from django.db import connection
from django.utils.html import escape

from tests.life import draft
from tests.pages import no_pages
from tests.sweep.rubbish import MARKUP, RUBBISH, TAG, Fields
from tests.sweep.sending import Answer, Writes, send
from tests.sweep.table import TABLE, address, portions
from tests.sweep.things import things

pytestmark = pytest.mark.one_database
SHOWN = ["", MARKUP, "x" * 3000, MARKUP, "\x00", MARKUP]
"""The answer to markup is laid out, and for every second form that to one more: it takes most of the time."""
ON_PURPOSE = {"evaluations_voteattempt", "projects_scratch"}
"""Written although the form is not taken: that somebody has tried a code, and what was typed into a proposal so far."""
QUERIES = ["?page=x&q=%00&stage=abc&call=zz&field=" + "9" * 21, "?page=-1&q=" + "字" * 300]

__all__ = ["things"]  # the fixture with one of everything


@pytest.mark.parametrize("names", portions())
def test_no_rubbish_in_any_form_or_address_breaks_a_page(names, town, things, browse, without_layout):
    broken, wrong = [], []
    for name in names:
        about, allowed = TABLE[name]
        tried: set[tuple] = set()
        for username in sorted(allowed - {"anonymous"})[:2]:
            statuses, found = answers(browse(town.people[username]), address(name, about, things), tried)
            broken += [(name, username) for status in statuses if status >= 500]
            wrong += [(name, username, what) for what in found]

    assert (broken, wrong) == ([], [])


def answers(client, page: str, tried: set[tuple]) -> tuple[list[int], list[str]]:
    """How a page with a form answers to every kind of rubbish, in its address and in its fields, and what is wrong in
    it: what is inline, a sign of a tag that somebody typed, a table written to by a form that was not taken.

    The same fields are tried once, whoever sees them: what is typed into them goes the same way.
    """
    client.raise_request_exception = False
    with connection.execute_wrapper(reading := Writes()):
        response = client.get(page)
    if response.status_code != 200 or "text/html" not in response["Content-Type"]:
        return [response.status_code], []
    fields = Fields(response.content.decode())
    names = tuple(name for name, _kind, _value in fields.found)
    if names in tried:
        return [response.status_code], fields.inline
    tried.add(names)
    turn = crc32(repr(names).encode())  # from form to form another one
    found, wrong = [], fields.inline
    for query in QUERIES:
        with nullcontext() if query == QUERIES[turn % len(QUERIES)] else no_pages():
            found.append(client.get(page + query).status_code)
    for rubbish in [*RUBBISH, None]:
        sent = dict.fromkeys(names, "x") if rubbish is None else fields.sent(rubbish)
        with nullcontext() if rubbish in (MARKUP, SHOWN[turn % len(SHOWN)]) else no_pages():
            answer = send(client, page, sent)
        found.append(answer.status)
        wrong += written_by_mistake(answer, reading.tables)
        wrong += ["a tag that somebody typed"] if TAG in answer.page else []
    return found, wrong


def written_by_mistake(answer: Answer, by_reading: list[str]) -> list[str]:
    """What a form that was not taken has written all the same; that somebody has read a page may be noted."""
    may = ON_PURPOSE | (set(by_reading) if answer.is_page else set())
    written = set() if answer.is_done else set(answer.tables) - may
    return [f"{answer.status} and yet written: {one}" for one in sorted(written)]


def test_what_is_inline_is_seen():
    text = """<p style="color:red" onclick="x()">a</p><a href="javascript:x()">b</a><style>p{}</style>
    <script>x()</script><script src="/a.js"></script><script type="application/json">{}</script><p class="on">c</p>"""

    assert Fields(text).inline == ["p style", "p onclick", "a href", "style", "script"]


def test_what_people_write_is_text_and_no_markup_and_no_template(town, browse):
    written = '<b onclick="x()">粗</b> **粗** [链接](https://evil.example) {{ project.pk }} {% now "Y" %} ${7*7}'
    project = draft(town, title=written, needs=written)

    page = browse(town.head).get(project.get_absolute_url()).content.decode()

    texts = page.split("<main")[1]
    assert texts.count(escape(written)) >= 2  # as a heading, and where the needs are told
    assert (written in page, 'evil.example"' in page, Fields(page).inline) == (False, False, [])
