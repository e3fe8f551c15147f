"""What nobody should send: into every field of a form, and under every name that a view reads."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from django.forms.forms import BaseForm

ROOT = Path(__file__).parent.parent.parent
MARKUP = """<b onx=1>'"--"""
"""Would be a tag in a page and the end of a string in SQL."""
TAG = "<b onx"
"""How it begins where it has not been escaped."""
RUBBISH = ["", "-1", "1.005", "９９９", "2026-02-30", "😀" * 50, "x" * 3000, "\x00", "9" * 21, MARKUP]
READ = re.compile(r"""POST(?:\.get|\.getlist)?[(\[]\s*["'](\w+)["']""")


class Fields(HTMLParser):
    """The names of a page's fields, with their type and value; `inline` is what a browser would not run or show, and
    `forms` has where each form goes, by which method, and its fields."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.inline: list[str] = []
        self.forms: list[tuple[str, str, list[tuple[str, str, str]]]] = []
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
            if self.forms:
                self.forms[-1][2].append(self.found[-1])
        if tag == "form":
            self.forms.append((attributes.get("action") or "", (attributes.get("method") or "get").lower(), []))

    def sent(self, rubbish: str) -> dict[str, str]:
        """Hidden fields as they are, everything else as rubbish."""
        return {name: value if kind == "hidden" else rubbish for name, kind, value in self.found}


@cache
def read_in(app: str) -> tuple[str, ...]:
    """Every name that a form of this app has or one of its views reads by itself: what a button may look for."""
    found = {name for path in (ROOT / app).rglob("*.py") for name in READ.findall(path.read_text(encoding="utf-8"))}
    forms = [BaseForm]
    for form in forms:  # grows while it is walked
        forms += form.__subclasses__()
        if form.__module__.partition(".")[0] == app:
            found |= set(getattr(form, "base_fields", {}))
    return tuple(sorted(found))


def app_of(view) -> str:
    return view.__module__.partition(".")[0]
