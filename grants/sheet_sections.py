"""A score sheet as people read it: its dimensions with their full points, then bonuses, deductions and vetoes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from grants.models import Nature, Rubric

ORDER = ("points", "bonus", "deduction", "veto")


@dataclass
class Section:
    """Lines that stand under one heading; `most` is what its full points come to."""

    kind: str
    name: str
    rows: list[Any] = field(default_factory=list)
    most: Decimal = Decimal(0)


def sections(rows: Iterable[Any], line: Callable[[Any], Any] = lambda row: row) -> list[Section]:
    """Rows by heading, in the order of the sheet; `line` gives the criterion of a row. A dimension that comes back
    later on the sheet is the same dimension."""
    names = {"points": "", "bonus": _("Bonus"), "deduction": _("Deductions"), "veto": _("Vetoes")}
    found: dict[tuple[str, str], Section] = {}
    for row in rows:
        of = line(row)
        heading = of.dimension if of.kind == "points" else names[of.kind]
        section = found.setdefault((of.kind, heading), Section(of.kind, heading))
        section.rows.append(row)
        section.most += of.weight
    return sorted(found.values(), key=lambda section: ORDER.index(section.kind))


def sheets_of(rubric: Rubric) -> list[tuple[str, list[Section], Decimal]]:
    """What is judged by it, with its full points: for each nature of project, or ("") once where they are alike."""
    natures = [(Nature.SERVICE, "")] if rubric.is_alike else [(nature, str(nature.label)) for nature in Nature]
    return [(label, sections(rubric.lines_for(nature)), rubric.total_for(nature)) for nature, label in natures]
