"""The page on which anything is found. What is looked for stands in the address and is stored nowhere."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from reports.search.finding import Finder, Found
from reports.search.sources import GROUPS
from reports.search.words import MOST_CHARACTERS, MOST_WORDS, read


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """One box over everything that this person may open; without a word, what can be looked for."""
    line = request.GET.get("q", "").replace("\x00", "")
    is_too_long = len(line.strip()) > MOST_CHARACTERS
    asked = read("" if is_too_long else line)
    group = request.GET.get("in", "")
    group = group if group in GROUPS else ""
    after = _key(request.GET.get("after", ""))
    found = Found()
    if asked:
        found = Finder(request.user).find(asked, group=group, after=after)
    context: dict[str, Any] = {
        "q": line,
        "asked": asked,
        "found": found,
        "group": group,
        "is_first": after is None,
        "is_too_long": is_too_long,
        "most_characters": MOST_CHARACTERS,
        "most_words": MOST_WORDS,
    }
    response = render(request, "reports/search.html", context)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _key(text: str) -> int | None:
    """The key below which a page begins; anything else is the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
