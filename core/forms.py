"""Form parts that every app uses: counted texts, dates, phones, several files, refused verbs, stale pages."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from core import clock
from core.files import ACCEPT, ALLOWED, check_size, scan, validate_upload
from core.identifiers import half_width
from core.lately import once_a_minute
from core.models import Rhythm
from core.workflow import Refused

OFFERED = 100


class CountedTextarea(forms.Textarea):
    """A text area that counts characters as a reader does and never cuts off what is pasted into it.

    Browsers send line breaks as two characters: that is undone here. That no widget of ours has a `maxlength`, by which
    a browser cuts silently, is seen to by templates/django/forms/widgets/attrs.html.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 4} | (attrs or {}))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker of a day and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


LONG_AGO = date(1949, 10, 1)
"""Before it nothing that is entered here was registered, granted or given by today's offices."""


def has_been(day: date | None, *, since: date = LONG_AGO) -> date | None:
    """The day, when it lies between `since` and today: else somebody has mistyped it."""
    if day and day > clock.today():
        raise ValidationError(_("This day is in the future."), code="future")
    if day and day < since:
        raise ValidationError(_("This day is too long ago."), code="long_ago")
    return day


def not_long_ago(day: date | datetime) -> None:
    """A day that is planned, or was: before the republic somebody has mistyped the year."""
    if (clock.localdate(day) if isinstance(day, datetime) else day) < LONG_AGO:
        raise ValidationError(_("This day is too long ago."), code="long_ago")


def within_a_year(day: date | datetime) -> None:
    """A last day or an appointment lies at most a year ahead: beyond it somebody has mistyped the year."""
    last = clock.today() + timedelta(days=366)
    if (clock.localdate(day) if isinstance(day, datetime) else day) > last:
        raise ValidationError(_("This is more than a year ahead: please check the year."), code="far")


class TabField(forms.CharField):
    """Which browser tab sends the form, and as its how manieth: filled in by static/js/draft.js, empty without it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=32, widget=forms.HiddenInput, **kwargs)


class PhoneField(forms.CharField):
    """A number that somebody can dial: a mobile, a landline with area code and extension, or a foreign one."""

    PATTERN = re.compile(r"\+?\(?[0-9][0-9 ()-]{5,18}[0-9]( ?(转|-|ext\.?) ?[0-9]{1,6})?")
    """Spaces, hyphens and the brackets of an area code as people write them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(**{"max_length": 30} | kwargs)

    def clean(self, value: Any) -> str:
        phone = half_width(super().clean(value)).strip()
        if phone and not self.PATTERN.fullmatch(phone):
            raise ValidationError(_("This is no phone number: figures, with an area code if it is a landline."))
        return phone


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows to choose from; a number no database can hold is answered like any other wrong choice."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            raise ValidationError(
                self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": str(value)[:30]}
            ) from None


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each checked; the value is a list."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", FilesInput(attrs={"accept": ACCEPT, "multiple": True}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # type: ignore[override]
        given = data if isinstance(data, list | tuple) else [data]
        uploads = [super(FilesField, self).clean(one, initial) for one in given if one] or (
            [super().clean(None, initial)] if self.required else []
        )
        if len(uploads) > settings.UPLOAD_MOST_AT_ONCE:
            raise ValidationError(
                _("At most %(n)s files at once, please."), code="too_many", params={"n": settings.UPLOAD_MOST_AT_ONCE}
            )
        if sum(upload.size or 0 for upload in uploads) > settings.UPLOAD_BYTES_AT_ONCE:
            raise ValidationError(
                _("At most %(size)s at once, please: send the files in two portions."),
                code="too_much",
                params={"size": filesizeformat(settings.UPLOAD_BYTES_AT_ONCE)},
            )
        problems = []
        for upload in uploads:
            try:
                validate_upload(upload)
            except ValidationError as error:
                problems.append(error)
        if problems:
            raise ValidationError(problems)
        return uploads


class FileField(forms.FileField):
    """One file, checked by what it really is; `kinds` where not every kind is taken; not `kept`: it is only read."""

    def __init__(self, kinds: Sequence[str] = tuple(ALLOWED), *, kept: bool = True, **kwargs: Any) -> None:
        self.kinds, self.kept = kinds, kept
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ",".join(kinds)}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload:
            validate_upload(upload, self.kinds, kept=self.kept)
        return upload


class TableField(forms.FileField):
    """A table to be read, xlsx or csv: what it is, its bytes say (`core.spreadsheets.read`)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload:
            check_size(upload)
            scan(upload)
        return upload


class RowFormSet(forms.BaseInlineFormSet):
    """Rows of one thing; what stands twice is named by its label, not by its column."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        names = [name for name in unique_check if name != self.fk.name]
        fields = [self.model._meta.get_field(name) for name in names]  # type: ignore[union-attr]
        labels = [str(field.verbose_name) for field in fields]  # type: ignore[union-attr]
        return _("Two rows say the same under “%(names)s”. Please change or remove one of them.") % {
            "names": "、".join(labels)
        }

    def get_form_error(self) -> str:
        return str(_("Another row says the same already."))


def _send_instead(form: forms.BaseForm, name: str, value: str) -> None:
    """As if this had been sent in the field; what was sent in the others stays."""
    data = form.data.copy() if isinstance(form.data, QueryDict) else dict(form.data)
    data[form.add_prefix(name)] = value
    form.data = data


class SeenState(forms.Form):
    """Carries the state in which a page was opened, so that a press on a stale page moves nothing."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state = state
        self.fields["seen"].initial = state

    def clean_seen(self) -> str:
        seen = self.cleaned_data["seen"]
        if seen and seen != self.state:
            # From now on the form speaks of the present state: pressing again is then a decision.
            _send_instead(self, "seen", self.state)
            raise ValidationError(_("The state has changed since you opened this page. Please look again."))
        return seen


class VersionedForm(forms.Form):
    """A form of what another window may have saved since it was opened: what was typed stays, beside what is stored."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)
    clashes: list[tuple[str, str]] | None = None
    """Label and what is stored now of the fields that differ; None while there was no clash."""

    def take_over(self, stored: "VersionedForm") -> None:
        """After a clash: keep what was typed, and let the next press store it over what `stored`, this form filled in
        from the store, says."""
        now = {name: stored.get_initial_for_field(field, name) for name, field in stored.fields.items()}
        _send_instead(self, "version", str(now.pop("version")))
        self.clashes = [
            (str(self.fields[name].label), str(value if value is not None else "") or "—")
            for name, value in now.items()
            if self.fields[name].has_changed(value, self[name].data)
        ]


class NoteForm(SeenState):
    """Confirm a step, with a note for the people concerned."""

    note = forms.CharField(label=_("Note"), widget=CountedTextarea, max_length=2000, required=False)

    def __init__(self, *args: Any, needs_note: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_note:
            self.fields["note"].required = True
            self.fields["note"].label = _("Reason")
            self.fields["note"].help_text = _("The people concerned will read it.")


def newest(found: QuerySet, asked: str | None, *, is_filter: bool = True) -> QuerySet:
    """What is offered of a list that may have thousands: the first hundred, and what is asked for already. In a filter
    they may be a minute old."""
    keys = newest_keys(found, asked, is_filter=is_filter)
    return found.model._default_manager.filter(pk__in=keys).order_by(
        *found.query.order_by or found.model._meta.ordering
    )


def newest_keys(found: QuerySet, asked: str | None, *, is_filter: bool = True) -> list[Any]:
    """The keys of what `newest` offers. Where more is shown of it than a name, `found` is asked again."""
    first = found.values_list("pk", flat=True)[:OFFERED]
    keys = once_a_minute(first) if is_filter else list(first)
    if asked and asked.isascii() and asked.isdecimal() and len(asked) < 15 and int(asked) not in keys:
        keys = [*keys, *found.filter(pk=int(asked)).values_list("pk", flat=True)]
    return keys


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Show why a verb was refused, at the field that it is about or above the form; what was typed stays.

    Also when the button that was pressed stands outside the form, so that nothing was sent to it: Django lets a form
    without data carry no errors, unless it has somewhere to look for what was cleaned.
    """
    if not form.is_bound:
        form.cleaned_data = {}
    for reason in refused.reasons:
        form.add_error(refused.at if refused.at in form.fields else None, reason)


class RhythmForm(forms.Form):
    """How often somebody is told outside the site."""

    rhythm = forms.ChoiceField(label=_("messages by e-mail"), choices=Rhythm.choices, widget=forms.RadioSelect)
