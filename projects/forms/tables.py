"""The tables of a proposal: rows that are added, changed and removed in one form, each with a key that stays."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.fields import FigureFormField, MoneyInput
from core.forms import DateInput, PhoneField
from core.identifiers import half_width
from core.money import plain
from core.templatetags.core import points
from grants.models import Call, Rank
from projects.budget_rules import NO_RANK, limits_by_rank
from projects.models import BudgetLine, Partner, PlanStep, Project, Target, TeamMember
from projects.models.row import new_key
from projects.sections import tables_of

KEY = re.compile(r"[0-9a-z]{1,12}")


class RowForm(forms.ModelForm):
    """One row. A row in which nothing was written is no row, whatever its lists stand on."""

    quiet: tuple[str, ...] = ("key",)

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name not in self.quiet]


class KeyedRowForm(RowForm):
    """A row of the proposal: carries the key of the stored row, or a new one."""

    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and "__prefix__" not in str(self.prefix):
            self.initial.setdefault("key", new_key())

    def clean_key(self) -> str:
        key = self.cleaned_data["key"]
        return key if KEY.fullmatch(key) else new_key()


class BaseTable(forms.BaseFormSet):
    """Rows as they were sent: blank ones are ignored, stored or not, and so can be emptied to be removed."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "too_many_forms": ngettext_lazy("At most %(num)d row.", "At most %(num)d rows.", "num")
    }

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    def rows(self) -> list[dict[str, Any]]:
        """The rows that are kept, in order."""
        return [
            {name: value for name, value in form.cleaned_data.items() if name not in ("DELETE", "id")}
            for form in self.forms
            if form.cleaned_data and form.has_changed() and not form.cleaned_data.get("DELETE")
        ]

    def add_problem(self, message: Any) -> None:
        """Say something about the table as a whole."""
        self.non_form_errors().append(message)

    def form_with(self, key: str) -> forms.BaseForm | None:
        """The row with this key."""
        return next((form for form in self.forms if getattr(form, "cleaned_data", {}).get("key") == key), None)


class TargetForm(KeyedRowForm):
    class Meta:
        model = Target
        fields = ("goal", "indicator", "value", "unit", "proof")
        field_classes = {"value": FigureFormField}
        widgets = {"value": MoneyInput}


class PlanStepForm(KeyedRowForm):
    class Meta:
        model = PlanStep
        fields = ("name", "starts_on", "ends_on", "content", "times", "visits", "responsible")
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and first > last:
            self.add_error("ends_on", _("It must end after it begins."))
        return data


class TeamMemberForm(KeyedRowForm):
    quiet = ("key", "certificate", "insured")

    class Meta:
        model = TeamMember
        fields = ("name", "education", "certificate", "post", "part", "phone", "insured")
        field_classes = {"phone": PhoneField}


class PartnerForm(KeyedRowForm):
    class Meta:
        model = Partner
        fields = ("name", "contact", "duty", "brings")


class BudgetLineForm(KeyedRowForm):
    quiet = ("key", "category", "rank", "source", "step_key")

    step_key = forms.CharField(label=_("For which step"), required=False, widget=forms.Select)

    class Meta:
        model = BudgetLine
        fields = (
            *("category", "item", "unit_price", "unit", "quantity", "source", "step_key", "basis", "rank"),
            "quote_number",
        )
        field_classes = {"quantity": FigureFormField}
        widgets = {
            "unit_price": MoneyInput(attrs={"data-price": True}),
            "quantity": MoneyInput(attrs={"data-quantity": True}),
            "source": forms.Select(attrs={"data-source": True}),
        }

    def __init__(
        self,
        *args: Any,
        steps: Iterable[tuple[str, str]] | None = None,
        ranks: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if ranks:
            self.fields["rank"].choices = ranks
        else:  # no rule of the call asks for it
            del self.fields["rank"]
        if steps is None:  # a form without a work plan
            del self.fields["step_key"]
        else:
            self.steps = dict(steps)
            self.fields["step_key"].widget.choices = [("", "—"), *self.steps.items()]
            self.fields["step_key"].widget.attrs["data-steps"] = True

    def clean_rank(self) -> str:
        """Only who teaches has one; what was chosen before the category changed is left behind, unseen."""
        teaches = self.cleaned_data.get("category") == BudgetLine.Category.TRAINING
        return self.cleaned_data["rank"] if teaches else ""

    def clean_quote_number(self) -> str:
        return " ".join(half_width(self.cleaned_data["quote_number"]).split())

    def clean_step_key(self) -> str:
        key = self.cleaned_data["step_key"]
        return key if key in self.steps else ""  # its step has been removed


def table(
    form: type[RowForm], *, extra: int, most: int, title: Any, add: Any, hint: Any = "", least: int = 1
) -> type[BaseTable]:
    """A formset class with what the page needs to draw it. `least`: so many rows stand there, blank or not."""
    made = forms.formset_factory(form, formset=BaseTable, extra=extra, can_delete=True, max_num=most, validate_max=True)
    made.title, made.add_label, made.hint, made.least = title, add, hint, least
    return made


TABLE_FORMS: dict[str, type[BaseTable]] = {
    "targets": table(
        TargetForm,
        extra=1,
        most=20,
        title=_("Measurable goals"),
        add=_("Add a goal"),
        hint=_("What is counted, in which unit, up to which figure, and what shows it."),
    ),
    "plan_steps": table(PlanStepForm, extra=1, most=40, title=_("Steps of the plan"), add=_("Add a step")),
    "team": table(TeamMemberForm, extra=1, most=40, title=_("Team"), add=_("Add a person")),
    "partners": table(
        PartnerForm,
        extra=1,
        most=20,
        title=_("Partners and division of work"),
        add=_("Add a partner"),
        hint=_("Organisations that carry the project together with you."),
        least=0,
    ),
    "budget_lines": table(BudgetLineForm, extra=2, most=100, title=_("Budget lines"), add=_("Add a line")),
}


class Tables:
    """All tables of a proposal's form, or some of them (`names`), bound to what was sent or filled with what is stored
    (or with other rows, by name)."""

    def __init__(
        self,
        project: Project,
        data: QueryDict | None = None,
        *,
        names: Sequence[str] | None = None,
        rows: Mapping[str, Sequence[Any]] | None = None,
    ):
        self.by_name: dict[str, BaseTable] = {}
        asked = tables_of(project.track.form)
        shown = asked if names is None else [name for name in asked if name in names]
        typed = data if "plan_steps" in shown else None  # else the steps are those of the plan
        steps = _steps(project, typed) if "plan_steps" in asked else None
        for name in shown:
            form = TABLE_FORMS[name].form
            kwargs = {"steps": steps, "ranks": _ranks(project.call)} if name == "budget_lines" else {}
            columns = [c for c in form.Meta.fields if c != "step_key" or steps is not None]
            stored = getattr(project, name).all() if project.pk and data is None else ()
            if rows is not None and name in rows and data is None:
                stored = rows[name]
            initial = None if data is not None else [_as_typed(row, ("key", *columns)) for row in stored]
            self.by_name[name] = TABLE_FORMS[name](data, initial=initial, prefix=name, form_kwargs=kwargs)

    def __getitem__(self, name: str) -> BaseTable:
        return self.by_name[name]

    def __iter__(self):
        return iter(self.by_name.values())

    def is_valid(self) -> bool:
        return all([formset.is_valid() for formset in self])

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The kept rows of every table, as `drafts.save_proposal` takes them."""
        return {name: formset.rows() for name, formset in self.by_name.items()}

    def valid_rows(self) -> dict[str, list[dict[str, Any]]]:
        """The same of those tables in which every row is whole; a table with a row half written waits for it."""
        return {name: formset.rows() for name, formset in self.by_name.items() if formset.is_valid()}

    def unsaved(self) -> dict[str, list[Any]]:
        """The same as objects that are not stored, for the rules to look at."""
        models = {"targets": Target, "plan_steps": PlanStep, "team": TeamMember, "partners": Partner}
        models["budget_lines"] = BudgetLine
        return {name: [models[name](**row) for row in rows] for name, rows in self.rows().items()}


def _as_typed(row: Any, columns: Iterable[str]) -> dict[str, Any]:
    """How many as people write it: 8 sets, not 8.00; prices keep their fen."""
    values = {name: getattr(row, name) for name in columns}
    return {name: points(value) if name in ("quantity", "value") else value for name, value in values.items()}


def _ranks(call: Call) -> list[tuple[str, str]]:
    """The titles that a lecturer can have, each with its limit; none when no rule of the call asks for them."""
    if not call.ranks_lecturers:
        return []
    limits = limits_by_rank(call.budget_rules.all())
    return [
        (value, _with_limit(label, limits.get(value or NO_RANK)))
        for value, label in [("", _("None of these titles")), *Rank.choices]
    ]


def _with_limit(label: Any, rule: Any) -> str:
    if rule is None:
        return str(label)
    said = _("%(title)s (at most %(limit)s yuan)")
    if rule.per == "lesson":
        said = _("%(title)s (at most %(limit)s yuan a lesson)")
    return said % {"title": label, "limit": plain(rule.value)}


def _steps(project: Project, data: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The steps of the plan that a budget line can be for: as sent, or as stored."""
    if data is None:
        return [(step.key, step.name) for step in project.plan_steps.all()] if project.pk else []
    numbers = [name.split("-")[1] for name in data if re.fullmatch(r"plan_steps-\d+-key", name)]
    pairs = [(data.get(f"plan_steps-{n}-key", ""), data.get(f"plan_steps-{n}-name", "")) for n in numbers]
    return [(key, name) for key, name in pairs if KEY.fullmatch(key) and name.strip()]
