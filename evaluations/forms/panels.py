"""Who judges what: declarations, conflicts, panels."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.choosing import FoundField
from core.forms import CountedTextarea, DateInput
from evaluations.actions.declaring import Tie
from evaluations.actions.panel import loads
from evaluations.conflicts import behind
from evaluations.models import Assignment, Purpose
from grants.models import Call
from people.models import Expert, Interest, User
from projects.models import Project, State


class DueField(forms.DateField):
    """The last day for the sheets; not one that is over."""

    def __init__(self) -> None:
        super().__init__(label=_("Score by"), widget=DateInput, required=False)

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and day < clock.today():
            raise forms.ValidationError(_("This day is over already."))
        return day


class DeclarationForm(forms.Form):
    """For each organisation behind the proposals: nothing ties me to it, or what does."""

    promised = forms.BooleanField(
        label=_("I judge fairly, keep the proposals to myself, and say at once if a tie comes up later."),
        required=False,
    )

    shown = forms.CharField(widget=forms.HiddenInput)
    """The assignments that the page spoke of: what was asked meanwhile has not been answered with it."""

    def __init__(
        self, *args: Any, assignments: list[Assignment], projects: list[Project], evaluates: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if evaluates:
            self.fields["promised"].label = _(
                "I evaluate fairly, keep what I read to myself, and say at once if a tie comes up later."
            )
        self.asked = [assignment.pk for assignment in assignments]
        self.fields["shown"].initial = ",".join(str(pk) for pk in self.asked)
        found = {key: name for parties in behind(projects).values() for key, name in parties.items()}
        self.organizations = dict(sorted(found.items(), key=lambda item: item[1]))
        for key, name in self.organizations.items():
            self.fields[f"tie-{key}"] = forms.ChoiceField(
                label=name,
                choices=[("", _("Nothing ties me to it")), *Interest.Kind.choices],
                required=False,
            )
            self.fields[f"words-{key}"] = forms.CharField(
                label=_("What ties you to %(name)s") % {"name": name},
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": _("In a few words, if something does")}),
            )

    def rows(self) -> list:
        return [(name, self[f"tie-{key}"], self[f"words-{key}"]) for key, name in self.organizations.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for key in self.organizations:
            tie, words = data.get(f"tie-{key}"), data.get(f"words-{key}")
            if tie and not words:
                self.add_error(f"words-{key}", _("Please say in a few words what ties you."))
            if words and not tie:
                self.add_error(f"tie-{key}", _("Please choose what ties you."))
        if not data.get("promised"):
            self.add_error("promised", _("Without this promise nobody may judge."))
        return data

    @property
    def ties(self) -> dict[int | str, Tie]:
        given = self.cleaned_data
        return {
            key: Tie(given[f"tie-{key}"], given[f"words-{key}"])
            for key in self.organizations
            if given.get(f"tie-{key}")
        }


class ConflictForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=CountedTextarea,
        max_length=300,
        required=False,
        help_text=_("Needed, except when the expert is taken off the project. An auditor will read it."),
    )


class PanelFilter(forms.Form):
    """Which projects of a call are shown with their panels."""

    q = forms.CharField(label=_("Project, applicant or expert"), max_length=60, required=False)
    lacking = forms.BooleanField(label=_("Only those that lack experts"), required=False)

    def narrowed(self, shown: QuerySet[Project], short: QuerySet[Project]) -> QuerySet[Project]:
        """Those of `shown` that are looked for; `short` are those that lack experts."""
        if self.cleaned_data["lacking"]:
            shown = shown.filter(pk__in=short.values("pk"))
        if q := self.cleaned_data["q"].strip():
            judged = Assignment.objects.filter(purpose=Purpose.REVIEW, person__name__icontains=q)
            named = Q(number__icontains=q) | Q(title__icontains=q) | Q(applicant__name__icontains=q)
            shown = shown.filter(named | Q(pk__in=judged.values("project")))
        return shown


class ProposePanelsForm(forms.Form):
    """What the calculation of panels may do."""

    max_load = forms.IntegerField(
        label=_("Proposals an expert at most"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Empty: as the roster says"),
    )
    due_on = DueField()


class GroupsForm(forms.Form):
    count = forms.IntegerField(label=_("Number of groups"), min_value=2, max_value=50)


class ExpertField(FoundField):
    """Somebody of the roster, with their fields and how much they judge in the call so far."""

    columns = ("name", "username")
    load: Mapping[int, int] = {}

    def full_name(self, row: Any) -> str:
        return str(row)

    def label_from_instance(self, row: Any) -> str:
        words = {"name": row, "fields": "、".join(row.expert.expertise), "load": self.load.get(row.pk, 0)}
        return _("%(name)s (%(fields)s; %(load)d so far)") % words

    choice_name = label_from_instance


class AssignForm(forms.Form):
    """An expert for one project of a call."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=None)
    person = ExpertField(label=_("Expert"), queryset=None)
    due_on = DueField()

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [State.SUBMITTED, State.ELIGIBLE, State.IN_REVIEW]
        self.fields["project"].queryset = call.projects.filter(state__in=states).order_by("number")
        self.fields["project"].label_from_instance = lambda project: f"{project.number} {project.title}"
        pool = Expert.objects.available().of_bureaus([call.funder_id])
        available = User.objects.filter(pk__in=pool.values("person"))
        self.fields["person"].queryset = available.select_related("expert").prefetch_related("expert__skills")
        self.fields["person"].load = loads(call)
