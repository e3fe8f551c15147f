"""What a cell of a table may be, and how it is written: read as people type it, shown as they read it.

These are widgets of django-import-export, so its administration pages read the same cells. Each says what
is wrong with a cell in a sentence (`ValidationError`). `form` and `width` tell the writers of workbooks
what kind of column it is.
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from import_export.widgets import Widget

from core.fields import MoneyFormField
from core.identifiers import half_width
from core.spreadsheets import unguard

# Above this a spreadsheet has dropped digits of the number (it keeps 15), so it is no code any more.
_EXACT = 10**15
_DECIMALS = re.compile(r"(?<=[0-9])\.0+$")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")


def text(cell: Any) -> str:
    """A cell as text: without the apostrophe against formulas, without spaces around it, whole numbers without .0."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        cell = cell.strip()
        return (unguard(cell) if cell.startswith("'") else cell).strip(" \t\r\n\u3000\u00a0\ufeff")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


class CellWidget(Widget):
    """What they have in common. `check` normalises a value or raises `ValidationError`; it is not asked about an empty
    cell."""

    def __init__(self, check: Callable[[Any], Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check

    def checked(self, value: Any) -> Any:
        return self.check(value) if self.check and value else value

    def shown(self) -> Callable[[Any], Any]:
        """What shows the values of a column in a file, in the language of now."""
        return partial(self.render, force_native_type=True)


class TextWidget(CellWidget):
    """A text, as it is."""

    form = "text"
    width = 20

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return self.checked(text(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else str(value)


class CodeWidget(TextWidget):
    """A number by which something is known: half width, without the .0 that a spreadsheet has added.

    `empty` is what an empty cell means (None, where the database knows the code as absent).
    """

    def __init__(self, check: Callable[[str], str] | None = None, *, empty: Any = "", **kwargs: Any) -> None:
        super().__init__(check, **kwargs)
        self.empty = empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        code = half_width(text(value)).strip()
        if not code:
            return self.empty
        if (isinstance(value, int | float) and abs(value) >= _EXACT) or _SCIENTIFIC.fullmatch(code):
            raise ValidationError(
                _(
                    "The spreadsheet has made a number of this code and dropped digits (%(value)s). Format the "
                    "column as text and enter it again."
                ),
                code="digits_lost",
                params={"value": code[:40]},
            )
        return self.checked(_DECIMALS.sub("", code))


class DayWidget(CellWidget):
    """A day: a date of the spreadsheet, 2026-1-5, 2026/1/5, 2026.1.5, 20260105 or 2026年1月5日."""

    form = "date"
    width = 12
    written = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?")
    packed = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        if isinstance(value, datetime):
            return self.checked(value.date())
        if isinstance(value, date):
            return self.checked(value)
        typed = half_width(text(value)).strip()
        if not typed:
            return None
        match = self.written.fullmatch(typed) or self.packed.fullmatch(typed)
        try:
            day = date(*(int(part) for part in match.groups())) if match else None
        except ValueError:
            day = None  # the 30th of February
        if day is None:
            raise ValidationError(
                _("“%(value)s” is not a day. Write it as 2026-01-05."), code="date", params={"value": typed[:40]}
            )
        return self.checked(day)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if kwargs.get("force_native_type"):
            return value
        return value.isoformat() if value else ""


class WholeNumberWidget(CellWidget):
    """A count: 5200, 5,200, ５２００ or 5200.0; None for an empty cell."""

    form = "number"
    width = 10

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        typed = half_width(text(value)).replace(",", "").strip()
        if not typed:
            return None
        if not re.fullmatch(r"-?[0-9]{1,18}(\.0+)?", typed):
            raise ValidationError(_("“%(value)s” is not a whole number."), code="number", params={"value": typed[:40]})
        return int(typed.partition(".")[0])

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if kwargs.get("force_native_type"):
            return value
        return "" if value is None else str(value)


class AmountWidget(CellWidget):
    """An amount in yuan, read as every form of the platform reads it; None for an empty cell."""

    form = "number"
    width = 14

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        # 0.1 + 0.2 in a spreadsheet is 0.30000000000000004; it shows, and means, fifteen digits.
        typed = f"{value:.15g}" if isinstance(value, float) else text(value)
        return MoneyFormField(required=False).clean(typed)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if kwargs.get("force_native_type"):
            return value
        return "" if value is None else format(value, "f")


class ChoiceWidget(CellWidget):
    """One of several values, by its value or by its words in any language of the site; shown in words.

    `offered` are the values that people may choose, where others are only read back.
    """

    form = "choice"
    width = 18

    def __init__(
        self, choices: Iterable[tuple[Any, Any]], *, offered: Collection[Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.choices = [(value, label) for value, label in choices if value not in (None, "")]
        self.offered = offered
        self._values: dict[str, Any] = {}

    @property
    def labels(self) -> list[str]:
        return [str(label) for value, label in self.choices if self.offered is None or value in self.offered]

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        typed = text(value)
        if not typed:
            return ""
        if not self._values:
            for code, _name in settings.LANGUAGES:
                with translation.override(code):
                    self._values |= {half_width(str(label)).casefold(): value for value, label in self.choices}
            self._values |= {str(value).casefold(): value for value, _label in self.choices}
        try:
            return self._values[half_width(typed).casefold()]
        except KeyError:
            raise ValidationError(
                _("“%(value)s” is not one of: %(choices)s."),
                code="choice",
                params={"value": typed[:40], "choices": ", ".join(self.labels)},
            ) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return str(dict(self.choices).get(value, value or ""))

    def shown(self) -> Callable[[Any], Any]:
        words = {value: str(label) for value, label in self.choices}
        return lambda value: words.get(value) or str(value or "")


class ReferenceWidget(CodeWidget):
    """Another object, by its number or name: the resource looks up those of many rows at once."""

    def __init__(self, number: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = number

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value if isinstance(value, str) else str(getattr(value, self.number, "") or "")
