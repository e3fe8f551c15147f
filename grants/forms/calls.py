"""Forms of setting up a call: from what it begins, its terms, and its parts."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import (
    CountedTextarea,
    DateInput,
    DateTimeInput,
    PhoneField,
    RowFormSet,
    SeveralField,
    newest,
    not_long_ago,
)
from grants import presets
from grants.models import (
    BonusRule,
    BudgetRule,
    Call,
    Criterion,
    EligibilityRule,
    Fund,
    PanelRule,
    RequiredPaper,
    TieBreak,
    Track,
)
from grants.models.call import TERMS
from people.models import Organization, Region, Role, User, validate_code


class _NewCall(forms.Form):
    """What every new call needs, whatever it begins from."""

    funder = forms.ModelChoiceField(label=_("Funder"), queryset=Organization.objects.none(), empty_label=None)
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.none())
    title = forms.CharField(label=_("Title of the call"), max_length=120)
    code = forms.SlugField(label=_("Code"), max_length=20, help_text=_("Begins every project number, e.g. DF2013"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Organization.objects.funders_of(user, Role.STAFF)
        self.fields["funder"].queryset = mine
        self.fields["fund"].queryset = newest(
            Fund.objects.filter(funder__in=mine), self.data.get(self.add_prefix("fund")), is_filter=False
        )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].upper()
        if Call.objects.filter(code=code).exists():
            raise forms.ValidationError(_("Another call has this code."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        fund, funder = data.get("fund"), data.get("funder")
        if fund and funder and fund.funder_id != funder.pk:
            self.add_error("fund", _("This fund belongs to another funder."))
        return data


class FromPresetForm(_NewCall):
    """A new call from a template, in one of the practice modes."""

    template = forms.ChoiceField(label=_("Template"), widget=forms.RadioSelect)
    mode = forms.ChoiceField(label=_("Practice mode"), required=False)
    budget = MoneyFormField(label=_("Total money"), help_text=_("Yuan for the whole call"))

    field_order = ("template", "mode", "funder", "fund", "title", "code", "budget")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = _ready(presets.templates())
        self.fields["mode"].choices = [("", _("As the template says")), *_ready(presets.modes())]

    def clean_budget(self):
        budget = self.cleaned_data["budget"]
        if not budget:
            raise forms.ValidationError(_("Please enter more than 0 yuan."))
        return budget


def _ready(items: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    return [(key, f"{item['title']} — {item['about']}") for key, item in items.items()]


class TakeOverForm(forms.Form):
    """Whose rules a draft takes over: a template's, in a practice mode."""

    template = forms.ChoiceField(label=_("Template"))
    mode = forms.ChoiceField(label=_("Practice mode"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [("", _("Please choose")), *_ready(presets.templates())]
        self.fields["mode"].choices = [("", _("As the template says")), *_ready(presets.modes())]


class CloneForm(_NewCall):
    """A new call from an earlier one."""

    original = forms.ModelChoiceField(label=_("Which call"), queryset=Call.objects.none(), empty_label=None)

    field_order = ("original", "fund", "title", "code")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        del self.fields["funder"]
        mine = Organization.objects.funders_of(user, Role.STAFF)
        calls = Call.objects.filter(funder__in=mine).order_by("-opens_at", "-pk")
        self.fields["original"].queryset = newest(calls, self.data.get(self.add_prefix("original")), is_filter=False)


class TermsForm(forms.ModelForm):
    """A call with its dates, money, rubrics and tranche plan."""

    hidden_parts = forms.MultipleChoiceField(
        label=_("Also hidden from the experts"),
        choices=Call.HiddenPart.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Only when they judge blind"),
    )

    class Meta:
        model = Call
        fields = (
            "funder",
            "fund",
            "title",
            "code",
            "guidelines",
            "legal_basis",
            "mode",
            "budget",
            "opens_at",
            "closes_at",
            "starts_on",
            "ends_on",
            "service_fields",
            "review_rubric",
            "midterm_rubric",
            "final_rubric",
            "tranche_plan",
            "panel_size",
            "drop_from",
            "excellent_share",
            "is_blind",
            "hidden_parts",
            "correction_workdays",
            "notice_workdays",
            "notice_counts_first_day",
            "signing_workdays",
            "self_evaluation_workdays",
            "answer_workdays",
            "rectify_workdays",
            "self_evaluation_above",
            "documents_above",
            "visit_above",
            "line_tolerance",
            "cash_limit",
            "volunteer_limit",
            "monthly_due_day",
            "audit_from",
            "spending_basis",
            "agreement_template",
            "asks_for_signed_copy",
            "shift_tolerance",
            "shift_basis",
            "extension_days",
            "terms_basis",
            "contact",
            "contact_phone",
            "contact_email",
            "supervision_phone",
        )
        widgets = {
            "guidelines": CountedTextarea(attrs={"rows": 10}),
            "opens_at": DateTimeInput,
            "closes_at": DateTimeInput,
            "starts_on": DateInput,
            "ends_on": DateInput,
            "service_fields": forms.CheckboxSelectMultiple,
        }
        field_classes = {"service_fields": SeveralField, "supervision_phone": PhoneField}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Organization.objects.funders_of(user, Role.STAFF)
        self.fields["funder"].queryset = mine
        self.fields["funder"].empty_label = None
        self.fields["fund"].queryset = Fund.objects.filter(funder__in=mine)
        for name in ("opens_at", "closes_at", "starts_on", "ends_on"):
            self.fields[name].validators.append(not_long_ago)
        for name in TERMS:
            self.fields[name].queryset = self.fields[name].queryset.usable_by(mine)
        self.fields["agreement_template"].empty_label = _("The model text of the platform")

    def clean_code(self) -> str:
        return self.cleaned_data["code"].upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        order = [("opens_at", "closes_at"), ("starts_on", "ends_on")]
        for first, last in order:
            if data.get(first) and data.get(last) and data[first] >= data[last]:
                self.add_error(last, _("Must be later than the beginning."))
        return data


def taken_over(data: QueryDict, prefix: str, stored: set[str]) -> QueryDict:
    """What was typed into the rows of an older page, for the table as it is stored now: rows that are not there any
    more come back as new ones, so that nothing typed is lost."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(total), 200) if total.isdecimal() and len(total) < 6 else 0
    rows = [
        {name.removeprefix(start): values for name, values in data.lists() if name.startswith(start)}
        for start in (f"{prefix}-{n}-" for n in range(count))
    ]
    kept = [row for row in rows if row.get("id", [""])[0] in stored]
    others = [row | {"id": [""]} for row in rows if row not in kept]
    sent = QueryDict(mutable=True)
    for name, values in data.lists():
        if not name.startswith(f"{prefix}-"):
            sent.setlist(name, values)
    for n, row in enumerate([*kept, *others]):
        for name, values in row.items():
            sent.setlist(f"{prefix}-{n}-{name}", values)
    sent[f"{prefix}-TOTAL_FORMS"], sent[f"{prefix}-INITIAL_FORMS"] = str(len(rows)), str(len(kept))
    return sent


TrackFormSet = forms.inlineformset_factory(
    Call,
    Track,
    formset=RowFormSet,
    fields=("name", "open_to", "cap", "max_share", "in_kind_counts", "form", "optimisation", "legal_basis"),
    extra=1,
    max_num=6,
    validate_max=True,
)


class EligibilityForm(forms.ModelForm):
    class Meta:
        model = EligibilityRule
        fields = ("kind", "value", "region", "severity", "legal_basis")

    def clean_region(self) -> str:
        code = self.cleaned_data["region"]
        if not code:
            return ""
        code = validate_code(code)
        if not Region.objects.knows(code):
            raise forms.ValidationError(_("No region with the code %(code)s is known.") % {"code": code})
        return code


EligibilityFormSet = forms.inlineformset_factory(
    Call,
    EligibilityRule,
    form=EligibilityForm,
    formset=RowFormSet,
    extra=1,
    max_num=20,
    validate_max=True,
)
BudgetRuleFormSet = forms.inlineformset_factory(
    Call,
    BudgetRule,
    formset=RowFormSet,
    fields=(
        *("metric", "category", "words", "unless", "in_basis", "rank", "value", "per"),
        *("severity", "message", "legal_basis"),
    ),
    extra=1,
    max_num=60,
    validate_max=True,
)


class PaperForm(forms.ModelForm):
    class Meta:
        model = RequiredPaper
        fields = ("kind", "track", "is_required", "hint", "legal_basis")

    def __init__(self, *args: Any, call: Call | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].queryset = Track.objects.filter(call=call)
        self.fields["track"].empty_label = _("In every track")


PaperFormSet = forms.inlineformset_factory(
    Call, RequiredPaper, formset=RowFormSet, form=PaperForm, extra=1, max_num=30, validate_max=True
)

PanelRuleFormSet = forms.inlineformset_factory(
    Call,
    PanelRule,
    formset=RowFormSet,
    fields=("expertise", "minimum", "legal_basis"),
    extra=1,
    max_num=7,
    validate_max=True,
)
BonusRuleFormSet = forms.inlineformset_factory(
    Call,
    BonusRule,
    formset=RowFormSet,
    fields=("kind", "condition", "most", "legal_basis"),
    extra=1,
    max_num=10,
    validate_max=True,
)


class TieBreakForm(forms.ModelForm):
    class Meta:
        model = TieBreak
        fields = ("position", "kind", "criterion", "legal_basis")

    def __init__(self, *args: Any, call: Call | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rubric = call.review_rubric_id if call else None
        self.fields["criterion"].queryset = Criterion.objects.filter(rubric=rubric)


TieBreakFormSet = forms.inlineformset_factory(
    Call, TieBreak, formset=RowFormSet, form=TieBreakForm, extra=1, max_num=15, validate_max=True
)
