"""How the templates of official papers set words: see `reports.official` for the rules."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports import official

register = template.Library()


@register.simple_tag
def title_lines(*parts: str) -> SafeString:
    """`{% title_lines call.title "项目" "立项通知书" %}`: a title in balanced lines."""
    return _lines(official.balanced([str(part) for part in parts]))


@register.simple_tag
def red_mark(name: str, suffix: str = "") -> SafeString:
    """`{% red_mark author "文件" %}`: 发文机关标志, as large as it fits."""
    text = f"{name}{suffix}"
    return format_html('<div class="mark {}">{}</div>', official.mark_size(text), _lines(official.mark_lines(text)))


def _lines(lines: list[str]) -> SafeString:
    return format_html_join("", "<span>{}</span>", ((line,) for line in lines))


@register.filter
def paragraphs(text: str) -> SafeString:
    """What somebody typed, a paragraph a line; lines that begin with 一、 or （一） are headings."""
    return format_html_join("\n", "{}", ((_paragraph(line.strip()),) for line in text.splitlines() if line.strip()))


def _paragraph(line: str) -> SafeString:
    level, heading, rest = official.level(line)
    if not heading:
        return format_html("<p>{}</p>", line)
    return format_html('<p><span class="{}">{}</span>{}</p>', level, heading, rest)


@register.simple_tag
def tier(place: int) -> str:
    """The number of a heading of the second level: 2 → （二）."""
    return f"（{official.numeral(place)}）"
