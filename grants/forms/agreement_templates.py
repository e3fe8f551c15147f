"""The clauses of an agreement template."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea
from grants.agreement_text import FACTS, TABLES, unknown_places
from grants.models import AgreementTemplate
from people.models import Organization, Role, User

WHEN = [("", _("Always")), ("hosted", _("When a host signs")), ("community", _("When the community is a party"))]


class NewTemplateForm(forms.Form):
    """A template of one's own: its name, its parties, and whose clauses it begins with."""

    funder = forms.ModelChoiceField(label=_("Funder"), queryset=Organization.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Name of the template"), max_length=80)
    parties = forms.TypedChoiceField(label=_("Parties"), choices=AgreementTemplate.Parties.choices, coerce=int)
    copy_of = forms.ModelChoiceField(
        label=_("Begins with"),
        queryset=AgreementTemplate.objects.none(),
        required=False,
        empty_label=_("The model text of the platform"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Organization.objects.funders_of(user, Role.STAFF)
        self.fields["funder"].queryset = mine
        self.fields["copy_of"].queryset = AgreementTemplate.objects.usable_by(mine)


class ClauseForm(forms.Form):
    """One clause. Without a heading it is the preamble and has no number."""

    heading = forms.CharField(label=_("Heading"), max_length=40, required=False)
    text = forms.CharField(label=_("Text"), max_length=4000, widget=CountedTextarea(attrs={"rows": 6}))
    when = forms.ChoiceField(label=_("It belongs in"), choices=WHEN, required=False)

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if unknown := unknown_places(text):
            raise forms.ValidationError(
                _("Nothing is known for: %(names)s. These can be filled in: %(known)s."),
                params={"names": "、".join(unknown), "known": "、".join(f"{{{n}}}" for n in (*FACTS, *TABLES))},
            )
        return text


class BaseClauses(forms.BaseFormSet):
    """The clauses in their order; what a funder may not forget is asked for."""

    def clean(self) -> None:
        if any(self.errors) or self.non_form_errors():  # also when the counters themselves were tampered with
            return
        text = "\n".join(clause["text"] for clause in self.clauses())
        asked = ("award", "award_in_words", "instalments", "account")
        missing = [f"{{{name}}}" for name in asked if f"{{{name}}}" not in text]
        if missing:
            raise forms.ValidationError(
                _("An agreement names amount (figures and words), instalments and account; missing: %(names)s."),
                params={"names": "、".join(missing)},
            )

    def clauses(self) -> list[dict[str, str]]:
        """The clauses that are kept, in the order of their numbers."""
        kept = [form.cleaned_data for form in self.ordered_forms if form.cleaned_data.get("text")]
        return [{"heading": c["heading"].strip(), "text": c["text"].strip(), "when": c["when"]} for c in kept]


ClauseFormSet = forms.formset_factory(
    ClauseForm, formset=BaseClauses, extra=1, can_delete=True, can_order=True, max_num=60, validate_max=True
)
