"""What evaluators look at on site: checklists as data, each with its version and its use (`site_checklists.toml`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from projects import checklists
from projects.checklists import Answered, Checklist

FILE = Path(__file__).with_name("site_checklists.toml")


def every() -> dict[int, Checklist]:
    """Every version that there ever was."""
    return checklists.checklists(FILE)


def current(purpose: str) -> Checklist:
    """The newest for a midterm or a final evaluation."""
    return checklists.current(FILE, purpose)


def answered(version: int, answers: Mapping[str, Any]) -> list[tuple[str, list[Answered]]]:
    return checklists.answered(version, answers, FILE)
