"""Forms of judging."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, SeveralField
from evaluations.actions.evaluation import possible_evaluators
from evaluations.models import Assignment, Commission
from evaluations.standings import Standing
from grants.models import Call
from people.models import Kind, Organization, User
from projects.models import State


class SheetForm(forms.Form):
    """A score sheet: one figure a criterion of the call's rubric, and two texts."""

    strengths = forms.CharField(label=_("Strengths"), widget=CountedTextarea, max_length=1000, required=False)
    weaknesses = forms.CharField(
        label=_("Weaknesses and advice"), widget=CountedTextarea, max_length=1000, required=False
    )

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(assignment.rubric.criteria.prefetch_related("levels__criterion"))
        sheet = getattr(assignment, "sheet", None)
        given = {score.criterion_id: score.points for score in sheet.scores.all()} if sheet else {}
        for criterion in self.criteria:
            weight = f"{criterion.weight.normalize():f}"
            self.fields[f"points-{criterion.pk}"] = forms.DecimalField(
                label=criterion.name,
                required=False,
                min_value=Decimal(0),
                max_value=criterion.weight,
                max_digits=5,
                decimal_places=2,
                initial=given.get(criterion.pk),
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off", "class": "points", "data-max": weight}
                ),
            )
        if sheet:
            self.fields["strengths"].initial, self.fields["weaknesses"].initial = sheet.strengths, sheet.weaknesses

    def rows(self):
        """Each criterion with its field, for the page."""
        return [(criterion, self[f"points-{criterion.pk}"]) for criterion in self.criteria]

    @property
    def points(self) -> dict[int, Decimal | None]:
        return {criterion.pk: self.cleaned_data[f"points-{criterion.pk}"] for criterion in self.criteria}

    def check_for_submission(self) -> bool:
        """Put what is missing at its field; True when nothing is."""
        for criterion in self.criteria:
            if self.cleaned_data[f"points-{criterion.pk}"] is None:
                self.add_error(f"points-{criterion.pk}", _("Please give points before you submit."))
        if not (self.cleaned_data["strengths"] or self.cleaned_data["weaknesses"]):
            self.add_error("strengths", _("Please write at least one sentence: the group learns from it."))
        return not self.errors


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=CountedTextarea, max_length=300)


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
        self.fields["person"].queryset = User.objects.filter(is_active=True)


class DecisionForm(forms.Form):
    """What becomes of each project in review, with the amount, and one note."""

    CHOICES = (("shortlist", _("Shortlist")), ("waitlist", _("Waitlist")), ("decline", _("Do not select")))
    note = forms.CharField(
        label=_("Reason"),
        widget=CountedTextarea,
        max_length=1000,
        required=False,
        help_text=_("Needed when a project is not selected or a better place is passed over; the groups read it."),
    )

    def __init__(self, *args: Any, rows: list[Standing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = [row.project for row in rows if row.project.state == State.IN_REVIEW]
        for project in self.projects:
            label = {"title": project.title}
            self.fields[f"decision-{project.pk}"] = forms.ChoiceField(
                label=_("Decision on “%(title)s”") % label, choices=[("", _("decide")), *self.CHOICES]
            )
            self.fields[f"amount-{project.pk}"] = MoneyFormField(
                label=_("Amount for “%(title)s”") % label, required=False, initial=project.amount_payable
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for project in self.projects:
            if data.get(f"decision-{project.pk}") == "shortlist" and not self.errors.get(f"amount-{project.pk}"):
                amount = data.get(f"amount-{project.pk}")
                if not amount or amount > project.amount_payable:
                    self.add_error(f"amount-{project.pk}", _("Above 0, and at most what was requested."))
        return data

    @property
    def decisions(self) -> dict[int, str]:
        return {project.pk: self.cleaned_data[f"decision-{project.pk}"] for project in self.projects}

    @property
    def amounts(self) -> dict[int, Decimal]:
        found = {project.pk: self.cleaned_data[f"amount-{project.pk}"] for project in self.projects}
        return {pk: amount for pk, amount in found.items() if amount is not None}


class PromoteForm(forms.Form):
    amount = MoneyFormField(label=_("Amount"))


class CommissionForm(forms.ModelForm):
    class Meta:
        model = Commission
        fields = ("organization", "since", "until")
        widgets = {"since": DateInput, "until": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.filter(kind=Kind.EVALUATOR)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("Must not be before the beginning."))
        return data


class EvaluationForm(forms.Form):
    """Who goes to evaluate."""

    people = SeveralField(label=_("Evaluators"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)
    due_on = forms.DateField(label=_("Evaluate by"), widget=DateInput, required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {found.user_id: found for found in possible_evaluators(call)}
        self.fields["people"].queryset = User.objects.filter(pk__in=held)
        self.fields["people"].label_from_instance = lambda person: f"{person} ({held[person.pk].organization})"


class ConclusionForm(forms.Form):
    summary = forms.CharField(
        label=_("Conclusion"),
        widget=CountedTextarea,
        max_length=2000,
        help_text=_("The group reads it; if the evaluation is not passed, say what must be mended."),
    )
