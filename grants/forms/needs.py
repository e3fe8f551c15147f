"""Forms of needs: reporting one without an account, taking one down, wording it, asking after it."""

from typing import Any

import rules
from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, FilesField, PhoneField
from core.identifiers import half_width
from core.strangers import TrapForm
from grants.actions.needs import MOST_FILES
from grants.models import Need
from people.choosing import CommunityField

MOST_PEOPLE = 1_000_000
SURVEY = ("method", "sample", "surveyed_from", "surveyed_until", "evidence", "files")


class NeedForm(TrapForm, forms.ModelForm):
    """What is lacking, where, and for how many; who does this for others also says how it came and what was asked."""

    people = forms.IntegerField(label=_("How many people"), required=False, min_value=1, max_value=MOST_PEOPLE)
    sample = forms.IntegerField(label=_("How many were asked"), required=False, min_value=1, max_value=MOST_PEOPLE)
    files = FilesField(
        label=_("Files that show it"),
        required=False,
        help_text=_("The questionnaire, the figures, photos: at most three. Only the funders' people can open them."),
    )
    contact_phone = PhoneField(
        label=_("Your phone"), required=False, help_text=_("Only the office that looks into it sees it.")
    )

    class Meta:
        model = Need
        fields = (
            *("title", "text", "community", "field", "people", "source", "channel"),
            *("method", "sample", "surveyed_from", "surveyed_until", "evidence", "contact", "contact_phone"),
        )
        widgets = {
            "text": CountedTextarea,
            "evidence": CountedTextarea(attrs={"rows": 2}),
            "surveyed_from": DateInput,
            "surveyed_until": DateInput,
        }
        field_classes = {"community": CommunityField}
        labels = {"contact": _("Your name")}
        help_texts = {"title": _("For example: nobody takes my neighbour of 82 to the doctor")}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].empty_label = _("I do not know")
        for_others = rules.has_perm("grants.speak_for_survey", user)
        vouches = rules.has_perm("grants.handle_need", user)
        speakers = dict(Need.Source.choices)
        if for_others:
            self.fields["contact"].label = _("Name of whoever reports it")
            self.fields["contact_phone"].label = _("Their phone")
        else:
            del speakers[Need.Source.SURVEY]
            for name in ("channel", *SURVEY):
                del self.fields[name]
        self.fields["source"].choices = list(speakers.items())
        self.fields["source"].initial = Need.Source.RESIDENT
        self.fields["source"].required = False  # nobody has to say: then it is a resident
        if not vouches:
            self.fields["source"].help_text = _(
                "If you write for the residents' committee, leave your name and phone: the office calls to confirm."
            )

    def clean_source(self) -> str:
        return self.cleaned_data["source"] or Need.Source.RESIDENT

    def clean_files(self) -> list:
        files = self.cleaned_data["files"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(n)s files, please.") % {"n": MOST_FILES})
        return files

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("source") == Need.Source.SURVEY:
            for name in ("method", "sample"):
                if name not in self.errors and not data.get(name):
                    self.add_error(name, _("A survey says how it was made and how many were asked."))
        if data.get("source") == Need.Source.COMMUNITY:
            for name in ("contact", "contact_phone"):
                if name not in self.errors and not data.get(name):
                    self.add_error(name, _("Please say whom to ask at the residents' committee."))
        first, last = data.get("surveyed_from"), data.get("surveyed_until")
        if first and last and first > last:
            self.add_error("surveyed_until", _("The survey must end after it began."))
        return data

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in SURVEY]

    @property
    def survey_fields(self) -> list[forms.BoundField]:
        """What only a survey has."""
        return [field for field in self if field.name in SURVEY]

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("website", "files")}


class ReviseForm(forms.ModelForm):
    """How a need will read in public."""

    people = forms.IntegerField(label=_("How many people"), required=False, min_value=1, max_value=MOST_PEOPLE)

    class Meta:
        model = Need
        fields = ("title", "text", "community", "field", "people")
        field_classes = {"community": CommunityField}
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


class VouchForm(forms.Form):
    """A clerk has asked at the residents' committee."""

    note = forms.CharField(label=_("Whom you asked, and when"), max_length=200)
