"""Forms of speed meetings and letters of intent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, DateTimeInput
from people.models import Organization, Role, User
from projects.giving_rules import hosts_of
from projects.models import IntentLetter, Meeting, MeetingEntry, Project
from projects.models.pledge import OPEN_TO_GIVERS

MOST_WISHES = 5


class MeetingForm(forms.ModelForm):
    """Announce a meeting, or change it."""

    class Meta:
        model = Meeting
        fields = (
            *("organizer", "title", "about", "starts_at", "place", "closes_on"),
            *("minutes", "pause", "rounds", "tables", "contact"),
        )
        widgets = {"about": CountedTextarea, "starts_at": DateTimeInput, "closes_on": DateInput}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["organizer"]
        else:
            self.fields["organizer"].queryset = hosts_of(user)
            self.fields["organizer"].empty_label = None

    def clean_starts_at(self) -> Any:
        moment = self.cleaned_data["starts_at"]
        if moment <= clock.now():
            raise forms.ValidationError(_("This lies in the past."))
        return moment


class GuestForm(forms.Form):
    """A giver signs up and says whom it wishes to meet, the dearest first."""

    giver = forms.ModelChoiceField(label=_("For whom you come"), queryset=Organization.objects.none(), empty_label=None)
    person = forms.CharField(label=_("Who comes"), max_length=60)

    def __init__(self, *args: Any, user: User, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["giver"].queryset = Organization.objects.givers_of(user, Role.MANAGER, Role.STAFF)
        entries = meeting.entries.select_related("project__applicant")
        for rank in range(1, min(MOST_WISHES, len(entries)) + 1):
            self.fields[f"wish_{rank}"] = forms.ModelChoiceField(
                label=_("Wish %(n)s") % {"n": rank}, queryset=entries, required=False, empty_label=_("No wish")
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said: list[MeetingEntry] = []
        for name in [name for name in data if name.startswith("wish_")]:
            if data[name] in said:
                self.add_error(name, _("You have chosen this project already."))
            elif data[name]:
                said.append(data[name])
        self.wishes = said
        return data


class EntryForm(forms.Form):
    """A group signs up with a project."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none(), empty_label=None)
    person = forms.CharField(label=_("Who comes"), max_length=60)
    seeks = forms.CharField(label=_("What you look for"), max_length=120, help_text=_("For example: a room, 20 easels"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = user.organizations_as(Role.MANAGER, Role.STAFF)
        self.fields["project"].queryset = Project.objects.filter(applicant__in=mine, state__in=OPEN_TO_GIVERS)


class CancelMeetingForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=CountedTextarea)


class IntentForm(forms.ModelForm):
    """What a giver thinks of giving after a talk."""

    class Meta:
        model = IntentLetter
        fields = ("what", "value", "until")
        widgets = {"until": DateInput}

    def clean_until(self) -> Any:
        day = self.cleaned_data["until"]
        if day < clock.today():
            raise forms.ValidationError(_("This day has passed already."))
        return day
