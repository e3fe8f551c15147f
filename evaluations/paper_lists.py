"""The papers that a document check goes through: the platform's list as data. Pure."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("papers.toml")
LENGTH, MOST = 120, 60
"""Characters of a paper's name, and how many papers a list may have."""


@cache
def _lists() -> dict[str, list[str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def standard_papers(purpose: str) -> list[str]:
    """The platform's list for "midterm" or "final"."""
    return list(_lists()[purpose])


def papers_in(text: str) -> list[str]:
    """The papers in a text, one a line, each once."""
    names = (line.strip()[:LENGTH] for line in text.splitlines())
    return list(dict.fromkeys(name for name in names if name))[:MOST]
