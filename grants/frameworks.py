"""The evaluation frameworks that come with the platform, read once from `frameworks.toml`. No ORM here."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Framework:
    """One edition of a ready framework: its name, basis, grades and lines, each line by the columns of a criterion.

    `example` says which place's practice it follows, for the bureau that chooses it; it stands on no report.
    """

    key: str
    name: str
    edition: int
    basis: str
    example: str
    grades: dict[str, Decimal]
    lines: tuple[dict[str, Any], ...]


@cache
def frameworks() -> dict[str, Framework]:
    """By key, in the order of the file."""
    text = Path(__file__).with_name("frameworks.toml").read_text(encoding="utf-8")
    return {key: _framework(key, item) for key, item in tomllib.loads(text, parse_float=Decimal).items()}


def _framework(key: str, item: dict[str, Any]) -> Framework:
    grades = {name: Decimal(value) for name, value in item["grades"].items()}
    lines = tuple(_line(position, line) for position, line in enumerate(item["lines"]))
    return Framework(key, item["name"], item["edition"], item["basis"], item.get("example", ""), grades, lines)


def _line(position: int, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "position": position,
        "dimension": line.get("in", ""),
        "name": line["name"],
        "kind": line.get("kind", "points"),
        "weight": Decimal(line.get("points", 0)),
        "nature": line.get("nature", ""),
        "guidance": line["look"],
        "fact": line.get("fact", ""),
        "bands": [[str(figure), str(points)] for figure, points in line.get("bands", ())],
        "per_unit": Decimal(line["each"]) if "each" in line else None,
    }
