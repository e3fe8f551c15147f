"""Forms of objections: of whoever objects, of the clerk who looks into it, of the group, of the approver who rules."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, FilesField, PhoneField, within_a_year
from core.strangers import TrapForm
from projects.actions.inquiry import LINE, WHOLE
from projects.actions.objections import MOST_FILES
from projects.models import Objection, ObjectionNote


class ObjectionForm(TrapForm, forms.ModelForm):
    """Anybody may object, under their real name and where they can be reached."""

    files = FilesField(
        label=_("Files that show it"),
        required=False,
        help_text=_("At most three: PDF, photos, Word or Excel. Only the funder can open them."),
    )

    class Meta:
        model = Objection
        fields = ("name", "email", "phone", "text")
        widgets = {
            "text": CountedTextarea(attrs={"rows": 8}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }
        field_classes = {"phone": PhoneField}
        help_texts = {
            "name": _("Only the funder reads your name. It is never published, and the group does not learn it."),
            "email": _("We send you a link to confirm: please open it within three days."),
            "phone": _("Enough if you have no e-mail: the funder calls you to confirm."),
            "text": _("What is wrong, and how do you know? Please leave out what tells who you are."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            self.fields[name].mark = _("at least one of e-mail and phone")

    def clean_files(self) -> list:
        files = self.cleaned_data["files"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(n)s files, please.") % {"n": MOST_FILES})
        return files

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors.keys() & {"email", "phone"} and not data.get("email") and not data.get("phone"):
            self.add_error("email", _("Please give an e-mail or a phone: otherwise nobody can ask or answer you."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "email", "phone", "text", "files")}


class CallForm(forms.Form):
    """What came of calling somebody who left only a phone."""

    reached = forms.TypedChoiceField(
        label=_("What came of the call?"),
        choices=[("1", _("Reached: this person objects")), ("0", _("Could not be reached, or did not object"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("When you called, and what was said"), max_length=300)


class ExamineForm(forms.Form):
    """What the group is told, and until when it may answer."""

    gist = forms.CharField(
        label=_("What the group reads"),
        max_length=2000,
        widget=CountedTextarea(attrs={"rows": 6}),
        help_text=_("Take out whatever tells who objects. Name and contact are never shown."),
    )
    answer_until = forms.DateField(label=_("The group can answer until"), widget=DateInput, validators=[within_a_year])


class InquiryForm(forms.ModelForm):
    """Who was asked, and what was found."""

    files = FilesField(label=_("Files"), required=False)

    class Meta:
        model = ObjectionNote
        fields = ("people", "text")
        labels = {"people": _("Who was asked"), "text": _("What was found")}
        widgets = {"text": CountedTextarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, objection: Objection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.objection = objection

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class HearingForm(InquiryForm):
    """A hearing: when, who was there, what was said."""

    class Meta:
        model = ObjectionNote
        fields = ("held_on", "people", "text")
        labels = {
            "held_on": _("Day of the hearing"),
            "people": _("Who took part in the hearing"),
            "text": _("What was said at the hearing"),
        }
        widgets = {"held_on": DateInput, "text": CountedTextarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("held_on", "people"):
            self.fields[name].required = True

    def clean_held_on(self) -> date:
        held_on = self.cleaned_data["held_on"]
        if held_on > clock.today():
            raise forms.ValidationError(_("The hearing has not been held yet: please choose today or an earlier day."))
        arrived_on = clock.localdate(self.objection.arrived_at)
        if held_on < arrived_on:
            message = _("The objection arrived on %(day)s; the hearing comes after.")
            raise forms.ValidationError(message % {"day": arrived_on})
        return held_on


class ObjectionAnswerForm(forms.Form):
    """What the group says to an objection, once."""

    text = forms.CharField(label=_("Your answer"), max_length=2000, widget=CountedTextarea(attrs={"rows": 8}))
    files = FilesField(label=_("Files"), required=False)


class RulingForm(forms.Form):
    """The ruling, its reasons, and what is corrected if it is."""

    ruling = forms.ChoiceField(
        label=_("Ruling"),
        choices=[choice for choice in Objection.Ruling.choices if choice[0] in LINE],
        widget=forms.RadioSelect,
    )
    amount = MoneyFormField(
        label=_("Corrected amount (yuan)"),
        required=False,
        help_text=_("Only for a correction; at most the present one"),
    )
    title = forms.CharField(
        label=_("Corrected title"), required=False, max_length=60, help_text=_("Only for a correction")
    )
    reason = forms.CharField(
        label=_("Reasons"),
        widget=CountedTextarea(attrs={"rows": 6}),
        max_length=2000,
        help_text=_("The group and whoever objected read them. Please name no person."),
    )


class WholeRulingForm(forms.Form):
    """The ruling on an objection to a whole notice, and its reasons."""

    ruling = forms.ChoiceField(
        label=_("Ruling"),
        choices=[choice for choice in Objection.Ruling.choices if choice[0] in WHOLE],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reasons"),
        widget=CountedTextarea(attrs={"rows": 6}),
        max_length=2000,
        help_text=_("Whoever objected reads them, and if it is upheld every group concerned. Please name no person."),
    )


class WholeExamineForm(forms.Form):
    """Begin to look into an objection to a whole notice: there is no group to be told."""
