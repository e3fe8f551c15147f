"""Forms of needs: reporting one without an account, taking one down, publishing a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, SeveralField
from core.strangers import TrapForm
from grants.models import Need, NeedList
from people.models import Organization, Role, User


class NeedForm(TrapForm, forms.ModelForm):
    """What is lacking, where, and for how many."""

    class Meta:
        model = Need
        fields = (
            *("title", "text", "community", "field", "people", "evidence"),
            *("source", "channel", "contact", "contact_phone"),
        )
        widgets = {
            "text": CountedTextarea,
            "evidence": CountedTextarea(attrs={"rows": 2}),
            "contact_phone": forms.TextInput(attrs={"type": "tel"}),
        }
        labels = {"contact": _("Your name"), "contact_phone": _("Your phone")}
        help_texts = {
            "title": _("For example: nobody takes my neighbour of 82 to the doctor"),
            "contact_phone": _("Only the office that looks into it sees it."),
        }

    def __init__(self, *args: Any, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].empty_label = _("I do not know")
        if not signed_in:
            for name in ("source", "channel", "evidence"):
                del self.fields[name]

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}


class NeedFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=60)


class NeedListForm(forms.ModelForm):
    """A list to publish, and which accepted needs it holds."""

    notice_workdays = forms.IntegerField(label=_("Workdays of notice"), min_value=1, max_value=30, initial=5)
    needs = SeveralField(label=_("Needs"), queryset=Need.objects.none(), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = NeedList
        fields = ("funder", "title", "answer_until", "contact", "contact_phone")
        widgets = {"answer_until": DateInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["funder"].queryset = Organization.objects.funders_of(user, Role.STAFF)
        self.fields["funder"].empty_label = None
        accepted = Need.objects.filter(state=Need.State.ACCEPTED).with_names().order_by("received_at")
        self.fields["needs"].queryset = accepted
        self.fields["needs"].label_from_instance = lambda need: f"{need.title} ({need.community})"
