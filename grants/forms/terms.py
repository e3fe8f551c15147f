"""Forms of rubrics and tranche plans, which calls share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import RowFormSet
from grants.models import WITH_FIGURE, Criterion, Gate, GateRule, Level, Rubric, TranchePlan, TrancheRule
from people.models import Organization, Role, User


class _OwnTermsForm(forms.ModelForm):
    """Of one's own house; its name is no other's there, nor that of a shared one."""

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = type(self.instance).objects.usable_by([self.instance.funder_id]).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError(_("This name is taken already."))
        return name


class RubricForm(_OwnTermsForm):
    class Meta:
        model = Rubric
        fields = ("name", "legal_basis", "pass_mark")


class TranchePlanForm(_OwnTermsForm):
    class Meta:
        model = TranchePlan
        fields = ("name", "legal_basis")


class NameForm(forms.Form):
    """The name of a copy, and whose it will be."""

    name = forms.CharField(label=_("Name of the copy"), max_length=80)
    funder = forms.ModelChoiceField(label=_("Funder"), queryset=Organization.objects.none(), empty_label=None)

    def __init__(self, *args: Any, user: User, of: Rubric | TranchePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Organization.objects.funders_of(user, Role.STAFF)
        if not of.is_shared:
            mine = mine.filter(pk=of.funder_id)
        self.model, self.fields["funder"].queryset = type(of), mine
        if mine.count() == 1:
            self.fields["funder"].widget = forms.HiddenInput()
            self.fields["funder"].initial = mine.first()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        name, funder = data.get("name"), data.get("funder")
        if name and funder and self.model.objects.usable_by([funder.pk]).filter(name=name).exists():
            self.add_error("name", _("This name is taken already."))
        return data


CriterionFormSet = forms.inlineformset_factory(
    Rubric, Criterion, formset=RowFormSet, fields=("name", "weight", "guidance"), extra=1, max_num=40, validate_max=True
)
LevelFormSet = forms.inlineformset_factory(
    Criterion,
    Level,
    formset=RowFormSet,
    fields=("name", "lowest", "highest", "descriptor"),
    extra=1,
    max_num=10,
    validate_max=True,
)


class TrancheRuleForm(forms.ModelForm):
    """An instalment with its gates; their figures and bases have a page of their own, as levels of a criterion do."""

    gates = forms.MultipleChoiceField(
        label=_("opens with"),
        choices=Gate.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("All of them must be open"),
    )

    class Meta:
        model = TrancheRule
        fields = ("ordinal", "percentage")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["gates"].initial = [gate.kind for gate in self.instance.gates.all()]

    def save(self, commit: bool = True) -> TrancheRule:
        """Gates that stay keep their figure and basis; a new one begins with the usual figure."""
        rule = super().save(commit)
        chosen = self.cleaned_data["gates"]
        rule.gates.exclude(kind__in=chosen).delete()
        kept = {gate.kind for gate in rule.gates.all()}
        for kind in Gate.values:
            if kind in chosen and kind not in kept:
                GateRule.objects.create(rule=rule, kind=kind, figure=WITH_FIGURE.get(Gate(kind)))
        return rule


class GateRuleForm(forms.ModelForm):
    """What a percentage is asked of and what not is said by the row, not by the database."""

    class Meta:
        model = GateRule
        fields = ("kind", "figure", "legal_basis")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, figure = data.get("kind"), data.get("figure")
        if kind and "figure" not in self.errors:
            if kind in WITH_FIGURE and figure is None:
                self.add_error("figure", _("Please say how many percent are asked for."))
            if kind not in WITH_FIGURE and figure is not None:
                self.add_error("figure", _("This gate has no percentage: leave it empty."))
        return data


GateRuleFormSet = forms.inlineformset_factory(
    TrancheRule,
    GateRule,
    formset=RowFormSet,
    form=GateRuleForm,
    extra=1,
    max_num=len(Gate.choices),
    validate_max=True,
)
TrancheRuleFormSet = forms.inlineformset_factory(
    TranchePlan,
    TrancheRule,
    formset=RowFormSet,
    form=TrancheRuleForm,
    extra=1,
    max_num=12,
    validate_max=True,
)
