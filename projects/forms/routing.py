"""Forms of a proposal that goes on: to another open call, or to a fund that looks at proposals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea
from grants.models import Call
from projects.models import Referral


class OfferForm(forms.Form):
    """Offer a proposal to another open call."""

    call = forms.ModelChoiceField(label=_("Call"), queryset=Call.objects.none(), widget=forms.RadioSelect)

    def __init__(self, *args: Any, calls: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = calls
        self.fields["call"].empty_label = None


class ReferralForm(forms.ModelForm):
    """Show a proposal to a fund."""

    class Meta:
        model = Referral
        fields = ("words",)
        widgets = {"words": CountedTextarea(attrs={"rows": 3})}


class ReferralAnswerForm(forms.Form):
    """What the fund says to it."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Referral.Answer.choices, widget=forms.RadioSelect)
    call = forms.ModelChoiceField(
        label=_("Call to apply to"),
        queryset=Call.objects.none(),
        required=False,
        empty_label=_("no call; see the word to the group"),
    )
    reply = forms.CharField(
        label=_("A word to the group"),
        max_length=300,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("What to do next and until when, or why it is not for this fund"),
    )

    def __init__(self, *args: Any, calls: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = calls
