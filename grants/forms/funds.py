"""Forms of funds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from grants.models import Fund
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
