"""Residents' ballots as they come in a table: a code in the first column, the numbers of projects after it.

Pure reading, no ORM. Every row that is wrong is named, so that the table can be mended in one go.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

CODE, PROJECT = "票号", "项目编号"
LONGEST = 40
_BETWEEN = re.compile(r"[\s,;、，；]+")


@dataclass
class Reading:
    """The approvals by the code of each ballot, and a sentence for everything that is wrong."""

    ballots: dict[str, set[int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def read_ballots(
    headings: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]], numbers: Mapping[str, int]
) -> Reading:
    """`numbers` are the projects that can be voted for, by number. Columns that are headed otherwise are left alone."""
    found = Reading()
    codes = [at for at, heading in enumerate(headings) if heading == CODE]
    columns = [at for at, heading in enumerate(headings) if heading.startswith(PROJECT)]
    if len(codes) != 1 or not columns:
        found.errors.append(
            _("The table needs one column “%(code)s” and at least one column “%(project)s”.")
            % {"code": CODE, "project": PROJECT}
        )
        return found
    seen: dict[str, int] = {}
    for row, cells in rows:
        code, voted = _text(cells, codes[0]), [name for at in columns for name in _BETWEEN.split(_text(cells, at))]
        named = [name for name in voted if name]
        unknown = [name for name in dict.fromkeys(named) if name not in numbers]
        said: dict[str, Any] = {"row": row, "code": code, "project": "、".join(unknown), "longest": LONGEST}
        if not code:
            found.errors.append(_("Row %(row)s: the code of the ballot is missing.") % said)
        elif len(code) > LONGEST:
            found.errors.append(_("Row %(row)s: the code has more than %(longest)s characters.") % said)
        elif code in seen:
            said["first"] = seen[code]
            found.errors.append(_("Row %(row)s: ballot %(code)s stands in row %(first)s already.") % said)
        seen.setdefault(code, row)
        if unknown:
            found.errors.append(_("Row %(row)s: %(project)s cannot be voted for in this call.") % said)
        elif not named:
            found.errors.append(_("Row %(row)s: no project is named.") % said)
        found.ballots.setdefault(code, {numbers[name] for name in named if name in numbers})
    if not seen:
        found.errors.append(_("There is no ballot in the table."))
    return found


def _text(cells: Sequence[Any], at: int) -> str:
    """As it was written; a spreadsheet makes 1.0 of a code 1."""
    cell = cells[at] if at < len(cells) else None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
