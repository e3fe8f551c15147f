"""What a person can do with a page: its form's fields, and nothing that the page does not offer."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest


@contextmanager
def no_pages() -> Iterator[None]:
    """Pages are not filled in: for sweeps that ask thousands of times. What a page looks like is asked elsewhere:
    test_bad_input opens every one of them, and the walk through the demo many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.template.backends.django.Template.render", lambda *_args, **_options: "")
        yield


class Offered(HTMLParser):
    """The fields of a page with what stands in them; `choices` of the lists, by name."""

    def __init__(self, text: str):
        super().__init__()
        self.values: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.links: list[str] = []
        self._list = self._text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag == "select":
            self._list, self.choices[name], self.values[name] = name, [], ""
        elif tag == "option" and self._list:
            self.choices[self._list].append(value)
            if "selected" in found:
                self.values[self._list] = value
        elif tag == "input" and found.get("type") in ("radio", "checkbox"):
            self.choices.setdefault(name, []).append(value or "on")
            if "checked" in found:
                self.values[name] = value or "on"
        elif tag in ("input", "textarea") and name:
            self.values[name] = value
            self._text = name if tag == "textarea" else ""

    def handle_endtag(self, tag):
        if tag == "select":
            self._list = ""
        elif tag == "textarea":
            self.values[self._text] = self.values[self._text].removeprefix("\n")
            self._text = ""

    def handle_data(self, data):
        if self._text:
            self.values[self._text] += data

    def filled(self, **typed: object) -> dict[str, str]:
        """What is sent after somebody has typed this; a field or choice that the page does not offer is an error."""
        sent = {name: value for name, value in self.values.items() if name != "csrfmiddlewaretoken"}
        for name, value in typed.items():
            assert name in self.values or name in self.choices, f"the page has no field {name}"
            assert name not in self.choices or str(value) in self.choices[name], f"{name} does not offer {value}"
            sent[name] = str(value)
        return sent
