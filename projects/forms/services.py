"""Service records, a form for each method."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, SeveralField
from projects.forms.attendance import by_number_and_name
from projects.forms.days import since_approval
from projects.models import Service


class _ServiceForm(forms.ModelForm):
    """What every service has: a day that has come."""

    def clean_held_on(self):
        return since_approval(self.cleaned_data["held_on"], self.instance.project)

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "members"}

    @property
    def members(self) -> Any:
        return self.cleaned_data.get("members", ())

    def _post_clean(self) -> None:
        super()._post_clean()
        # That the fields fit the method is said by what this form asks for.
        self._errors.pop("__all__", None)


class CaseForm(_ServiceForm):
    class Meta:
        model = Service
        fields = ("beneficiary", "held_on", "way", "minutes", "purpose", "situation", "plan", "next_on")
        widgets = {
            "held_on": DateInput,
            "next_on": DateInput,
            "situation": CountedTextarea(attrs={"rows": 5}),
            "plan": CountedTextarea,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.instance.project.roster.named()
        self.fields["beneficiary"].queryset = people
        self.fields["beneficiary"].label_from_instance = by_number_and_name
        for name in ("beneficiary", "way", "purpose", "situation"):
            self.fields[name].required = True


class GroupForm(_ServiceForm):
    members = SeveralField(
        label=_("Members who came"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Service
        fields = ("title", "session", "held_on", "minutes", "members", "others", "content", "plan")
        labels = {"title": _("Name of the group"), "content": _("What happened, and how the group is growing together")}
        widgets = {"held_on": DateInput, "content": CountedTextarea(attrs={"rows": 5}), "plan": CountedTextarea}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = self.instance.project.roster.named()
        self.fields["members"].label_from_instance = by_number_and_name
        self.fields["others"].required = False
        for name in ("title", "session", "content"):
            self.fields[name].required = True
        if self.instance.pk:
            self.initial["members"] = [person.pk for person in self.instance.members.all()]

    def clean_others(self) -> int:
        return self.cleaned_data["others"] or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "members" not in self.errors and not data.get("members") and not data.get("others"):
            self.add_error("members", _("Please say who came to the session."))
        return data


class CommunityForm(_ServiceForm):
    class Meta:
        model = Service
        fields = ("title", "held_on", "minutes", "reach", "content", "plan")
        labels = {"title": _("Name of the action")}
        widgets = {"held_on": DateInput, "content": CountedTextarea(attrs={"rows": 5}), "plan": CountedTextarea}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "reach", "content"):
            self.fields[name].required = True


SERVICE_FORMS: dict[str, type[_ServiceForm]] = {
    Service.Method.CASE: CaseForm,
    Service.Method.GROUP: GroupForm,
    Service.Method.COMMUNITY: CommunityForm,
}
