"""Looking back after the end: what the group answers by its link, what mentor or clerk write down."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput
from core.strangers import TrapForm
from projects.models import FollowUp

FIELDS = ("form", "people", "money", "needs", "note", "answered_by")


class FollowUpForm(forms.ModelForm):
    """Five questions; who has stopped needs to say nothing of people and money."""

    form = forms.ChoiceField(label=_("Does it go on?"), choices=FollowUp.Form.choices, widget=forms.RadioSelect)
    money = forms.MultipleChoiceField(
        label=_("From where does the money come?"),
        choices=FollowUp.Money.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = FollowUp
        fields = FIELDS
        widgets = {"needs": CountedTextarea(attrs={"rows": 2}), "note": CountedTextarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        money = data.get("money") or []
        if FollowUp.Money.NONE in money and len(money) > 1:
            self.add_error("money", _("Either it needs no money, or say from where it comes."))
        if data.get("form") == FollowUp.Form.STOPPED:
            if data.get("people"):
                self.add_error("people", _("It has stopped, so nobody takes part any more: leave this empty."))
            if set(money) - {FollowUp.Money.NONE}:
                self.add_error("money", _("It has stopped, so it costs nothing any more: leave this empty."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class AnswerByLinkForm(TrapForm, FollowUpForm):
    """For the group, in its own words."""

    class Meta(FollowUpForm.Meta):
        labels = {
            "people": _("How many people take part in a usual month?"),
            "needs": _("What would help you most?"),
            "note": _("What happens now? One or two sentences"),
            "answered_by": _("Your name"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answered_by"].required = True


class SeenForm(FollowUpForm):
    """What somebody of the funder or the mentor learned by phone or at a visit."""

    how = forms.ChoiceField(
        label=_("How do you know?"),
        choices=[one for one in FollowUp.How.choices if one[0] != FollowUp.How.LINK],
        widget=forms.RadioSelect,
    )

    class Meta(FollowUpForm.Meta):
        fields = ("seen_on", "how", *FIELDS)  # type: ignore[assignment]
        widgets = FollowUpForm.Meta.widgets | {"seen_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_on"].required = self.fields["note"].required = True
