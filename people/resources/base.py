"""Tables that go in and out: what every one of them has in common.

django-import-export declares the columns (fields, widgets, how a value is shown); its way of importing
asks the database several questions a row, so here rows are examined and written in batches instead
(docs/adr/0006-spreadsheets.md). A table of its own needs little more than `Meta`, `required` and `check`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources
from import_export.fields import Field

from core import spreadsheets
from core.identifiers import half_width
from core.workbooks import NoResult
from core.workflow import record_each
from people.resources import widgets
from people.resources.contradictions import contradictions
from people.resources.rows import Column, Outcome, Row

CHUNK = 1000
"""Rows that are examined together and written in one transaction."""

PIECE = 500
"""Objects that are held at a time, where all are read."""

REMARK = gettext_lazy("What is wrong")
"""Heading of the column that says why a row was not taken; read back, it is passed over."""

MASK = "***"


class TableResource(resources.ModelResource):
    """A table of one model, known by `Meta.import_id_fields`: known rows are changed, others added, none deleted.

    What is set by each table: `required` columns, `one_of` (at least one of these columns), `unique`
    attributes, `masked` columns with their mask, `hints` and `example` for the template, `ignored`
    headings of the files as they come, `labels` of columns that are no field of the model, and `logged`:
    every row that is written leaves a line in the log.
    """

    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    masked: Mapping[str, Any] = {}
    hints: Mapping[str, Any] = {}
    example: Mapping[str, Any] = {}
    labels: Mapping[str, Any] = {}
    ignored: tuple[str, ...] = ()
    only_out: tuple[str, ...] = ()  # columns that are shown and, read back, passed over
    logged = False
    subject_model: Any = None  # whose log keeps it, if not the model's own

    def __init__(self, *, by: Any = None, rehearsal: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by
        self.rehearsal = rehearsal  # nothing is written, so rows of the file must be found in the file
        self.seen: dict[Any, int] = {}
        self.claimed: dict[tuple[str, Any], int] = {}
        self.known: dict[Any, models.Model] = {}
        self.holders: dict[tuple[str, Any], int] = {}

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        return Field(attribute=field_name, column_name=field_name, widget=cls.widget_for(django_field))

    @classmethod
    def widget_for(cls, django_field: Any) -> Any:
        """The widget of a model's field, unless the table declares another."""
        if django_field.choices:
            return widgets.ChoiceWidget(django_field.choices)
        if isinstance(django_field, models.DateField):
            return widgets.DayWidget()
        if isinstance(django_field, models.DecimalField):
            return widgets.AmountWidget()
        return widgets.WholeNumberWidget() if isinstance(django_field, models.IntegerField) else widgets.TextWidget()

    # -- Columns -----------------------------------------------------------------------------------

    def column_names(self) -> list[str]:
        return [name for name in self._meta.fields if name not in self.only_out]

    def label(self, name: str) -> str:
        """The column's heading in the reader's language."""
        label = self.labels.get(name) or self._meta.model._meta.get_field(name).verbose_name
        return capfirst(str(label))

    def columns(self) -> list[Column]:
        """Every column, with what people need to know about it."""
        found = []
        for name in self.column_names():
            hint = self.hints.get(name) or ("" if name in self.labels else self._help(name))
            example = self.example.get(name)
            required = name in self.required
            found.append(Column(name, self.label(name), self.fields[name].widget, required, str(hint), example))
        return found

    def out_columns(self) -> list[Column]:
        """The columns of a table that is taken out: those that can be read back, and what is decided elsewhere."""
        shown = [Column(name, self.label(name), self.fields[name].widget, False, "", None) for name in self.only_out]
        return [*self.columns(), *shown]

    def options(self, name: str) -> list[str]:
        """What may be chosen in a column: the list that a template offers; empty where anything may stand."""
        widget = self.fields[name].widget
        return widget.labels if isinstance(widget, widgets.ChoiceWidget) else []

    def _help(self, name: str) -> str:
        return str(self._meta.model._meta.get_field(name).help_text)

    def recognise(self, headings: list[str]) -> list[str | None]:
        """The column's name for each heading (None: passed over); `ValidationError` with everything wrong.

        A heading is the field's name or its words in any language of the site; a star, capital letters and
        full width do not matter.
        """
        spoken = {_plain(name): name for name in self.column_names()}
        passed_over = {_plain(name) for name in self.ignored}
        for code, _language in settings.LANGUAGES:
            with translation.override(code):
                spoken |= {_plain(self.label(name)): name for name in self.column_names()}
                passed_over |= {_plain(str(REMARK)), *(_plain(self.label(name)) for name in self.only_out)}
        unknown = [heading for heading in headings if _plain(heading) not in {*spoken, *passed_over}]
        found = [spoken.get(_plain(heading)) for heading in headings]
        names = [name for name in found if name]
        twice = sorted({name for name in names if names.count(name) > 1}, key=names.index)
        missing = [name for name in self.required if name not in names]
        problems = [
            (unknown, _("These headings are not known here: %(names)s."), [f"“{heading[:60]}”" for heading in unknown]),
            (missing, _("These columns are missing: %(names)s."), [self.label(name) for name in missing]),
            (twice, _("These columns are there twice: %(names)s."), [self.label(name) for name in twice]),
        ]
        errors = [message % {"names": ", ".join(words)} for wrong, message, words in problems if wrong]
        if self.one_of and not set(self.one_of) & set(names):
            words = ", ".join(self.label(name) for name in self.one_of)
            errors.append(_("At least one of these columns is needed: %(names)s.") % {"names": words})
        if errors:
            raise ValidationError(errors, code="headings")
        return found

    def rows(self, table: Any) -> Iterator[Row]:
        """The rows of a `core.spreadsheets.Table`, without the example of the template."""
        names = self.recognise(table.headings)
        wanted = [name for name in names if name]
        examples = [example for example in self._examples() if set(example) <= set(wanted)]
        for number, cells in table.rows:
            given = dict.fromkeys(wanted) | {name: cell for name, cell in zip(names, cells, strict=False) if name}
            surplus = any(widgets.text(cell) for cell in cells[len(names) :])
            if not any(_is_example(given, example) for example in examples):
                yield Row(number, given, surplus)

    def read(self, upload: Any, *, most: int, if_none: str) -> list[Row]:
        """The examined rows of a table that is entered at once and not kept: from one row to `most` of them, else
        `ValidationError`, as for what is no such table. `if_none` says that it is empty."""
        rows: list[Row] = []
        for row in self.rows(spreadsheets.read(upload)):
            rows.append(row)
            if len(rows) > most:
                raise ValidationError(_("At most %(n)s rows at once.") % {"n": most})
        if not rows:
            raise ValidationError(if_none)
        self.examine(rows)
        return rows

    def _examples(self) -> list[dict[str, str]]:
        """The example of the template, as it reads in each language."""
        found = []
        for code, _language in settings.LANGUAGES:
            with translation.override(code):
                found.append({name: self.example_text(name) for name in self.example})
        return found

    def example_text(self, name: str) -> str:
        widget = self.fields[name].widget
        return str(widget.render(self.example[name]))

    # -- Examining ---------------------------------------------------------------------------------

    phases = 1
    """So often the file is gone through, where some of its rows need others: each in the phase that it belongs to."""

    def phase_of(self, row: Row) -> int:
        return 0

    def examine(self, rows: list[Row]) -> None:
        """Say of each row whether it is new, changed, unchanged or wrong; some questions for all of them."""
        for row in rows:
            self.clean(row)
        self.look_up(rows)
        for row in rows:
            self.settle(row)
            if row.errors:
                row.outcome = Outcome.WRONG

    def clean(self, row: Row) -> None:
        """Each cell by its widget."""
        if row.surplus:
            row.blame("", _("The row has more cells than there are headings."))
        for name, cell in row.cells.items():
            if name in self.masked and isinstance(cell, str) and MASK in cell:
                row.blame(name, _("This value is hidden by stars: enter the whole, or leave the column out."))
                continue
            if isinstance(cell, NoResult):
                row.blame(name, _("This formula has no result in the file. Save the file again, or enter the value."))
                continue
            try:
                row.values[name] = self.fields[name].widget.clean(cell, row=row.cells)
            except ValidationError as error:
                row.blame(name, *error.messages)
        for name in self.required:
            if row.values.get(name, 0) in (None, ""):
                row.blame(name, _("Must not be empty."))

    def key_of(self, row: Row) -> Any:
        """By what the row is known; None if that is missing or wrong."""
        (name,) = self._meta.import_id_fields
        return row.values.get(name) or None

    def look_up(self, rows: list[Row]) -> None:
        """Read what these rows are about: one question for the objects, one for each unique attribute."""
        (name,) = self._meta.import_id_fields
        keys = {key for row in rows if (key := self.key_of(row))}
        self.known = {getattr(obj, name): obj for obj in self._meta.model.objects.filter(**{f"{name}__in": keys})}
        self.find_holders(rows)

    def find_holders(self, rows: list[Row]) -> None:
        """Who has the unique values of these rows already."""
        self.holders = {}
        for name in self.unique:
            values = {value for row in rows if (value := row.values.get(name))}
            found = self._meta.model.objects.filter(**{f"{name}__in": values}).values_list(name, "pk")
            self.holders |= {(name, value): pk for value, pk in found}

    def settle(self, row: Row) -> None:
        """Compare the row with what is stored, and check what would be stored."""
        key = self.key_of(row)
        if key is None:
            if not row.errors:
                row.blame(self._meta.import_id_fields[0], _("Must not be empty."))
            return
        if (twin := self.seen.setdefault(key, row.number)) != row.number:
            row.blame("", _("Row %(row)s is about the same.") % {"row": twin})
            return
        known = self.known.get(key)
        row.instance = known or self._meta.model()
        self.compare(row, new=known is None)
        if known is None or row.changes:
            self.validate(row, new=known is None)
        row.outcome = Outcome.NEW if known is None else Outcome.CHANGED if row.changes else Outcome.UNCHANGED

    def compare(self, row: Row, *, new: bool) -> None:
        """Give the object the row's values and keep what differs."""
        for name, value in row.values.items():
            before = None if new else getattr(row.instance, name)
            # An empty cell of a new row leaves the default of the field.
            if value not in (None, "") if new else before != value:
                row.changes[name] = (before, value)
                setattr(row.instance, name, value)

    @cached_property
    def _not_ours(self) -> set[str]:
        """Relations, and states: only `core.workflow.advance` sets these, so no table has a column for one."""
        fields = self._meta.model._meta.concrete_fields
        return {f.name for f in fields if f.is_relation or f.generated or getattr(f, "protected", False)}

    def validate(self, row: Row, *, new: bool) -> None:
        """The model's own checks, uniqueness also within the file, and what the table knows besides."""
        try:
            row.instance.clean_fields(exclude=self._not_ours | set(row.errors))
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                row.blame("" if name == NON_FIELD_ERRORS or name not in self.fields else name, *messages)
        for name in self.unique:
            value = getattr(row.instance, name)
            if value and name not in row.errors:
                self._claim(row, name, value)
        self.check(row, new=new)
        if not row.errors and self.rehearsal:  # a question a row; afterwards the database refuses by itself
            self.say_contradictions(row)

    def say_contradictions(self, row: Row) -> None:
        """What the database would refuse, or has refused, said at the row."""
        for fields in contradictions(row.instance):
            names = [name for name in self.column_names() if name in fields]
            labels = ", ".join(self.label(name) for name in names)
            row.blame(names[-1] if names else "", _("These contradict each other: %(names)s.") % {"names": labels})

    def _claim(self, row: Row, name: str, value: Any) -> None:
        if self.holders.get((name, value), row.instance.pk) != row.instance.pk:
            row.blame(name, _("Another entry on the platform has this value already."))
        elif (twin := self.claimed.setdefault((name, value), row.number)) != row.number:
            row.blame(name, _("Row %(row)s has the same value.") % {"row": twin})

    def check(self, row: Row, *, new: bool) -> None:
        """What only this table knows; `row.blame` what is wrong."""

    # -- Writing -----------------------------------------------------------------------------------

    def write(self, rows: list[Row]) -> None:
        """Store the new and changed ones among these rows, in as few statements as there can be."""
        new = [row for row in rows if row.outcome == Outcome.NEW]
        changed = [row for row in rows if row.outcome == Outcome.CHANGED]
        self.store(new, changed)
        if self.logged:
            self.log(new, changed)

    def store(self, new: list[Row], changed: list[Row]) -> None:
        manager = self._meta.model._default_manager
        manager.bulk_create([row.instance for row in new], batch_size=CHUNK)
        upsert(self._meta.model, [row.instance for row in changed], {name for row in changed for name in row.changes})

    def log(self, new: list[Row], changed: list[Row]) -> None:
        """A line for every object; of a change it keeps what this table says about it."""
        model = self.subject_model or self._meta.model
        added = [(self.subject(row).pk, {}) for row in new]
        record_each(model, added, "import", by=self.by, label=_("Entered from a table"))
        kept = [(self.subject(row).pk, {"changes": self.noted(row)}) for row in changed]
        record_each(model, kept, "import", by=self.by, label=_("Changed from a table"))

    def subject(self, row: Row) -> models.Model:
        """Whose log it is."""
        return row.instance

    def forget(self, row: Row) -> None:
        """Undo what a failed attempt to write has left on the objects, before another one."""
        if row.outcome == Outcome.NEW:
            row.instance.pk = None

    def noted(self, row: Row) -> dict[str, Any]:
        """What the log keeps of a change: only which columns, unless the table says more."""
        return dict.fromkeys(row.changes, True)

    # -- Showing -----------------------------------------------------------------------------------

    def exported(self) -> models.QuerySet[Any]:
        """Everything this person may see, in a stable order."""
        return self._meta.model._default_manager.order_by("pk")

    def exported_rows(self, *, full: bool) -> Iterator[list[Any]]:
        """The cells of every object, with real dates and numbers; masked unless `full`. Read in pieces, in the language
        in which it is begun; how a column is shown is decided once."""
        shown = [self._shown(name, full=full) for name in (*self.column_names(), *self.only_out)]
        for instance in self.exported().iterator(chunk_size=PIECE):
            self.complete(instance)
            yield [show(value(instance)) for value, show in shown]

    def complete(self, instance: Any) -> None:
        """Give an object what a column shows and the model has no field for."""

    def _shown(self, name: str, *, full: bool) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
        """How the value of a column is found in an object, and how it is shown."""
        field = self.fields[name]
        show = field.widget.shown()
        if not full and (mask := self.masked.get(name)):
            return field.get_value, lambda value: mask(str(said)) if (said := show(value)) else said
        own = self._meta.model.__dict__.get(field.attribute)
        return (attrgetter(field.attribute) if isinstance(own, DeferredAttribute) else field.get_value), show


def upsert(model: type[models.Model], instances: list[Any], fields: Iterable[str]) -> None:
    """Store changed objects in one statement: an insert that finds them there is faster than `bulk_update`."""
    fields = sorted(fields)
    if instances and fields:
        model._default_manager.bulk_create(
            instances, batch_size=CHUNK, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )


def _is_example(given: Mapping[str, Any], example: Mapping[str, str]) -> bool:
    return bool(example) and all(widgets.text(given[name]) == said for name, said in example.items())


def _plain(heading: str) -> str:
    """A heading as it is compared: half width, small letters, without spaces and stars."""
    return "".join(half_width(heading).casefold().replace("*", "").split())
