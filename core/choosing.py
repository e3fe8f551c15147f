"""One of what may be thousands: chosen from a list while it is short, found by a few words when it is long.

A page with ten thousand communities in a list box takes seconds, and nobody finds theirs in it. So beyond a hundred the
box becomes a line to type in. With JavaScript what fits is offered while one types (`FoundField.source`, the name of an
address that answers by `offer`); without it the words are looked for when the form is sent, and where several rows fit,
these are the list to choose from.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Concat
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import get_default_renderer
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import OFFERED
from core.identifiers import half_width

SUGGESTED = 20
"""So many are offered while somebody types."""
MOST_WORDS = 8
KEY = "#"
"""Stands before a key that was chosen from a list where otherwise words are typed."""
LONGEST = 100


def found(rows: QuerySet, typed: str, columns: Sequence[str]) -> QuerySet:
    """The rows in whose columns, read one behind the other, every word occurs."""
    fits = Q()
    for word in half_width(typed[:LONGEST]).split()[:MOST_WORDS]:
        fits &= Q(_said__contains=word)
    return rows.annotate(_said=Concat(*columns)).filter(fits)


class _Rows(ModelChoiceIterator):
    """What a list box offers: all rows while they are few, else those that fit what was typed."""

    field: "FoundField"

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        field = self.field
        if field.is_short:
            if field.empty_label is not None:
                yield "", str(field.empty_label)
            yield from (self.choice(row) for row in field.first_rows)
            return
        yield "", _("Please choose")
        yield from ((f"{KEY}{row.pk}", field.choice_name(row)) for row in field.several)


class FoundSelect(forms.Select):
    """A list box, or a line to type in: which of them, the number of rows decides."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        field = getattr(self.choices, "field", None)
        if not isinstance(field, FoundField) or field.is_short or field.several:
            return super().get_context(name, value, attrs)
        context = forms.Widget.get_context(self, name, None, attrs)
        context["widget"] |= {"template_name": "core/_found.html", "value": field.words_of(value)}
        if field.empty_label and field.empty_label != "---------":
            context["widget"]["placeholder"] = field.empty_label
        context["source"] = f"{reverse(field.source)}?from={name}" if field.source else ""
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        context = self.get_context(name, value, attrs)
        found = (renderer or get_default_renderer()).render(context["widget"]["template_name"], context)
        return mark_safe(found)  # a template has escaped what is in it


class FoundField(forms.ModelChoiceField):
    """A row of `queryset`: by its key from a list, or by words that occur in `columns` and fit it alone."""

    widget = FoundSelect
    iterator = _Rows
    columns: Sequence[str] = ()
    number = ""
    """The column whose value is shown behind the name, to tell two of the same name apart."""
    source = ""
    several: Sequence[Model] = ()
    """The rows that fit what was typed, when it was not one alone: to choose from."""
    default_error_messages = {
        "nothing_fits": gettext_lazy("Nothing of this name was found: type only a part of it, or the number."),
        "several_fit": gettext_lazy("Several fit what you typed: please choose one of them."),
        "many_fit": gettext_lazy("More than a hundred fit what you typed: please type more of it, or the number."),
    }

    _first: tuple[Any, list[Model]] = (None, [])

    @property
    def rows(self) -> QuerySet:
        assert self.queryset is not None  # a form that leaves it open sets it before it is shown
        return self.queryset

    @property
    def first_rows(self) -> list[Model]:
        """As many as a list box holds and one more; read once for each queryset that the form sets."""
        if self._first[0] is not self.queryset:
            self._first = self.queryset, list(self.rows[: OFFERED + 1])
        return self._first[1]

    @property
    def is_short(self) -> bool:
        return len(self.first_rows) <= OFFERED

    def full_name(self, row: Model) -> str:
        """What stands in the line: the name and the number."""
        return f"{row} {getattr(row, self.number) or ''}".strip() if self.number else str(row)

    def choice_name(self, row: Model) -> str:
        """The same in a list of those that fit."""
        return self.full_name(row)

    def words_of(self, value: Any) -> str:
        """What was typed, as it was typed; of what is stored or was chosen the name."""
        if isinstance(value, str) and not value.startswith(KEY):
            return value
        row = self._of_key(value) if value is not None else None
        return self.full_name(row) if row else ""

    def _of_key(self, value: Any) -> Model | None:
        key = str(value).removeprefix(KEY)
        return self.rows.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() else None

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, Model) or self.is_short:
            return super().to_python(value)
        self.validate_no_null_characters(value)
        if str(value).startswith(KEY) and (chosen := self._of_key(value)):
            return chosen
        typed = half_width(str(value)).strip()
        fitting = list(found(self.rows, typed, self.columns)[: OFFERED + 1])
        same = [row for row in fitting if typed in (str(row), self.full_name(row))]
        if len(same) == 1 or len(fitting) == 1:
            return (same or fitting)[0]
        if len(fitting) > OFFERED:
            raise ValidationError(self.error_messages["many_fit"], code="many_fit")
        if fitting:
            self.several = fitting
            raise ValidationError(self.error_messages["several_fit"], code="several_fit")
        raise ValidationError(self.error_messages["nothing_fits"], code="nothing_fits")

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.is_short or self.disabled:
            return super().has_changed(initial, data)
        return self.words_of(self.prepare_value(initial)) != (data or "")

    @classmethod
    def offer(cls, request: HttpRequest, rows: QuerySet) -> HttpResponse:
        """The answer of `source`: what fits the words typed so far, as options."""
        typed = request.GET.get(request.GET.get("from", ""), "").strip()
        field = cls(rows)
        fitting = found(rows, typed, cls.columns)[:SUGGESTED] if typed else ()
        options = format_html_join("\n", '<option value="{}"></option>', ((field.full_name(row),) for row in fitting))
        return HttpResponse(options)
