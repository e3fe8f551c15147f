"""Chapters of a long paper, and its table of contents.

Chapters are numbered here, so that one which is left out leaves no gap in the numbers and every heading stands in the
contents as it stands in the text. On which page each begins, WeasyPrint says (`target-counter` in pdf/long.css).
"""

import re
from itertools import count

from django import template
from django.utils.safestring import SafeString, mark_safe

from reports import official

register = template.Library()

_HEADING = re.compile(r'<h2(?: class="([^"]*)")?>(.*?)</h2>', re.DOTALL)
PLAIN = "unnumbered"
"""Class of a heading that has no number: 附, signatures."""


@register.simple_block_tag
def chapters(content: SafeString, contents: str = "page") -> SafeString:
    """`{% chapters %}…{% endchapters %}`: numbers each <h2> of the block, 一、 二、 and so on, and puts the contents
    on a page before it. `contents`: "short" puts them above the first chapter, "none" only numbers the chapters."""
    ordinals, entries = count(1), []

    def heading(found: re.Match[str]) -> str:
        kind, words = found.group(1) or "", found.group(2).strip()
        if PLAIN not in kind.split():
            words = f"{official.numeral(next(ordinals))}、{words}"
        entries.append(words)
        return f'<h2 id="chapter-{len(entries)}" class="{kind}">{words}</h2>'

    numbered = _HEADING.sub(heading, content)
    # Safe: the headings are parts of the template's own output, in which every value was escaped already.
    listed = "".join(f'<p><a href="#chapter-{at}">{words}</a></p>' for at, words in enumerate(entries, start=1))
    if contents == "none" or not entries:
        return mark_safe(numbered)
    kind = "contents contents-short" if contents == "short" else "contents"
    return mark_safe(f'<div class="{kind}"><p class="contents-title">目　录</p>{listed}</div>{numbered}')
