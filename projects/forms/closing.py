"""Forms at the end of a project: closing report, audit, what is left, what came back, and the file."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import FigureFormField, MoneyFormField
from core.forms import CountedTextarea, DateInput, FilesField, SeveralField
from core.identifiers import validate_credit_code
from core.money import plain, yuan
from projects.closing import Reached, goals_of
from projects.forms.tables import BaseTable
from projects.models import ActivityPhoto, ArchiveFile, Audit, ClosingReport, LeftOver, Project
from projects.spending import keeps_books
from projects.spending_plan import SpendingPlan

ZERO = Decimal("0.00")


class PhotoChoice(SeveralField):
    def label_from_instance(self, photo: ActivityPhoto) -> str:
        return f"{photo.activity.theme} · {photo.caption}" if photo.caption else str(photo.activity.theme)


class ClosingReportForm(forms.ModelForm):
    """The words of the group, and its own figure where the records say less or more than what was reached."""

    class Meta:
        model = ClosingReport
        fields = (*ClosingReport.TEXTS[:-1], "goes_on", "goes_on_words")
        widgets = {
            "done": CountedTextarea(attrs={"rows": 6}),
            "residents_say": CountedTextarea(attrs={"rows": 4}),
            **{
                name: CountedTextarea(attrs={"rows": 3})
                for name in ("volunteers_did", "media", "problems", "lessons", "goes_on_words")
            },
            "goes_on": forms.RadioSelect,
        }

    photos = PhotoChoice(
        label=_("photos"), queryset=ActivityPhoto.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("At most twelve; they are printed with the report. Only people around the project see it."),
    )  # fmt: skip

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["goes_on"].choices = ClosingReport.GoesOn.choices
        for name in ClosingReport.ASKED:
            self.fields[name].mark = _("needed to hand in")
        photos = ActivityPhoto.objects.filter(activity__project=project).select_related("activity")
        self.fields["photos"].queryset = photos
        if not photos.exists():
            del self.fields["photos"]
        self.goals: list[Reached] = goals_of(project, self.instance.own_figures)
        for one in self.goals:
            self.fields[f"own_{one.key}"] = FigureFormField(
                label=_("our figure"), required=False, min_value=Decimal(0), max_digits=10, decimal_places=2,
                initial=None if one.own is None else plain(one.own),
            )  # fmt: skip
            self.fields[f"why_{one.key}"] = forms.CharField(
                label=_("why it differs"), required=False, max_length=200, initial=one.reason
            )

    def goal_rows(self) -> list[tuple[Reached, Any, Any]]:
        return [(one, self[f"own_{one.key}"], self[f"why_{one.key}"]) for one in self.goals]

    def word_fields(self) -> list[Any]:
        return [self[name] for name in (*self._meta.fields, "photos") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for one in self.goals:
            own, why = data.get(f"own_{one.key}"), data.get(f"why_{one.key}")
            if own is not None and own != one.recorded and not why:
                self.add_error(f"why_{one.key}", _("Please say why your figure differs from the records."))
        return data

    def own_figures(self) -> dict[str, dict[str, str]]:
        found = {}
        for one in self.goals:
            own = self.cleaned_data.get(f"own_{one.key}")
            if own is not None:
                found[one.key] = {"value": plain(own), "reason": self.cleaned_data[f"why_{one.key}"].strip()}
        return found

    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class HandInClosingForm(forms.Form):
    """Hand the closing report in, with files."""

    files = FilesField(label=_("Supporting files"), required=False, help_text=_("Several files, each at most 20 MB"))
    spent_so_far = MoneyFormField(
        label=_("Spent of the grant (yuan)"), help_text=_("No payment is entered one by one, so you say it")
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = project.amount_awarded or ZERO
        if keeps_books(project):
            del self.fields["spent_so_far"]

    def clean_spent_so_far(self) -> Decimal:
        spent = self.cleaned_data["spent_so_far"]
        if spent > self.most:
            raise ValidationError(_("This is more than the award of %(award)s yuan.") % {"award": yuan(self.most)})
        return spent


class AuditForm(forms.ModelForm):
    """The report of the firm, and what it takes off line by line."""

    files = FilesField(label=_("the report"), help_text=_("As a PDF with the seals, or photos of every page"))
    declared = forms.BooleanField(
        label=_(
            "The firm is independent: nobody in it belongs to the group, its host or a giver, or is related to them."
        )
    )

    class Meta:
        model = Audit
        fields = ("firm", "firm_code", "number", "dated_on", "opinion", "words", "paid_by")
        widgets = {"dated_on": DateInput, "words": CountedTextarea(attrs={"rows": 4}), "opinion": forms.RadioSelect}

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opinion"].choices = Audit.Opinion.choices
        self.lines = SpendingPlan(project).lines
        for line in self.lines:
            self.fields[f"off_{line.key}"] = MoneyFormField(label=_("taken off (yuan)"), required=False)
            self.fields[f"why_{line.key}"] = forms.CharField(label=_("reason"), required=False, max_length=200)

    def clean_firm_code(self) -> str:
        return validate_credit_code(self.cleaned_data["firm_code"])

    def clean_dated_on(self) -> Any:
        day = self.cleaned_data["dated_on"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for line in self.lines:
            if data.get(f"off_{line.key}") and not data.get(f"why_{line.key}"):
                self.add_error(f"why_{line.key}", _("Please say why it is taken off."))
        return data

    def line_rows(self) -> list[tuple[Any, Any, Any]]:
        return [(line, self[f"off_{line.key}"], self[f"why_{line.key}"]) for line in self.lines]

    def plain_fields(self) -> list[Any]:
        return [self[name] for name in (*self._meta.fields, "files", "declared")]

    def adjustments(self) -> list[dict[str, Any]]:
        return [
            {"line_key": line.key, "amount": off, "reason": self.cleaned_data[f"why_{line.key}"].strip()}
            for line in self.lines
            if (off := self.cleaned_data.get(f"off_{line.key}"))
        ]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class AuditDecisionForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer"), required=False, max_length=300, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("Needed when you send it back; the group reads it."),
    )  # fmt: skip


class RefundForm(forms.Form):
    """Money that came back."""

    amount = MoneyFormField(label=_("Not spent (yuan)"), initial=ZERO)
    interest = MoneyFormField(label=_("Interest (yuan)"), initial=ZERO)
    received_on = forms.DateField(label=_("Received on"), widget=DateInput, initial=clock.today)
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data["amount"] and not data["interest"]:
            self.add_error("amount", _("Please enter more than 0 yuan."))
        return data


class LeftOverForm(forms.ModelForm):
    class Meta:
        model = LeftOver
        fields = ("kind", "words", "amount", "whereto")

    def has_changed(self) -> bool:
        return any(name != "kind" for name in self.changed_data)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == LeftOver.Kind.ASSET and not data.get("whereto"):
            self.add_error("whereto", _("Please say who keeps and uses it from now on."))
        if data.get("kind") == LeftOver.Kind.INTEREST and data.get("amount") == 0:
            self.add_error("amount", _("Please enter more than 0 yuan."))
        return data


LeftOvers = forms.formset_factory(LeftOverForm, formset=BaseTable, extra=3, max_num=20, validate_max=True)


class FileForm(forms.Form):
    """Confirm the file of a project."""

    retention = forms.TypedChoiceField(
        label=_("kept for"), choices=ArchiveFile.Retention.choices, coerce=int, initial=ArchiveFile.Retention.THIRTY,
        help_text=_("Vouchers and their list are kept for 30 years"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("why something is missing"), max_length=500, required=False, widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("Stays with the file"),
    )  # fmt: skip

    def __init__(self, *args: Any, is_whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = not is_whole
