"""Marks between words, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _


def lead_in(label: Any) -> str:
    """A label before what is said about it: with a colon, unless it is a sentence of its own."""
    said = str(label)
    if said.endswith(("。", "？", "！")):
        return said
    return said + (" " if said.endswith((".", "?", "!")) else _(": "))
