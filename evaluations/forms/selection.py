"""Ways of choosing under the money."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import MoneyFormField
from core.forms import TableField
from evaluations.models import Alternative
from evaluations.models.alternative import MOST_MONEY


class AlternativeForm(forms.ModelForm):
    """One way of choosing under the money."""

    class Meta:
        model = Alternative
        fields = ("name", "objective", "budget", "floor")
        widgets = {"objective": forms.RadioSelect}

    def __init__(self, *args: Any, votes: bool, counted: bool = False, **kwargs: Any) -> None:
        """`votes`: whether ballots were taken in from a table, so that they can be the measure; `counted`: whether a
        vote that was held here has its result."""
        super().__init__(*args, **kwargs)
        by_vote = {Alternative.Objective.EQUAL_SHARES: votes, Alternative.Objective.VOTE: counted}
        self.fields["objective"].choices = [
            one for one in Alternative.Objective.choices if by_vote.get(Alternative.Objective(one[0]), True)
        ]


class BallotsForm(forms.Form):
    """The table of the residents' ballots."""

    file = TableField(label=_("Table (.xlsx or .csv)"))


class QuotaForm(forms.Form):
    """What is set for one group of projects; an empty row says nothing."""

    group = forms.ChoiceField(label=pgettext_lazy("of projects", "Group"), required=False)
    max_amount = MoneyFormField(label=_("At most (yuan)"), required=False, max_value=MOST_MONEY)
    max_count = forms.IntegerField(label=_("Projects at most"), required=False, min_value=0, max_value=9999)
    min_count = forms.IntegerField(label=_("Projects at least"), required=False, min_value=1, max_value=9999)

    def __init__(self, *args: Any, groups: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "—"), *groups.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        limits = [data.get(name) for name in ("max_amount", "max_count", "min_count")]
        said = [limit for limit in limits if limit is not None]
        if data.get("group") and not said and not self.errors:
            self.add_error("group", _("Say at least one limit for this group."))
        if said and not data.get("group"):
            self.add_error("group", _("Choose the group for which this is."))
        if data.get("min_count") and data.get("max_count") is not None and data["min_count"] > data["max_count"]:
            self.add_error("min_count", _("Must not be more than the most."))
        return data


class BaseQuotaFormSet(forms.BaseFormSet):
    def clean(self) -> None:
        named = [form.cleaned_data.get("group") for form in self.forms if form.is_valid()]
        groups = [group for group in named if group]
        if len(groups) > len(set(groups)):
            raise forms.ValidationError(_("Each group can be named once."))

    @property
    def filled(self) -> list[dict[str, Any]]:
        """The quotas as they are stored."""
        given = [form.cleaned_data for form in self.forms if form.cleaned_data.get("group")]
        return [one | {"max_amount": None if one["max_amount"] is None else str(one["max_amount"])} for one in given]


QuotaFormSet = forms.formset_factory(QuotaForm, formset=BaseQuotaFormSet, extra=2, max_num=20, validate_max=True)
