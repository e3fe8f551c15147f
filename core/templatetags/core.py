"""Tags that every template has: amounts, permissions, due days, masked personal data."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import rules
from django import template
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock, masking, money
from core.models import DailyRoot
from core.workflow import lead_in

register = template.Library()
register.filter(lead_in)

register.filter("mask_name", masking.mask_name)
register.filter("mask_phone", masking.mask_phone)
register.filter("mask_account", masking.mask_account)
register.filter("mask_email", masking.mask_email)
register.filter("in_words", money.in_words)


@register.filter
def yuan(amount: Decimal | None) -> str:
    """An amount as people read it: 12,345.00; a dash when there is none."""
    return "—" if amount in (None, "") else money.yuan(amount)


@register.filter
def whole_yuan(amount: Decimal | None) -> str:
    """A large amount without fen, for headlines: 1,234,500."""
    return f"{amount or 0:,.0f}"


@register.filter
def points(value: Decimal | None) -> str:
    """Points without needless zeros: 18, 17.5; a dash when there are none."""
    return "—" if value in (None, "") else money.plain(value)


@register.filter
def percent(part: Decimal | int | None, whole: Decimal | int | None) -> int:
    """How much of the whole the part is, 0 to 100, for a bar's width."""
    return min(100, round(100 * float(part) / float(whole))) if part and whole else 0


@register.inclusion_tag("core/_log_root.html")
def log_root() -> dict[str, DailyRoot | None]:
    """The latest root of the sealed log, at the foot of what is put to public notice."""
    return {"root": DailyRoot.objects.first()}


@register.simple_tag
def allowed(permission: str, user: Any, obj: Any) -> bool:
    """`{% allowed "projects.submit" user project as may_submit %}`: asked of `rules`, as `advance` does."""
    return rules.has_perm(permission, user, obj)


@register.filter
def due(day: date | None) -> str:
    """A due day (or moment) as a badge: overdue, today, in so many days."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = clock.localdate(day)
    left = (day - clock.today()).days
    if left < 0:
        tone, text = "bad", ngettext("%(n)s day overdue", "%(n)s days overdue", -left) % {"n": -left}
    elif left == 0:
        tone, text = "warn", _("due today")
    else:
        tone = "warn" if left <= 3 else "wait"
        text = ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}
    return format_html('<span class="badge badge-{}" title="{}">{}</span>', tone, day.isoformat(), text)


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the pictures in `img/icons.svg`, for the eye only. A page has dozens: an included template takes ten times
    as long."""
    use = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#i-{}"></use></svg>'
    return format_html(use, static("img/icons.svg"), name)


@register.simple_tag(takes_context=True)
def nav_link(context: Context, page: str, label: str, picture: str, count: int = 0) -> SafeString:
    """A page of the header, as a line of its list: marked while one is there or below it, with how many wait there."""
    to, here = reverse(page), getattr(context.get("request"), "path", "")  # a page about an error may have none
    current = format_html(' aria-current="{}"', "page" if here == to else "true") if here.startswith(to) else ""
    number = format_html(' <span class="nav-count">{}</span>', count) if count else ""
    return format_html('<li><a href="{}"{}>{}{}{}</a></li>', to, current, icon(picture), label, number)


@register.simple_tag
def options(widget: dict[str, Any]) -> SafeString:
    """What a list offers, in its groups; Django's empty choice, a row of dashes, says what it is for."""
    empty = _("Please choose") if widget["required"] else _("(none)")
    lines: list[str] = []
    for group, choices, _place in widget["optgroups"]:
        if group:
            lines.append(format_html('\n  <optgroup label="{}">', group))
        lines += [_option(each, empty) for each in choices]
        if group:
            lines.append("\n  </optgroup>")
    return mark_safe("".join(lines))


def _option(option: dict[str, Any], empty: str) -> SafeString:
    label = empty if option["label"] == "---------" else localize(option["label"])
    given = [(name, value) for name, value in option["attrs"].items() if value is not False]
    if not given:
        return format_html('\n  <option value="{}">{}</option>', str(option["value"]), label)
    marks = [format_html(" {}" if value is True else ' {}="{}"', name, value) for name, value in given]
    return format_html('\n  <option value="{}"{}>{}</option>', str(option["value"]), mark_safe("".join(marks)), label)


@register.filter
def chosen_again(field: BoundField) -> str:
    """The names of the files that were sent with a form which is now shown again, "" if there were none.

    A browser lets go of chosen files with every answer, so whoever is shown the form again must choose them again. One
    file that was refused itself is named by its error, and one that is only read (`kept=False`) was read.
    """
    if not field.form.is_bound or not getattr(field.field, "kept", True):
        return ""
    sent = field.data if isinstance(field.data, list | tuple) else [field.data]
    names = [file.name for file in sent if isinstance(file, UploadedFile) and file.name]
    return "" if field.errors and len(names) == 1 else "、".join(names)


@register.filter
def get(mapping: dict, key: Any) -> Any:
    """A value of a dictionary by a key held in a variable."""
    return mapping.get(key) if mapping else None


SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"),
           ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"))  # fmt: skip
BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("QQBrowser", "QQ浏览器"), ("Firefox", "Firefox"),
            ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


@register.filter
def device_name(user_agent: str) -> str:
    """What a person would call the device that a browser says it is: “iPhone · 微信”."""
    found = [next((name for mark, name in names if mark in user_agent), "") for names in (SYSTEMS, BROWSERS)]
    return " · ".join(filter(None, found)) or _("Unknown device")
