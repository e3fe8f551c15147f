"""Nothing that a person or a program can send makes an error page of ours: every form, every kind of rubbish."""

from html.parser import HTMLParser

import pytest

from tests.test_permissions import TABLE, address, things

RUBBISH = ["", "-1", "1.005", "９９９", "x" * 3000, "\x00", "2026-02-30", "9" * 21, "😀" * 50, "None"]
QUERIES = ["?page=x", "?page=-1", "?q=%00", "?stage=abc&call=zz&field=" + "9" * 21, "?q=" + "字" * 300]

__all__ = ["things"]  # the fixture with one of everything


class Fields(HTMLParser):
    """The names of a page's fields, with their type and value."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name = attributes.get("name")
        if tag in ("input", "select", "textarea", "button") and name and name != "csrfmiddlewaretoken":
            self.found.append((name, attributes.get("type") or "", attributes.get("value") or ""))

    def sent(self, rubbish: str) -> dict[str, str]:
        """Hidden fields as they are, everything else as rubbish."""
        return {name: value if kind == "hidden" else rubbish for name, kind, value in self.found}


@pytest.mark.django_db
def test_no_rubbish_in_any_form_or_address_breaks_a_page(town, things, browse):
    broken = []
    for name, (about, allowed) in TABLE.items():
        for username in sorted(allowed - {"anonymous"})[:2]:
            client = browse(town.people[username])
            client.raise_request_exception = False
            page = address(name, about, things)
            response = client.get(page)
            if response.status_code != 200 or "text/html" not in response["Content-Type"]:
                continue
            fields = Fields(response.content.decode())
            answers = [client.get(page + query) for query in QUERIES]
            answers += [client.post(page, fields.sent(rubbish)) for rubbish in RUBBISH]
            answers.append(client.post(page, {field: "x" for field, _kind, _value in fields.found}))
            broken += [(name, username) for answer in answers if answer.status_code >= 500]

    assert broken == []
