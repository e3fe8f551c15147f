"""Forms of the agreement, the instalments and the account."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, FilesField, SeenState, SeveralField, TableField
from projects.models import BankList, BankListLine, MatchingProof, Tranche


class SignForm(forms.Form):
    """Sign the agreement: an explicit yes to the text that stood on the page."""

    read = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    agreed = forms.BooleanField(label=_("I have read the agreement and sign it for my organisation."))


class PaymentForm(SeenState):
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)
    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput, required=False, help_text=_("Empty: today"))

    def clean_paid_on(self) -> Any:
        day = self.cleaned_data["paid_on"]
        if day and day > clock.today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class ReceiptForm(SeenState):
    receipt_number = forms.CharField(label=_("Receipt number"), max_length=60)


class BankListForm(forms.Form):
    """Which approved instalments go to the bank."""

    tranches = SeveralField(
        label=_("Instalments"), queryset=Tranche.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, tranches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tranches"].queryset = tranches


class WithdrawForm(forms.Form):
    """Which lines the bank will not pay, and why."""

    lines = SeveralField(label=_("Lines"), queryset=BankListLine.objects.none(), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=CountedTextarea)

    def __init__(self, *args: Any, bank_list: BankList, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].queryset = bank_list.lines.filter(outcome="")


class BankReturnForm(forms.Form):
    """The table that the bank sent back."""

    file = TableField(
        label=_("The bank's table"),
        help_text=_("xlsx or csv: the list that was taken out, with outcome, reference, day and reason filled in"),
    )


class MatchingProofForm(forms.ModelForm):
    """The group shows that matching funds have come in."""

    files = FilesField(label=_("Papers"), help_text=_("Bank slip, donation agreement, list of goods with prices"))

    class Meta:
        model = MatchingProof
        fields = ("kind", "amount", "words")

    def clean_amount(self) -> Decimal:
        amount = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("Please enter more than 0 yuan."))
        return amount


class SettlementForm(forms.Form):
    recognised = MoneyFormField(
        label=_("Recognised spending"), help_text=_("Yuan of this grant that was spent as agreed")
    )
    share = forms.ChoiceField(
        label=_("The share of the grant is higher than the call allows"),
        choices=[
            ("lower", _("Recognise less, so that the share holds")),
            ("keep", _("Leave the grant as it is, for the reason below")),
        ],
        widget=forms.RadioSelect,
        required=False,
        help_text=_("A proposal: nothing is lowered unless you decide so."),
    )
    share_note = forms.CharField(
        label=_("Why the share may be higher"), max_length=300, required=False, widget=CountedTextarea
    )
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args: Any, books: Decimal | None = None, has_rule: bool = False, **kwargs: Any) -> None:
        """`books`: what the recognised payments come to, where they are entered one by one; then it is not typed.

        `has_rule`: the track has a highest share of the grant, so that somebody may have to decide on it.
        """
        super().__init__(*args, **kwargs)
        if not has_rule:
            del self.fields["share"], self.fields["share_note"]
        else:
            self.fields["share"].mark = _("needed where it is higher")
        if books is not None:
            self.fields["recognised"].disabled = True
            self.initial["recognised"] = books
            self.fields["recognised"].help_text = _(
                "The sum of the recognised payments, less what an audit took off, at most the award"
            )
