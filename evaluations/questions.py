"""The questions that ship with the product, and the five steps of each answer (`questionnaires.toml`). Pure."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("questionnaires.toml")
OVERALL = "overall"
"""The question that every questionnaire asks: its answer is how satisfied somebody is."""
SATISFIED_FROM = 4
"""满意 and 非常满意 count as satisfied (field guide 2.11)."""


@cache
def _file() -> dict[str, Any]:
    with FILE.open("rb") as file:
        return tomllib.load(file)


def shipped(audience: str) -> dict[str, Any]:
    """What these people are asked, as it ships: about a project, about an activity, openly, and item by item."""
    return dict(_file()[audience])


def steps(scale: str) -> list[tuple[int, str]]:
    """The five steps of a scale, the best first, as choices."""
    words = _file()["scales"].get(scale) or _file()["scales"]["satisfied"]
    return [(level, words[level - 1]) for level in range(5, 0, -1)]
