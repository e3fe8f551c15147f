"""Forms of needs: reporting one without an account, taking one down, publishing a list."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, SeveralField
from core.identifiers import half_width
from core.strangers import TrapForm
from grants.models import Need, NeedList
from people.models import Organization, Role, User

MOST_PEOPLE = 1_000_000
PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
"""A mobile, a landline with its area code, or a foreign number; spaces and hyphens as people write them."""


class NeedForm(TrapForm, forms.ModelForm):
    """What is lacking, where, and for how many."""

    people = forms.IntegerField(label=_("How many people"), required=False, min_value=1, max_value=MOST_PEOPLE)

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

    def clean_contact_phone(self) -> str:
        phone = half_width(self.cleaned_data["contact_phone"]).strip()
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("This is no phone number: figures, with an area code if it is a landline."))
        return phone

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}


class ReviseForm(forms.ModelForm):
    """How a need will read in public."""

    people = forms.IntegerField(label=_("How many people"), required=False, min_value=1, max_value=MOST_PEOPLE)

    class Meta:
        model = Need
        fields = ("title", "text", "community", "field", "people")
        widgets = {"text": CountedTextarea}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].empty_label = _("not sorted yet")


class ReferenceForm(forms.Form):
    """The code that somebody got when reporting a need."""

    code = forms.CharField(label=_("Receipt code"), max_length=20)

    def clean_code(self) -> str:
        code = half_width(self.cleaned_data["code"]).strip().upper()
        if not Need.objects.filter(reference=code).exists():
            raise forms.ValidationError(_("There is no need with this code. It has ten letters and figures."))
        return code


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
