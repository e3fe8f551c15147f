"""Evaluators, and the evaluations of a running project."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, SeveralField
from evaluations.actions.evaluation import possible_evaluators
from evaluations.models import Commission
from evaluations.vetoes import Veto
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
    """The words the group will read; and of each veto that one evaluator alone has marked, whether it stands."""

    summary = forms.CharField(
        label=_("Conclusion"),
        widget=CountedTextarea,
        max_length=2000,
        help_text=_("The group reads it; if the evaluation is not passed, say what must be mended."),
    )

    ANSWERS = (("yes", _("I confirm it: the evaluation is failed")), ("no", _("I do not confirm it")))

    def __init__(self, *args: Any, vetoes: Iterable[Veto] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = [veto for veto in vetoes if not veto.is_confirmed]
        self.asked = [veto.criterion.pk for veto in open_ones]
        for veto in open_ones:
            self.fields[f"veto-{veto.criterion.pk}"] = forms.ChoiceField(
                label=format_lazy(_("Veto “{veto}”, marked by one evaluator"), veto=veto.criterion.name),
                choices=self.ANSWERS,
                widget=forms.RadioSelect,
            )

    @property
    def vetoes(self) -> dict[int, bool]:
        """The answer to each veto that only one evaluator has marked."""
        return {pk: self.cleaned_data[f"veto-{pk}"] == "yes" for pk in self.asked}
