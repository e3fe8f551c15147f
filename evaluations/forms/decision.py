"""The decision and what leads to it: bonuses, the meeting, the waitlist."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput
from core.money import plain
from evaluations.actions.decision import Proposal, suggested
from evaluations.models import Decision, DecisionLine
from evaluations.standings import Standing
from grants.models import BonusRule, Call
from projects.models import State

NEEDED_TO_PROPOSE = ("present", "minutes")
MOST_DAYS_OF_EMBARGO = timedelta(days=183)
"""Further away a day of announcement is a slip of the pen."""


class DecisionForm(forms.ModelForm):
    """What becomes of each project in review, with its amount and reason, and the meeting that decided it."""

    class Meta:
        model = Decision
        fields = ("held_on", "place", "chair", "present", "attending", "absent", "minutes", "note", "embargo_until")
        widgets = {
            "held_on": DateInput,
            "embargo_until": DateInput,
            "present": CountedTextarea(attrs={"rows": 4}),
            "attending": CountedTextarea(attrs={"rows": 2}),
            "absent": CountedTextarea(attrs={"rows": 2}),
            "minutes": CountedTextarea(attrs={"rows": 8}),
            "note": CountedTextarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, rows: list[Standing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in NEEDED_TO_PROPOSE:  # asked for when it is proposed, so "optional" would be wrong
            self.fields[name].mark = _("needed to propose")
        self.fields["note"].mark = _("needed when one is not selected without a reason of its own")
        rows = [row for row in rows if row.project.state == State.IN_REVIEW]
        self.projects = [row.project for row in rows]
        lines = {line.project_id: line for line in self.instance.lines.all()} if self.instance.pk else {}
        for row in rows:
            project, line, before = row.project, lines.get(row.project.pk), suggested(row)
            if line and line.outcome:
                before = Proposal()  # somebody has decided
            label = {"title": project.title}
            self.fields[f"decision-{project.pk}"] = forms.ChoiceField(
                label=_("Decision on “%(title)s”") % label,
                choices=[("", _("decide")), *DecisionLine.Outcome.choices],
                initial=(line.outcome if line else "") or before.outcome,
                required=False,
            )
            amount = line.amount if line else None
            self.fields[f"amount-{project.pk}"] = MoneyFormField(
                label=_("Amount for “%(title)s”") % label,
                required=False,
                initial=project.amount_payable if amount is None else amount,
            )
            self.fields[f"reason-{project.pk}"] = forms.CharField(
                label=_("Reason for “%(title)s”") % label,
                required=False,
                max_length=500,
                initial=(line.reason if line else "") or before.reason,
                widget=forms.TextInput(
                    attrs={"placeholder": _("Reason for a cut or for leaving the order; who is not selected reads it")}
                ),
            )

    def check_for_proposal(self) -> bool:
        """Put what is missing in a line at its field; True when nothing is."""
        for project in self.projects:
            outcome = self.cleaned_data.get(f"decision-{project.pk}")
            amount = self.cleaned_data.get(f"amount-{project.pk}")
            if not outcome:
                self.add_error(f"decision-{project.pk}", _("Please decide."))
            elif outcome == DecisionLine.Outcome.SHORTLIST:
                if not amount or amount > project.amount_payable:
                    self.add_error(f"amount-{project.pk}", _("Above 0, and at most what was requested less cuts."))
                elif amount < project.amount_payable and not self.cleaned_data.get(f"reason-{project.pk}"):
                    self.add_error(f"reason-{project.pk}", _("Why less than requested?"))
        for name in NEEDED_TO_PROPOSE:
            if not self.cleaned_data.get(name):
                self.add_error(name, _("Please write this down: the decision rests on it."))
        return not self.errors

    def clean_held_on(self) -> date:
        held_on = self.cleaned_data["held_on"]
        closed_on = clock.localdate(self.instance.call.closes_at)
        if held_on > clock.today():
            raise ValidationError(_("The meeting has not been held yet: please choose today or an earlier day."))
        if held_on < closed_on:
            raise ValidationError(_("The call closed on %(day)s; the meeting comes after.") % {"day": closed_on})
        return held_on

    def clean_embargo_until(self) -> date | None:
        day, held_on = self.cleaned_data["embargo_until"], self.cleaned_data.get("held_on")
        if day and held_on and day < held_on:
            raise ValidationError(_("The day of the announcement cannot lie before the meeting."))
        if day and day > clock.today() + MOST_DAYS_OF_EMBARGO:
            raise ValidationError(_("That is more than half a year away: please look at the year."))
        return day

    @property
    def proposals(self) -> dict[int, Proposal]:
        """What is proposed for each project, by its id."""
        given = self.cleaned_data
        return {
            project.pk: Proposal(
                given[f"decision-{project.pk}"], given[f"amount-{project.pk}"], given[f"reason-{project.pk}"]
            )
            for project in self.projects
        }

    @property
    def meeting(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class BonusRuleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: BonusRule) -> str:
        return str(_("%(rule)s (at most %(most)s points)") % {"rule": obj, "most": plain(obj.most)})


class BonusForm(forms.Form):
    """Points by one bonus rule, with what shows that they are due."""

    rule = BonusRuleField(label=_("Bonus"), queryset=BonusRule.objects.none(), empty_label=None)
    points = forms.DecimalField(
        label=_("Points"),
        min_value=Decimal(0),
        max_value=Decimal(50),
        max_digits=5,
        decimal_places=2,
        help_text=_("0 takes it away"),
    )
    reason = forms.CharField(label=_("Shown by"), max_length=300)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = call.bonus_rules.all()


class SendBackForm(forms.Form):
    note = forms.CharField(label=_("What should be decided otherwise?"), widget=CountedTextarea, max_length=1000)


class PromoteForm(forms.Form):
    """The amount with which a waiting project moves up, and why, when the published order does not say so."""

    amount = MoneyFormField(label=_("Amount"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=CountedTextarea,
        max_length=500,
        required=False,
        help_text=_("Needed out of order or with a lower amount. The group and the approver read it."),
    )


class StrikeForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), widget=CountedTextarea, max_length=500, help_text=_("The group reads it once it is agreed.")
    )
