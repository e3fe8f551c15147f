"""Nothing that a person or a program can send makes an error page of ours: every form, every kind of rubbish.

And no page has anything inline, that the Content-Security-Policy would keep from working.
"""

from contextlib import nullcontext
from html.parser import HTMLParser
from zlib import crc32

import pytest

from tests.pages import no_pages
from tests.sweep.table import TABLE, address, portions
from tests.sweep.things import things

pytestmark = pytest.mark.one_database
RUBBISH = ["", "-1", "1.005", "９９９", "2026-02-30", "😀" * 50, "x" * 3000, "\x00", "9" * 21]
SHOWN = ["", "x" * 3000, "\x00"]  # the answer to one of them is laid out as well: that takes most of the time
QUERIES = ["?page=x&q=%00&stage=abc&call=zz&field=" + "9" * 21, "?page=-1&q=" + "字" * 300]

__all__ = ["things"]  # the fixture with one of everything


class Fields(HTMLParser):
    """The names of a page's fields, with their type and value; `inline` is what a browser would not run or show."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name = attributes.get("name")
        self.inline += [f"{tag} {key}" for key in attributes if key == "style" or key.startswith("on")]
        self.inline += [f"{tag} {key}" for key, value in attrs if (value or "").lower().startswith("javascript:")]
        if tag == "style" or (tag == "script" and not attributes.get("src") and attributes.get("type") is None):
            self.inline.append(tag)
        if tag in ("input", "select", "textarea", "button") and name and name != "csrfmiddlewaretoken":
            self.found.append((name, attributes.get("type") or "", attributes.get("value") or ""))

    def sent(self, rubbish: str) -> dict[str, str]:
        """Hidden fields as they are, everything else as rubbish."""
        return {name: value if kind == "hidden" else rubbish for name, kind, value in self.found}


@pytest.mark.parametrize("names", portions())
def test_no_rubbish_in_any_form_or_address_breaks_a_page(names, town, things, browse, without_layout):
    broken, inline = [], []
    for name in names:
        about, allowed = TABLE[name]
        tried: set[tuple] = set()
        for username in sorted(allowed - {"anonymous"})[:2]:
            statuses, found = answers(browse(town.people[username]), address(name, about, things), tried)
            broken += [(name, username) for status in statuses if status >= 500]
            inline += [(name, username, what) for what in found]

    assert (broken, inline) == ([], [])


def answers(client, page: str, tried: set[tuple]) -> tuple[list[int], list[str]]:
    """How a page with a form answers to every kind of rubbish, in its address and in its fields, and what is inline.

    The same fields are tried once, whoever sees them: what is typed into them goes the same way.
    """
    client.raise_request_exception = False
    response = client.get(page)
    if response.status_code != 200 or "text/html" not in response["Content-Type"]:
        return [response.status_code], []
    fields = Fields(response.content.decode())
    names = tuple(name for name, _kind, _value in fields.found)
    if names in tried:
        return [response.status_code], fields.inline
    tried.add(names)
    turn = crc32(repr(names).encode())  # from form to form another one
    found = [client.get(page + QUERIES[turn % len(QUERIES)])]
    for rubbish in RUBBISH:
        with nullcontext() if rubbish == SHOWN[turn % len(SHOWN)] else no_pages():
            found.append(client.post(page, fields.sent(rubbish)))
    with no_pages():
        found += [client.get(page + query) for query in QUERIES]
        found.append(client.post(page, {field: "x" for field, _kind, _value in fields.found}))
    return [answer.status_code for answer in found], fields.inline


def test_what_is_inline_is_seen():
    text = """<p style="color:red" onclick="x()">a</p><a href="javascript:x()">b</a><style>p{}</style>
    <script>x()</script><script src="/a.js"></script><script type="application/json">{}</script><p class="on">c</p>"""

    assert Fields(text).inline == ["p style", "p onclick", "a href", "style", "script"]
