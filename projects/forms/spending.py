"""Forms of payments and monthly reports."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.fields import MoneyFormField
from core.files import ALLOWED
from core.forms import CountedTextarea, DateInput, FileField, FilesField, SeenState, TableField, has_been
from core.identifiers import comparable, validate_credit_code
from core.models import Attachment
from core.money import yuan
from projects.models import Activity, BudgetLine, Expense, MonthlyReport
from projects.spending_plan import SpendingPlan

PHOTOS = ",".join(suffix for suffix in ALLOWED if suffix in (".jpg", ".jpeg", ".png"))
MORE = ("voucher", "activity", "seller", "seller_code", "tax", "rank", "lessons", "half_days", "course", "people")
"""Asked for only where it matters: the form keeps it folded away."""


def check_invoice_number(typed: str) -> str:
    """An invoice number as it is kept; a row of figures that nearly is an electronic invoice is asked about."""
    number = comparable(typed)
    if number and not re.fullmatch(r"[0-9A-Z/().-]{1,30}", number):
        raise forms.ValidationError(_("An invoice number has only figures and letters."))
    if number.isdigit() and 12 < len(number) != 20:
        raise forms.ValidationError(
            _("An electronic invoice has 20 digits; this number has %(n)s. Please compare it with the paper."),
            params={"n": len(number)},
        )
    return number


class ExpenseForm(forms.ModelForm):
    """A payment: what is always asked first, the rest folded away."""

    line_key = forms.ChoiceField(label=gettext_lazy("Budget line"))
    photo = FileField(
        label=gettext_lazy("Photo of the invoice"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PHOTOS, "capture": "environment"}),
        help_text=gettext_lazy("Opens the camera on a phone"),
    )
    files = FilesField(label=gettext_lazy("Or choose files"), required=False, help_text=gettext_lazy("Photos or PDF"))

    class Meta:
        model = Expense
        fields = (
            *("spent_on", "amount", "line_key", "summary", "payee", "method", "invoice_number"),
            *("seller", "seller_code", "voucher", "activity"),
            *("rank", "lessons", "half_days", "course", "people", "tax", "explanation"),
        )
        widgets = {
            "spent_on": DateInput,
            "method": forms.RadioSelect,
            "explanation": CountedTextarea(attrs={"rows": 2}),
            "summary": forms.TextInput(attrs={"autocomplete": "off"}),
            "invoice_number": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.instance.project
        self.plan = SpendingPlan(project)
        names = dict(BudgetLine.Category.choices)
        groups: dict[str, list[tuple[str, str]]] = {}
        for line in self.plan.lines:
            own = "" if line.is_granted else f" · {BudgetLine.Source(line.source).label}"
            said = f"{line.item} · {yuan(line.amount)}{own}"
            groups.setdefault(str(names[line.category]), []).append((line.key, said))
        self.fields["line_key"].choices = [("", _("Please choose")), *groups.items()]
        self.fields["activity"].queryset = Activity.objects.filter(project=project).order_by("-starts_at")
        self.fields["tax"].required = False
        if not Attachment.objects.of(self.instance).exists():
            self.fields["photo"].mark = self.fields["files"].mark = _("a photo or a file is needed to hand in")
        self.fields["amount"].widget.attrs["autofocus"] = not self.instance.pk
        if not self.instance.pk:
            self.initial["spent_on"] = self.initial.get("spent_on") or clock.today()
            self.initial["tax"] = None

    @property
    def more_is_open(self) -> bool:
        """Something in the folded part is filled in or wrong."""
        return any(self.errors.get(name) for name in MORE) or any(
            self[name].value() not in (None, "", Decimal("0.00"), "0.00") for name in MORE
        )

    def clean_spent_on(self):
        return has_been(self.cleaned_data["spent_on"], since=date(2000, 1, 1))

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("Please enter more than 0 yuan."))
        return amount

    def clean_invoice_number(self):
        return check_invoice_number(self.cleaned_data["invoice_number"])

    def clean_seller_code(self):
        typed = self.cleaned_data["seller_code"]
        return validate_credit_code(typed) if typed else ""

    def clean_tax(self):
        return self.cleaned_data["tax"] or Decimal("0.00")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        amount, tax = data.get("amount"), data.get("tax")
        if amount is not None and tax and tax >= amount:
            self.add_error("tax", _("The tax is less than the whole amount."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What the verb stores, without the files."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def uploads(self) -> list[Any]:
        photo = self.cleaned_data.get("photo")
        return [*([photo] if photo else []), *self.cleaned_data.get("files", [])]


class HandInForm(SeenState):
    explanation = forms.CharField(
        label=gettext_lazy("Explanation"), widget=CountedTextarea(attrs={"rows": 3}), max_length=500, required=False
    )

    def __init__(self, *args: Any, needs_words: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explanation"].required = needs_words


class RecogniseForm(SeenState):
    """How much of a payment counts; less than the whole needs a reason."""

    amount = MoneyFormField(label=gettext_lazy("Amount to recognise (yuan)"))
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Needed when it is not the whole; the group reads it"),
    )


class DecisionNoteForm(SeenState):
    note = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("The people concerned will read it.")
    )


class OpinionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your opinion"), max_length=300, widget=CountedTextarea(attrs={"rows": 3})
    )


class ExpenseFileForm(forms.Form):
    file = TableField(
        label=gettext_lazy("Table"), help_text=gettext_lazy(".xlsx or .csv, with the headings of the template")
    )


class ExpenseFilter(forms.Form):
    """Which payments a page shows."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    q = forms.CharField(label=gettext_lazy("Search"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _("All")), *Expense.State.choices]


class MonthlyForm(forms.ModelForm):
    """The few words of a month: everything else is there already."""

    class Meta:
        model = MonthlyReport
        fields = ("problems", "plans", "media")
        widgets = {name: CountedTextarea(attrs={"rows": 3}) for name in ("problems", "plans", "media")}


class MonthlyRemarkForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your remark"), widget=CountedTextarea(attrs={"rows": 3}), max_length=500)
