"""Evaluators, and the evaluations of a running project."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, SeveralField
from evaluations.actions.evaluation import possible_evaluators
from evaluations.models import Commission
from grants.models import Call
from people.models import Kind, Organization, User


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
