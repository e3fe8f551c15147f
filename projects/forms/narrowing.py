"""What a link from a figure asks of a list, beside the list's own filters: said on the page, and left by one click."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.models import Call, Fund, ServiceField
from people.models import User, place_name
from projects.models import Part, Participant, Project, State
from projects.narrowing import NOWHERE, REACHED, SCOPES, USED, narrowed
from projects.survival import Fate

FATES = {
    Fate.ACTIVE: _("Going on"),
    Fate.STOPPED: _("Stopped after completion"),
    Fate.TERMINATED: _("Terminated early"),
    Fate.SILENT: _("Lost contact"),
    Fate.NOT_ASKED: _("Not asked yet"),
}
USED_WORDS = {key: f"{low}%–{high}%" if high else f"≥ {low}%" for key, (low, high) in USED.items()}


class Narrowing(forms.Form):
    """All of it optional; what cannot be read is left out, and what is left of it is said on the page."""

    scope = forms.ChoiceField(label=_("Whose"), choices=list(SCOPES.items()), required=False)
    year = forms.IntegerField(label=_("year"), min_value=2000, max_value=2100, required=False)
    call = forms.ModelChoiceField(label=_("Call"), queryset=Call.objects.published(), required=False)
    place = forms.RegexField(
        label=_("Where"), regex=rf"^({NOWHERE}|\d{{2}}|\d{{4}}|\d{{6}}|\d{{9}}|\d{{12}})$", required=False
    )
    in_field = forms.RegexField(label=_("Service field"), regex=rf"^({NOWHERE}|[0-9]{{1,9}})$", required=False)
    source = forms.ChoiceField(label=_("Source of the money"), choices=Fund.Source.choices, required=False)
    reached = forms.ChoiceField(label=_("How far"), choices=list(REACHED.items()), required=False)
    state = forms.ChoiceField(label=_("Now"), choices=State.choices, required=False)
    left = forms.ChoiceField(label=_("Has been"), choices=State.choices, required=False)
    used = forms.ChoiceField(label=_("Spent of the award"), choices=list(USED_WORDS.items()), required=False)
    fate = forms.ChoiceField(label=_("After the end"), choices=list(FATES.items()), required=False)
    mentor = forms.ModelChoiceField(label=_("Mentor"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, user: Any = None, own: tuple[str, ...] = (), **kwargs: Any) -> None:
        """`own`: what the list has a filter for already."""
        super().__init__(*args, **kwargs)
        self.user = user
        for name in own:
            del self.fields[name]
        if user is None:  # for everybody: neither whose they are, nor who coaches them, nor what is spent
            for name in ("scope", "mentor", "used", "state", "left"):
                del self.fields[name]
            return
        if "mentor" in self.fields and self.data.get("mentor"):  # it is never a list to choose from
            mentors = Participant.objects.filter(part=Part.MENTOR, project__in=Project.objects.visible_to(user))
            self.fields["mentor"].queryset = User.objects.filter(pk__in=mentors.values("person"))

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked and could be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    @property
    def said(self) -> list[tuple[str, str]]:
        """The same in words: what the list is narrowed to."""
        return [(str(self.fields[name].label), self._words(name, value)) for name, value in self.asked.items()]

    def _words(self, name: str, value: Any) -> str:
        if value == NOWHERE:
            return str(_("not said"))
        if name == "place":
            return place_name(value) or value
        if name == "in_field":
            return str(ServiceField.objects.filter(pk=int(value)).first() or value)
        choices = dict(getattr(self.fields[name], "choices", ())) if name not in ("year", "mentor", "call") else {}
        return str(choices.get(value, value))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """To be carried along when the list's own filters are used."""
        return [(name, self.data.get(name, "")) for name in self.asked]

    def of(self, projects: Any) -> Any:
        """The projects that are asked for."""
        return narrowed(projects, self.asked, self.user)
