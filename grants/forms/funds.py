"""Forms of funds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import CountedTextarea, PhoneField, newest
from grants.models import Call, Fund
from people.models import Organization, Role, User


class FundReferralsForm(forms.ModelForm):
    """Whether the fund looks at proposals without a call, and at which."""

    contact_phone = PhoneField(label=_("Contact phone"), required=False)

    class Meta:
        model = Fund
        fields = ("takes_referrals", "purpose", "contact", "contact_phone")
        widgets = {"purpose": CountedTextarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("takes_referrals") and not values.get("purpose") and "purpose" not in self.errors:
            self.add_error("purpose", _("A fund that looks at proposals says what it supports."))
        return values


class FundFilter(forms.Form):
    """Which funds: of one kind of source, of one year, or the one that pays for a call."""

    source = forms.ChoiceField(
        label=_("kind of source"), choices=[("", _("all")), *Fund.Source.choices], required=False
    )
    year = forms.IntegerField(label=_("year"), required=False, min_value=2000, max_value=2100)
    call = forms.ModelChoiceField(
        label=_("Call"), queryset=Call.objects.none(), required=False, empty_label=_("All calls")
    )

    def __init__(self, *args: Any, funds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = newest(Call.objects.filter(fund__in=funds), self.data.get("call"))

    def chosen(self, funds: Any) -> Any:
        """The funds that the filter leaves; what cannot be read leaves all."""
        self.is_valid()
        return funds_asked_for(funds, **self.cleaned_data)


def funds_asked_for(funds: Any, *, source: str = "", year: int | None = None, call: Call | None = None) -> Any:
    """The same for whoever counts."""
    if source:
        funds = funds.filter(source=source)
    if year:
        funds = funds.filter(year=year)
    return funds.filter(pk=call.fund_id) if call else funds


class FundForm(FundReferralsForm):
    class Meta(FundReferralsForm.Meta):
        fields = ("funder", "name", "source", "year", "legal_basis", *FundReferralsForm.Meta.fields)

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


class LedgerFilter(forms.Form):
    """The entries of one project only."""

    project = forms.CharField(label=_("Project number"), max_length=60, required=False)

    def clean_project(self) -> str:
        return self.cleaned_data["project"].strip()


class CorrectionForm(forms.Form):
    """An amount was mistyped."""

    right_amount = MoneyFormField(label=_("Right amount"), help_text=_("Yuan; 0 when there should be no entry at all"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=CountedTextarea,
        help_text=_("What happened, which paper shows it"),
    )


class AnswerForm(forms.Form):
    """What the second person says to it; needed for a refusal."""

    answer = forms.CharField(
        label=_("Answer"), max_length=300, widget=CountedTextarea, required=False, help_text=_("Needed for a refusal")
    )
