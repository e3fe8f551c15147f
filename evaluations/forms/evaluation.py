"""Commissions of evaluators, and who is sent to a project."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, SeveralField, within_a_year
from evaluations.actions.commissions import covering
from evaluations.actions.evaluation import evaluators_of
from evaluations.models import Commission, Evaluation
from evaluations.vetoes import Veto
from grants.models import Call
from people.models import Kind, Organization, User
from projects.models import Project
from projects.models.state import ENDED, FUNDED


def not_past(day: date | None) -> date | None:
    """Until when something is to be done lies ahead, or is today."""
    if day is not None and day < clock.today():
        raise forms.ValidationError(_("This lies in the past."), code="past")
    return day


class CommissionForm(forms.ModelForm):
    """Charge an organisation with all projects of a call, or with chosen ones."""

    projects = SeveralField(
        label=_("Chosen projects"),
        queryset=Project.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: all projects of the call, also those that are awarded later"),
    )

    class Meta:
        model = Commission
        fields = ("organization", "scope", "since", "until", "projects")
        widgets = {"since": DateInput, "until": DateInput}

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.filter(kind=Kind.EVALUATOR)
        found = call.projects.filter(state__in=FUNDED).exclude(state__in=ENDED).select_related("applicant")
        self.fields["projects"].queryset = found.order_by("number")
        self.fields["projects"].label_from_instance = lambda one: f"{one.number} {one.title} · {one.applicant}"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("Must not be before the beginning."))
        return data


class TermForm(forms.Form):
    """Another last day of a commission, with the reason."""

    until = forms.DateField(
        label=_("New last day"),
        widget=DateInput,
        help_text=_("Later: it is extended. Earlier: it ends early; yesterday ends it at once."),
    )
    reason = forms.CharField(label=_("Reason"), widget=CountedTextarea, max_length=300)


class TieForm(forms.Form):
    """Decide on a conflict of interest of an evaluator organisation."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=CountedTextarea(attrs={"rows": 2}),
        max_length=300,
        help_text=_("An auditor will read it."),
    )


class ScheduleForm(forms.Form):
    """Arrange an evaluation: which organisation, until when, and, if that is agreed already, who comes."""

    commission = forms.ModelChoiceField(
        label=_("Evaluator"), queryset=Commission.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    people = SeveralField(
        label=_("Evaluators"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: the head of the organisation says who comes"),
    )
    finish_by = forms.DateField(
        label=_("To be finished by"), widget=DateInput, required=False, validators=[within_a_year]
    )

    def __init__(self, *args: Any, project: Project, purpose: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = covering(project, purpose)
        self.fields["commission"].queryset = Commission.objects.filter(pk__in=[one.pk for one in found])
        self.fields["commission"].label_from_instance = lambda one: f"{one.organization} ({one.since} – {one.until})"
        if found:
            self.fields["commission"].initial = found[0].pk
        held = {one.user_id: one for commission in found for one in evaluators_of(commission)}
        self.fields["people"].queryset = User.objects.filter(pk__in=held)
        self.fields["people"].label_from_instance = lambda person: f"{person} ({held[person.pk].organization})"
        self.fields["finish_by"].initial = clock.today() + timedelta(days=45)

    def clean_finish_by(self) -> date | None:
        return not_past(self.cleaned_data["finish_by"])


class DistributeForm(forms.Form):
    """The organisation says who goes, and who leads."""

    people = SeveralField(label=_("Who goes"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)
    lead = forms.ModelChoiceField(label=_("Who leads and writes the report"), queryset=User.objects.none())
    finish_by = forms.DateField(
        label=_("To be finished by"), widget=DateInput, required=False, validators=[within_a_year]
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = User.objects.filter(pk__in=[held.user_id for held in evaluators_of(evaluation.commission)])
        self.fields["people"].queryset = self.fields["lead"].queryset = able
        here = list(evaluation.panel.values_list("person", flat=True))
        self.fields["people"].initial = here
        self.fields["lead"].initial = evaluation.lead_id if evaluation.lead_id in here else None
        if not here and len(only := list(able[:2])) == 1:  # nobody else could go
            self.fields["people"].initial, self.fields["lead"].initial = [only[0].pk], only[0].pk
        self.fields["finish_by"].initial = evaluation.finish_by

    def clean_finish_by(self) -> date | None:
        """The day that was set before may have gone by since."""
        day = self.cleaned_data["finish_by"]
        return day if day == self.fields["finish_by"].initial else not_past(day)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("lead") and "people" in data and data["lead"] not in data["people"]:
            self.add_error("lead", _("Who leads must be one of those who are sent."))
        return data


class HandOverForm(forms.Form):
    commission = forms.ModelChoiceField(
        label=_("Evaluator"), queryset=Commission.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), widget=CountedTextarea, max_length=500, help_text=_("The people concerned will read it.")
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [one.pk for one in covering(evaluation.project, evaluation.purpose)]
        self.fields["commission"].queryset = Commission.objects.filter(pk__in=found)


class VetoForm(forms.Form):
    """Of each veto that one evaluator alone has marked, whether whoever publishes confirms it."""

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
