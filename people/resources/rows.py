"""What a table consists of: its columns as they are offered to people, its rows, and what becomes of each."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.resources import widgets


class Outcome(models.TextChoices):
    """What an import does, or would do, with a row."""

    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changed")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    WRONG = "wrong", gettext_lazy("Wrong")


@dataclass
class Row:
    """One row of the file, and what has been found about it."""

    number: int
    cells: dict[str, Any]
    surplus: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    outcome: str = Outcome.WRONG
    instance: Any = None
    beside: Any = None  # what a table keeps of a row besides its object

    def blame(self, column: str, *messages: Any) -> None:
        """Say what is wrong, at a column or ("") at the row."""
        self.errors.setdefault(column, []).extend(str(message) for message in messages)


@dataclass(frozen=True)
class Column:
    """A column as it is offered to people."""

    name: str
    label: str
    widget: Any
    required: bool
    hint: str
    example: Any

    def render(self, value: Any) -> str:
        return str(self.widget.render(value))

    @property
    def about(self) -> str:
        """What may stand in it, also where nobody has written a hint."""
        if self.hint:
            return self.hint
        if isinstance(self.widget, widgets.ChoiceWidget):
            return _("One of: %(choices)s") % {"choices": ", ".join(self.widget.labels)}
        kinds = {"date": _("A day, for example 2026-01-05"), "number": _("A number")}
        return kinds.get(self.widget.form, _("Text"))
