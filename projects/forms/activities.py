"""Forms of an activity: its plan with three tables, and its record."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import FigureFormField, MoneyFormField, MoneyInput
from core.forms import CountedTextarea, DateTimeInput, FilesField, within_a_year
from core.money import yuan
from projects.forms.days import not_before_approval
from projects.forms.tables import RowForm, table
from projects.models import Activity, ActivityItem, ActivityPartner, Project
from projects.models.activity import PLAN_IS_WHOLE, RECORD_IS_WHOLE, REFLECTION


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=CountedTextarea, help_text=_("The people concerned will read it.")
    )


class _TimedForm(forms.ModelForm):
    """When it takes place: not before the project was approved, nor years from now; and it ends after it begins."""

    def clean_starts_at(self) -> datetime:
        moment = self.cleaned_data["starts_at"]
        not_before_approval(clock.localdate(moment), self.instance.project)
        within_a_year(moment)
        return moment

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("starts_at"), data.get("ends_at")
        if first and last and last <= first:
            self.add_error("ends_at", _("The activity must end after it begins."))
        return data


class ActivityForm(_TimedForm):
    """The plan of an activity; its place may still be open."""

    targets = forms.MultipleChoiceField(
        label=_("Measurable goals it serves"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Why the plan is changed"), max_length=300, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("The plan is handed in: mentor and funder read the reason."),
    )  # fmt: skip

    class Meta:
        model = Activity
        fields = (
            *("theme", "goal", "starts_at", "ends_at", "place", "audience", "expected", "step_key", "targets"),
            *("programme", "emergency_plan", "is_public"),
        )
        widgets = {
            "goal": CountedTextarea(attrs={"rows": 2}),
            "starts_at": DateTimeInput,
            "ends_at": DateTimeInput,
            "programme": CountedTextarea,
            "emergency_plan": CountedTextarea,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.instance.project
        steps = [(step.key, step.name) for step in project.plan_steps.all()]
        self.fields["step_key"] = forms.ChoiceField(
            label=self.fields["step_key"].label, required=False, choices=[("", "—"), *steps]
        )
        self.fields["targets"].choices = [
            (target.key, f"{target.goal}：{target.indicator}") for target in project.targets.all()
        ]
        for name, there in (("step_key", steps), ("targets", self.fields["targets"].choices)):
            if not there:
                del self.fields[name]
        if self.instance.pk and "targets" in self.fields:
            self.initial["targets"] = [link.key for link in self.instance.target_links.all()]
        self.was_handed_in = bool(self.instance.pk) and not self.instance.is_draft
        if self.was_handed_in:
            self.fields["place"].required = True
            self.fields["place"].help_text = ""
        else:
            del self.fields["reason"]
            for name in {name for condition in PLAN_IS_WHOLE for name in condition.fields}:
                self.fields[name].mark = "" if self.fields[name].required else _("needed to hand in")

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("targets", "reason")}


class ActivityPartnerForm(RowForm):
    class Meta:
        model = ActivityPartner
        fields = ("name", "task")


class ActivityItemForm(RowForm):
    """How many in words with what it comes to, or number and price: then the amount is calculated."""

    quiet = ("key", "line_key")
    amount = MoneyFormField(label=_("amount"), required=False)

    class Meta:
        model = ActivityItem
        fields = ("name", "quantity", "count", "unit_price", "amount", "line_key")
        field_classes = {"count": FigureFormField}
        widgets = {
            "count": MoneyInput(attrs={"data-quantity": True}),
            "unit_price": MoneyInput(attrs={"data-price": True}),
        }

    def __init__(self, *args: Any, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["data-amount"] = True
        lines = [(line.key, line.item) for line in project.budget_lines.all()] if project else []
        self.fields["line_key"] = forms.ChoiceField(
            label=self.fields["line_key"].label, required=False, choices=[("", "—"), *lines]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.has_changed() or self.errors:
            return data
        count, price, amount = data.get("count"), data.get("unit_price"), data.get("amount")
        if (count is None) != (price is None):
            self.add_error("unit_price" if price is None else "count", _("Number and price belong together."))
            return data
        product = ActivityItem.product(price, count)
        if product is None and amount is None:
            self.add_error("amount", _("Write the amount, or the number and the price."))
        elif product is not None and amount not in (None, product):
            said = _("Number times price is %(product)s yuan: correct one of them, or leave the amount empty.")
            self.add_error("amount", said % {"product": yuan(product)})
        elif product is not None:
            data["amount"] = product
        return data


ActivityPartners = table(
    ActivityPartnerForm,
    extra=2,
    most=20,
    title=_("Partners and division of work"),
    add=_("Add a line"),
    hint=_("Every group or person that helps, and what they do: who brings the material, who tidies up."),
)
ActivityItems = table(
    ActivityItemForm,
    extra=3,
    most=50,
    title=_("Materials and budget"),
    add=_("Add a line"),
    hint=_("Write how many in words and about what it costs, or number and price: then it is calculated."),
)


class SecureURLField(forms.URLField):
    """An address typed without its beginning is taken as https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, assume_scheme="https")


class RecordForm(_TimedForm):
    """How it went. It can be kept half finished; whoever `hands_in` reads at each field what is still asked for."""

    sheets = FilesField(
        label=_("Sign-in sheet"), required=False,
        help_text=_("A scan or photo of the paper, if people signed on paper; each file at most 20 MB."),
    )  # fmt: skip

    class Meta:
        model = Activity
        fields = (
            *("starts_at", "ends_at", "place", "audience", "head_count", "team", "goal", "outcome", "reflection"),
            *("keeps_theme", "goal_reached", "right_people", "spent", "news_url", "video_url"),
        )
        widgets = {
            "starts_at": DateTimeInput,
            "ends_at": DateTimeInput,
            "goal": CountedTextarea(attrs={"rows": 2}),
            "outcome": CountedTextarea(attrs={"rows": 6}),
            "reflection": CountedTextarea(attrs={"rows": 5}),
        }
        help_texts = {"place": "", "audience": ""}

        field_classes = {"news_url": SecureURLField, "video_url": SecureURLField}

    asked = ("ends_at", "audience", "team", "goal", "outcome", *REFLECTION)

    def __init__(self, *args: Any, hands_in: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hands_in = hands_in
        self.fields["head_count"].required = False
        for name in self.asked:
            self.fields[name].mark = _("needed to hand in")
        if not self.instance.sign_ins.exists():
            self.fields["head_count"].mark = self.fields["sheets"].mark = _("needed to hand in if nobody signs in here")
        self.fields["place"].required = True
        for target, link in self.instance.aims:
            label = f"{target.indicator}（{target.unit}）"
            self.fields[f"achieved-{target.key}"] = FigureFormField(
                label=label, required=False, max_digits=10, initial=link.achieved
            )

    def clean_head_count(self) -> int:
        return self.cleaned_data["head_count"] or 0

    def _post_clean(self) -> None:
        """The conditions are asked of the activity as it was typed."""
        super()._post_clean()
        for condition in self.unmet if self.hands_in else ():
            names = [name for name in condition.fields if name in self.fields]
            empty = [name for name in names if not self.cleaned_data.get(name)] or names
            for name in empty or [None]:
                if name not in self.errors:
                    self.add_error(name, self._lacking(condition, name))

    def _lacking(self, condition: Any, name: str | None) -> Any:
        """What a condition asks for, said at a field; where it asks for several, each says only that it is empty."""
        if name is None or len(condition.fields) < 2:
            return condition.reason
        return self.fields[name].error_messages["required"]

    @property
    def unmet(self) -> list[Any]:
        """The conditions of a whole record that do not hold; a sheet that was chosen just now is there."""
        sheets = self.is_bound and bool(getattr(self, "cleaned_data", {}).get("sheets"))
        found = [condition for condition in RECORD_IS_WHOLE if not condition(self.instance)]
        return [condition for condition in found if not (sheets and "sheets" in condition.fields)]

    @property
    def achieved_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("achieved-")]

    @property
    def achieved(self) -> dict[str, Any]:
        """What it brought for each goal, by the goal's key."""
        prefix = "achieved-"
        return {n.removeprefix(prefix): v for n, v in self.cleaned_data.items() if n.startswith(prefix)}

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in self.Meta.fields}


class AmendForm(RecordForm):
    """A recorded activity is corrected with the reason."""

    reason = forms.CharField(
        label=_("Why it is corrected"), max_length=300, widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("It stays in the log, with what was there before."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["sheets"]
        for field in self.fields.values():
            field.mark = ""
        for name in self.asked:
            self.fields[name].required = True
