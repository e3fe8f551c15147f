"""Forms of rubrics and tranche plans, which calls share."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, RowFormSet
from core.money import plain
from grants.actions.terms import is_open_to, may_own, names_taken
from grants.models import WITH_FIGURE, Criterion, Gate, GateRule, Level, Rubric, TranchePlan, TrancheRule
from people.models import Kind, Organization, Role, User

HUNDRED = Decimal(100)


class _OwnTermsForm(forms.ModelForm):
    """Of one's own house; its name is no other's there, nor that of a shared one."""

    def clean_name(self) -> str:
        name, thing = self.cleaned_data["name"], self.instance
        taken = names_taken(type(thing), thing.owner).filter(name=name).exclude(pk=thing.pk)
        if name != thing.name and taken.exists():
            raise forms.ValidationError(_("This name is taken already."))
        return name


class RubricForm(_OwnTermsForm):
    class Meta:
        model = Rubric
        fields = ("name", "legal_basis", "pass_mark", "good_from", "excellent_from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.edition > 1:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("Editions of one framework have one name")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        marks = [data.get(name) for name in ("pass_mark", "good_from", "excellent_from")]
        if None not in marks and not 0 < marks[0] <= marks[1] <= marks[2] <= 100:
            said = _("The pass mark, good and excellent follow each other, at most up to 100.")
            self.add_error("excellent_from", said)
        return data


class TranchePlanForm(_OwnTermsForm):
    class Meta:
        model = TranchePlan
        fields = ("name", "legal_basis")


class NameForm(forms.Form):
    """The name of a copy, and whose it will be."""

    name = forms.CharField(label=_("Name of the copy"), max_length=80)
    owner = forms.ModelChoiceField(label=_("Whose it will be"), queryset=Organization.objects.none(), empty_label=None)

    def __init__(self, *args: Any, user: User, of: Rubric | TranchePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model = type(of)
        houses = Organization.objects.filter(pk__in=user.organizations_as(Role.STAFF, Role.EVALUATOR))
        mine = [house.pk for house in houses if may_own(user, house, self.model) and is_open_to(of, house)]
        queryset = Organization.objects.filter(pk__in=mine, kind__in=[Kind.FUNDER, Kind.EVALUATOR])
        self.fields["owner"].queryset = queryset
        if queryset.count() == 1:
            self.fields["owner"].widget = forms.HiddenInput()
            self.fields["owner"].initial = queryset.first()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        name, owner = data.get("name"), data.get("owner")
        if name and owner and names_taken(self.model, owner).filter(name=name).exists():
            self.add_error("name", _("This name is taken already."))
        return data


class BandsField(forms.CharField):
    """From which figure of the records on how many points, one band a line: 100 = 6."""

    LINE = re.compile(r"[≥>＞]?=?\s*(\d{1,6}(?:\.\d{1,2})?)\s*[%％]?\s*[=＝:：→,，\s]\s*(\d{1,3}(?:\.\d{1,2})?)\s*分?")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CountedTextarea(attrs={"rows": 3}))
        super().__init__(**{"required": False, "max_length": 400} | kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{figure} = {points}" for figure, points in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        bands = {}
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            found = self.LINE.fullmatch(line.strip())
            if found is None:
                raise forms.ValidationError(
                    _("“%(line)s” is not understood: write the figure, =, and the points, e.g. 100 = 6."),
                    params={"line": line.strip()[:30]},
                )
            bands[Decimal(found[1])] = found[2]
        return [[plain(figure), plain(Decimal(bands[figure]))] for figure in sorted(bands, reverse=True)]


class CriterionForm(forms.ModelForm):
    """One line of a framework; what is not said is a line with full points for every project, filled in by hand."""

    kind = forms.ChoiceField(
        label=_("Kind of line"), choices=Criterion.Kind.choices, initial=Criterion.Kind.POINTS, required=False
    )
    bands = BandsField(label=_("Figure → points"), help_text=_("One a line, e.g. 100 = 6; below all of them 0"))

    class Meta:
        model = Criterion
        fields = (
            *("position", "dimension", "name", "kind", "weight", "nature", "guidance"),
            *("fact", "bands", "per_unit"),
        )
        labels: ClassVar[Any] = {"position": _("Place on the sheet")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = self.fields["weight"].required = False

    def clean_position(self) -> int:
        given = self.cleaned_data["position"]
        if given is not None:
            return given
        others = Criterion.objects.filter(rubric=self.instance.rubric_id)
        return (others.aggregate(last=Max("position"))["last"] or 0) + 1

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Criterion.Kind.POINTS

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        weight, bands = data.get("weight"), data.get("bands") or []
        if data.get("kind") == Criterion.Kind.VETO:
            data["weight"] = Decimal(0)
            if data.get("fact") or bands or data.get("per_unit"):
                self.add_error("fact", _("A veto is marked by a person, never by a figure."))
        elif weight is None and "weight" not in self.errors:
            self.add_error("weight", _("Please say how many points."))
        elif weight is not None and not 0 < weight <= HUNDRED:
            self.add_error("weight", _("Full points lie above 0 and are at most 100."))
        if weight is not None and any(Decimal(points) > weight for _figure, points in bands):
            self.add_error("bands", _("A band gives more points than the line has."))
        if (bands or data.get("per_unit")) and not data.get("fact"):
            self.add_error("fact", _("Say of which figure the points are calculated."))
        if bands and data.get("per_unit"):
            self.add_error("per_unit", _("Either bands or points a unit, not both."))
        return data


CriterionFormSet = forms.inlineformset_factory(
    Rubric, Criterion, formset=RowFormSet, form=CriterionForm, extra=1, max_num=60, validate_max=True
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
