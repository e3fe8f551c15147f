"""Forms of the tables that go in, of the register of issued papers, and of printing in bulk."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Max, Min, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, NoteForm, PhoneField, TableField
from core.identifiers import half_width
from core.models.event import EventQuerySet
from core.strangers import TrapForm
from people.choosing import BureauField
from people.models import DataRequest, ImpactAssessment, Organization, PrivacyNotice
from projects.models import Project
from reports.actions.papers import default_mark
from reports.models import ImportJob, Mark, Paper, PrintJob
from reports.models.paper import PaperQuerySet, normalise


class TableForm(forms.Form):
    """A file to be checked; what is in it, `send` finds out."""

    file = TableField(
        label=_("Spreadsheet"),
        help_text=_("Excel (.xlsx) or CSV. Nothing is written before you have seen what would change."),
        error_messages={"empty": _("The file is empty.")},
    )


class DecisionForm(forms.Form):
    """What to do about wrong rows."""

    mode = forms.ChoiceField(
        label=_("What to import"),
        choices=ImportJob.Mode.choices,
        initial=ImportJob.Mode.GOOD_ROWS,
        widget=forms.RadioSelect,
    )


class DisclosureFilter(forms.Form):
    """Who has seen personal data: of which person's looks, of which project, when."""

    q = forms.CharField(label=_("Who looked (name)"), required=False, max_length=80)
    project = forms.CharField(label=_("Number of the project"), required=False, max_length=40)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All")), ("seen", _("seen on a page")), ("taken", _("taken along as a file"))],
    )
    since = forms.DateField(label=_("From"), required=False, widget=DateInput)
    until = forms.DateField(label=_("Until"), required=False, widget=DateInput)

    def chosen(self, found: EventQuerySet) -> EventQuerySet:
        """What is asked for; a wrong day is said at its field and leaves the others in force."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            found = found.filter(actor__name__contains=asked["q"].strip())
        if asked.get("project"):
            of = Project.objects.filter(number__iexact=asked["project"].strip()).values_list("pk", flat=True).first()
            found = found.filter(data__project=of) if of else found.none()
        if asked.get("kind"):
            taken = ("export", "download")
            found = found.filter(name__in=taken) if asked["kind"] == "taken" else found.exclude(name__in=taken)
        if asked.get("since"):
            found = found.filter(at__date__gte=asked["since"])
        if asked.get("until"):
            found = found.filter(at__date__lte=asked["until"])
        return found


class PaperFilter(forms.Form):
    """Which papers of the register are listed."""

    q = forms.CharField(label=_("Number, title or code"), required=False, max_length=80)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *Paper.Kind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Paper.State.choices])

    def __init__(self, *args: Any, papers: PaperQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each apart: the first and the last of an index; asked for together, every paper is read.
        days = [papers.order_by().aggregate(day=of("issued_at"))["day"] for of in (Min, Max)]
        first, last = (clock.localdate(day).year if day else None for day in days)
        years = range(last, first - 1, -1) if first and last else ()
        self.fields["year"].choices = [("", _("All")), *((year, year) for year in years)]  # type: ignore[attr-defined]

    def chosen(self, papers: PaperQuerySet) -> PaperQuerySet:
        """The papers that fit; a choice that there is none of is passed over."""
        said = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        for name in ("year", "kind", "state"):
            if value := said.get(name):
                papers = papers.filter(**{name: value})
        if q := (said.get("q") or "").strip():
            words = Q(number__contains=q) | Q(title__contains=q) | Q(project__number__contains=q)
            papers = papers.filter(words | Q(code=normalise(q))) if normalise(q) else papers.filter(words)
        return papers


CHARACTERS = RegexValidator(r"^[㐀-䶿一-鿿々〇]+$", _("Only Chinese characters."))
"""Of a mark (机关代字): with figures or brackets a mark and a year could look like the number of another."""


class MarksForm(forms.Form):
    """What stands before the year in the numbers of an office; empty: its name and the word of the series."""

    def __init__(self, *args: Any, issuer: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marks = {mark.series: mark.text for mark in Mark.objects.filter(issuer=issuer)}
        for series, label in Paper.Series.choices:
            usual = default_mark(issuer, series)
            self.fields[series] = forms.CharField(
                label=label, required=False, max_length=20, initial=marks.get(series, ""),
                validators=[CHARACTERS],
                help_text=_("Empty: %(usual)s") % {"usual": f"{usual}〔{clock.today().year}〕1号"},
            )  # fmt: skip


class VoidForm(NoteForm):
    """Why a paper is void: for the register, not for the public."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, needs_note=True, **kwargs)
        help_text = _("It stands in the register; the public reads only that the paper is void.")
        self.fields["note"] = forms.CharField(
            label=_("Reason"), widget=CountedTextarea, max_length=300, help_text=help_text
        )


class PrintForm(forms.Form):
    """Which papers of a choice are printed, and as what."""

    kind = forms.ChoiceField(label=_("Which papers"), widget=forms.RadioSelect)
    form = forms.ChoiceField(
        label=_("As"), choices=PrintJob.Form.choices, initial=PrintJob.Form.MERGED, widget=forms.RadioSelect
    )
    both_sides = forms.BooleanField(
        label=_("I print on both sides of the sheet"),
        required=False,
        help_text=_("Then every paper begins on a new sheet. Only for the one PDF."),
    )

    def __init__(self, *args: Any, offers: Iterable[tuple[str, Any, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(key, _("%(label)s: %(n)s") % {"label": label, "n": count}) for key, label, count in offers]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        if kinds:
            self.fields["kind"].initial = kinds[0][0]


# -- Personal data ---------------------------------------------------------------------------------


class OwnRequestForm(forms.ModelForm):
    """What somebody with an account asks about their data; who they are is known."""

    class Meta:
        model = DataRequest
        fields = ("kind", "funder", "text")
        widgets = {"text": CountedTextarea(attrs={"rows": 4}), "kind": forms.RadioSelect}
        field_classes = {"funder": BureauField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bureaus = Organization.objects.bureaus().order_by("name", "pk")
        self.fields["funder"].queryset = bureaus
        self.fields["funder"].help_text = _("The bureau whose call or activity it is about")
        if not self.is_bound and len(bureaus[:2]) == 1:
            self.initial.setdefault("funder", bureaus[0].pk)
        self.fields["kind"].choices = DataRequest.Kind.choices  # without the empty one


class StrangersRequestForm(TrapForm, OwnRequestForm):
    """The same of somebody without an account: a resident, a child's guardian, next of kin."""

    phone = PhoneField(
        label=_("Your phone"), required=False, help_text=_("The one you left with us, so that we find you")
    )

    class Meta(OwnRequestForm.Meta):
        fields = ("relation", "name", "phone", "email", "subject_name", "kind", "funder", "text")
        widgets = OwnRequestForm.Meta.widgets | {
            "name": forms.TextInput(attrs={"autocomplete": "name"}), "relation": forms.RadioSelect,
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["relation"].choices = DataRequest.Relation.choices

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if (
            not data.get("phone")
            and not data.get("email")
            and "phone" not in self.errors
            and "email" not in self.errors
        ):
            self.add_error("phone", _("Please leave an e-mail address or a phone number."))
        if data.get("relation") not in (None, DataRequest.Relation.SELF) and not data.get("subject_name"):
            self.add_error("subject_name", _("Please write whose data it is about."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "funder"}


class RequestAtTheDeskForm(StrangersRequestForm):
    """The same as a clerk writes it down for somebody who has called or come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "relation": _("For whom they ask"), "name": _("Name of who asks"), "phone": _("Phone"),
            "email": _("E-mail"), "kind": _("What they ask for"), "text": _("The request in their words"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["phone"].help_text = _("The one they left with us, so that they are found")
        self.fields["relation"].choices = [(one.value, words) for one, words in DataRequest.WHO_ASKS.items()]


ID_NUMBER = re.compile(r"[0-9]{14,17}[0-9Xx]")


class IdentityNoteForm(forms.ModelForm):
    """How the clerk made sure who asks."""

    class Meta:
        model = DataRequest
        fields = ("identity_note",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identity_note"].required = True

    def clean_identity_note(self) -> str:
        note = self.cleaned_data["identity_note"]
        if ID_NUMBER.search(half_width(note)):
            raise ValidationError(_("Please do not copy the ID number: write how you made sure who asks."))
        return note


class AnswerForm(forms.Form):
    """The answer to a request: granted, or refused with the reason."""

    answer = forms.CharField(
        label=_("Answer"), max_length=1000, widget=CountedTextarea,
        help_text=_("Whoever asked reads it. Do not repeat personal data here. Who is refused reads why."),
    )  # fmt: skip


class NoticeForm(forms.ModelForm):
    """A new version of the privacy notice."""

    class Meta:
        model = PrivacyNotice
        fields = ("text", "changes")
        widgets = {"text": CountedTextarea(attrs={"rows": 24})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["changes"].required = True
        self.fields["changes"].help_text = _("Everybody who is asked again reads this line first.")


class AssessmentForm(forms.ModelForm):
    """An impact assessment, in the three points of article 56."""

    class Meta:
        model = ImpactAssessment
        fields = ("title", "lawful", "risks", "measures", "conclusion")
        widgets = dict.fromkeys(("lawful", "risks", "measures"), CountedTextarea(attrs={"rows": 5}))
