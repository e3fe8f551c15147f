"""Forms of the agreement, the instalments and the account."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import SeenState


class SignForm(forms.Form):
    """Sign the agreement: an explicit yes."""

    agreed = forms.BooleanField(label=_("I have read the agreement and sign it for my organisation."))


class PaymentForm(SeenState):
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)


class ReceiptForm(SeenState):
    receipt_number = forms.CharField(label=_("Receipt number"), max_length=60)


class SettlementForm(forms.Form):
    recognised = MoneyFormField(
        label=_("Recognised spending"), help_text=_("Yuan of this grant that was spent as agreed")
    )
    returned = MoneyFormField(
        label=_("Returned so far"), help_text=_("Yuan that came back to the fund"), initial=Decimal("0.00")
    )
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args: Any, books: Decimal | None = None, **kwargs: Any) -> None:
        """`books`: what the recognised payments come to, where they are entered one by one; then it is not typed."""
        super().__init__(*args, **kwargs)
        if books is not None:
            self.fields["recognised"].disabled = True
            self.initial["recognised"] = books
            self.fields["recognised"].help_text = _("The sum of the recognised payments")
