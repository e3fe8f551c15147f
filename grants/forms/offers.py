"""Something of one's own, offered to the bureaus below."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import OFFERED
from grants.models import AgreementTemplate, Call, Rubric, TranchePlan


class OfferForm(forms.Form):
    """What is offered, chosen from everything of these bureaus that can be, and a word about it."""

    what = forms.ChoiceField(label=_("What is offered"))
    note = forms.CharField(label=_("What is new, or for whom it is"), max_length=300, required=False)

    def __init__(self, *args: Any, bureaus: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.things: dict[str, Any] = {}
        choices = []
        for label, key, found in (
            (_("Score sheets and frameworks"), "rubric", Rubric.objects.filter(funder__in=bureaus)),
            (_("Tranche plans"), "plan", TranchePlan.objects.filter(funder__in=bureaus)),
            (_("Agreement templates"), "edition", AgreementTemplate.objects.filter(funder__in=bureaus)),
            (_("Published calls"), "call", Call.objects.published().filter(funder__in=bureaus)[:OFFERED]),
        ):
            group = []
            for one in found:
                self.things[f"{key}-{one.pk}"] = one
                group.append((f"{key}-{one.pk}", str(one)))
            if group:
                choices.append((label, group))
        self.fields["what"].choices = [("", _("Please choose")), *choices]

    @property
    def thing(self) -> Any:
        """The object; of an agreement template its newest edition."""
        one = self.things[self.cleaned_data["what"]]
        return one.edition if isinstance(one, AgreementTemplate) else one

    def clean_what(self) -> str:
        key = self.cleaned_data["what"]
        one = self.things[key]
        if isinstance(one, AgreementTemplate) and one.edition is None:
            raise forms.ValidationError(_("Nothing is written in this template yet."))
        return key
