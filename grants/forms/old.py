"""Forms of funds and calls."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, DateTimeInput, SeveralField
from grants.models import Call, Fund, Track
from people.models import Organization, Role, User


class FundForm(forms.ModelForm):
    class Meta:
        model = Fund
        fields = ("funder", "name", "source", "year", "legal_basis")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["funder"].queryset = Organization.objects.funders_of(user, Role.FINANCE)
        self.fields["funder"].empty_label = None


class AllocationForm(forms.Form):
    """Money comes into a fund."""

    amount = MoneyFormField(label=_("Amount"), help_text=_("Yuan"))
    memo = forms.CharField(
        label=_("Memo"), max_length=200, help_text=_("For example the number of the budget decision")
    )

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Please enter more than 0 yuan."))
        return amount


class CallForm(forms.ModelForm):
    """A call with its dates, money and rules."""

    class Meta:
        model = Call
        fields = (
            "funder",
            "fund",
            "title",
            "code",
            "guidelines",
            "legal_basis",
            "budget",
            "opens_at",
            "closes_at",
            "starts_on",
            "ends_on",
            "service_fields",
            "review_rubric",
            "midterm_rubric",
            "final_rubric",
            "tranche_plan",
            "panel_size",
            "correction_workdays",
            "notice_workdays",
            "notice_counts_first_day",
            "signing_workdays",
            "contact",
            "contact_phone",
        )
        widgets = {
            "guidelines": CountedTextarea(attrs={"rows": 10}),
            "opens_at": DateTimeInput,
            "closes_at": DateTimeInput,
            "starts_on": DateInput,
            "ends_on": DateInput,
            "service_fields": forms.CheckboxSelectMultiple,
        }
        field_classes = {"service_fields": SeveralField}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Organization.objects.funders_of(user, Role.STAFF)
        self.fields["funder"].queryset = mine
        self.fields["funder"].empty_label = None
        self.fields["fund"].queryset = Fund.objects.filter(funder__in=mine)

    def clean_code(self) -> str:
        return self.cleaned_data["code"].upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        order = [("opens_at", "closes_at"), ("starts_on", "ends_on")]
        for first, last in order:
            if data.get(first) and data.get(last) and data[first] >= data[last]:
                self.add_error(last, _("Must be later than the beginning."))
        return data


TrackFormSet = forms.inlineformset_factory(
    Call, Track, fields=("name", "open_to", "cap", "max_share"), extra=2, max_num=6, validate_max=True
)
