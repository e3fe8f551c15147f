"""Who judges what: declarations, conflicts, panels."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput
from evaluations.actions.declaring import Tie
from evaluations.actions.panel import loads
from evaluations.models import Assignment
from grants.models import Call
from people.models import Expert, Interest, User
from projects.models import State


class DeclarationForm(forms.Form):
    """For each organisation behind the proposals: nothing ties me to it, or what does."""

    promised = forms.BooleanField(
        label=_("I judge fairly, keep the proposals to myself, and say at once if a tie comes up later."),
        required=False,
    )

    def __init__(self, *args: Any, assignments: list[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [assignment.pk for assignment in assignments]
        found = {one.project.applicant for one in assignments} | {one.project.host for one in assignments}
        self.organizations = sorted((one for one in found if one), key=lambda one: one.name)
        for organization in self.organizations:
            self.fields[f"tie-{organization.pk}"] = forms.ChoiceField(
                label=organization.name,
                choices=[("", _("Nothing ties me to it")), *Interest.Kind.choices],
                required=False,
            )
            self.fields[f"words-{organization.pk}"] = forms.CharField(
                label=_("What ties you to %(name)s") % {"name": organization.name},
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": _("In a few words, if something does")}),
            )

    def rows(self) -> list:
        return [(one, self[f"tie-{one.pk}"], self[f"words-{one.pk}"]) for one in self.organizations]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for organization in self.organizations:
            tie, words = data.get(f"tie-{organization.pk}"), data.get(f"words-{organization.pk}")
            if tie and not words:
                self.add_error(f"words-{organization.pk}", _("Please say in a few words what ties you."))
            if words and not tie:
                self.add_error(f"tie-{organization.pk}", _("Please choose what ties you."))
        if not data.get("promised"):
            self.add_error("promised", _("Without this promise nobody may judge."))
        return data

    @property
    def ties(self) -> dict[int, Tie]:
        given = self.cleaned_data
        return {
            one.pk: Tie(given[f"tie-{one.pk}"], given[f"words-{one.pk}"])
            for one in self.organizations
            if given.get(f"tie-{one.pk}")
        }


class ConflictForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=CountedTextarea,
        max_length=300,
        required=False,
        help_text=_("Needed when the expert goes on judging: an auditor will read it."),
    )


class ProposePanelsForm(forms.Form):
    """What the calculation of panels may do."""

    max_load = forms.IntegerField(
        label=_("Proposals an expert at most"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Empty: as the roster says"),
    )
    due_on = forms.DateField(label=_("Score by"), widget=DateInput, required=False)


class GroupsForm(forms.Form):
    count = forms.IntegerField(label=_("Number of groups"), min_value=2, max_value=50)


class AssignForm(forms.Form):
    """An expert for one project of a call."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=None)
    person = forms.ModelChoiceField(label=_("Expert"), queryset=None)
    due_on = forms.DateField(label=_("Score by"), widget=DateInput, required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [State.SUBMITTED, State.ELIGIBLE, State.IN_REVIEW]
        self.fields["project"].queryset = call.projects.filter(state__in=states).order_by("number")
        self.fields["project"].label_from_instance = lambda project: f"{project.number} {project.title}"
        experts = {one.person_id: one for one in Expert.objects.available().prefetch_related("skills")}
        load = loads(call)
        self.fields["person"].queryset = User.objects.filter(pk__in=experts)
        self.fields["person"].label_from_instance = lambda person: (
            _("%(name)s (%(fields)s; %(load)d so far)")
            % {
                "name": person,
                "fields": "、".join(experts[person.pk].expertise),
                "load": load.get(person.pk, 0),
            }
        )
