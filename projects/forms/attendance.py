"""Signing in on a phone, and the list the group keeps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import SeveralField
from core.identifiers import half_width
from core.strangers import TrapForm
from projects.models import Activity, Beneficiary, Project, SignIn
from projects.models.activity import MOST_PEOPLE


def places_of(project: Project) -> list[tuple[str, str]]:
    """The communities where the project takes place, to choose from."""
    places = [project.community, *project.other_communities.all()]
    return [(str(place.pk), place.name) for place in places if place is not None]


class _LineForm(forms.ModelForm):
    """What the list holds of a person: little, and nothing that has to be whole."""

    phone_tail = forms.CharField(
        label=_("Last four figures of your phone"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Only so that you are counted once when you come again. You may leave it empty."),
    )  # fmt: skip
    place = forms.ChoiceField(label=_("Which community do you live in"), required=False)

    class Meta:
        model = SignIn
        fields = ("name", "phone_tail", "place", "household", "first_time")
        labels = {"name": _("Your name, or how we may call you"), "first_time": _("I am here for the first time")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activity = activity
        project = activity.project
        self.fields["name"].required = True
        self.places = {str(place.pk): place for place in [project.community, *project.other_communities.all()] if place}
        self.fields["place"].choices = [("", _("Somewhere else, or I would rather not say")), *places_of(project)]
        self.fields["place"].initial = str(self.instance.community_id or "")

    def clean_name(self) -> str:
        return "".join(half_width(self.cleaned_data["name"]).split())

    def clean_phone_tail(self) -> str:
        tail = half_width(self.cleaned_data["phone_tail"]).strip()
        if tail and not (len(tail) == 4 and tail.isascii() and tail.isdigit()):
            raise forms.ValidationError(_("Four figures, or nothing."))
        return tail

    @property
    def values(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in ("name", "phone_tail", "household", "first_time")}
        return given | {"community": self.places.get(self.cleaned_data["place"])}


class SignInForm(TrapForm, _LineForm):
    """What somebody fills in on the phone, without an account."""

    agreed = forms.BooleanField(label=_("I have read what it is used for, and agree"))

    class Meta(_LineForm.Meta):
        help_texts = {"household": _("Building or entrance, if you like")}


class WriteDownForm(_LineForm):
    """The group writes somebody down."""

    class Meta(_LineForm.Meta):
        labels = {"name": _("Name"), "first_time": _("Here for the first time")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone_tail"].label = _("Last four figures of the phone")
        self.fields["phone_tail"].help_text = ""
        self.fields["place"].label = _("Community")
        self.fields["place"].choices = [("", _("Elsewhere or unknown")), *places_of(self.activity.project)]


class CorrectForm(WriteDownForm):
    """The same, and which person of the roster it is."""

    person = forms.ModelChoiceField(
        label=_("Person of the roster"), queryset=Beneficiary.objects.none(), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = self.activity.project.roster.named()
        self.fields["person"].label_from_instance = by_number_and_name
        self.fields["person"].initial = self.instance.beneficiary_id

    def clean_person(self) -> Beneficiary | None:
        return self.cleaned_data["person"]


def by_number_and_name(person: Beneficiary) -> str:
    return f"{person.code} {person.name}"


class TickForm(forms.Form):
    """Who of the roster was there."""

    people = SeveralField(label=_("People of the roster"), queryset=None, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = activity.sign_ins.exclude(beneficiary=None).values("beneficiary")
        self.fields["people"].queryset = activity.project.roster.named().exclude(pk__in=there)
        self.fields["people"].label_from_instance = by_number_and_name


class HeadCountForm(forms.Form):
    number = forms.IntegerField(
        label=_("People who came and did not sign in"), min_value=0, max_value=MOST_PEOPLE,
        help_text=_("Counted by heads: visits, not persons"),
    )  # fmt: skip
