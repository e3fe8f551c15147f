"""Forms of judging."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, SeveralField
from evaluations.actions.decision import Proposal
from evaluations.actions.declaring import Tie
from evaluations.actions.evaluation import possible_evaluators
from evaluations.actions.panel import loads
from evaluations.models import Alternative, Assignment, Commission, Decision, DecisionLine, Feedback
from evaluations.standings import Standing
from grants.models import BonusRule, Call
from people.models import Expert, Interest, Kind, Organization, User
from projects.models import State


class SheetForm(forms.Form):
    """A score sheet: one figure a criterion of the call's rubric, and two texts.

    `version` is that of the stored sheet, so that an older window does not overwrite a newer one.
    """

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)
    strengths = forms.CharField(label=_("Strengths"), widget=CountedTextarea, max_length=1000, required=False)
    weaknesses = forms.CharField(
        label=_("Weaknesses and advice"), widget=CountedTextarea, max_length=1000, required=False
    )

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(assignment.rubric.criteria.prefetch_related("levels__criterion"))
        sheet = getattr(assignment, "sheet", None)
        given = {score.criterion_id: score.points for score in sheet.scores.all()} if sheet else {}
        for criterion in self.criteria:
            weight = f"{criterion.weight.normalize():f}"
            self.fields[f"points-{criterion.pk}"] = forms.DecimalField(
                label=criterion.name,
                required=False,
                min_value=Decimal(0),
                max_value=criterion.weight,
                max_digits=5,
                decimal_places=2,
                initial=given.get(criterion.pk),
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off", "class": "points", "data-max": weight}
                ),
            )
        self.fields["version"].initial = sheet.version if sheet else 0
        if sheet:
            self.fields["strengths"].initial, self.fields["weaknesses"].initial = sheet.strengths, sheet.weaknesses

    def rows(self):
        """Each criterion with its field, for the page."""
        return [(criterion, self[f"points-{criterion.pk}"]) for criterion in self.criteria]

    @property
    def points(self) -> dict[int, Decimal | None]:
        """The valid points by criterion; those that are not valid are left as they are stored."""
        names = {criterion.pk: f"points-{criterion.pk}" for criterion in self.criteria}
        return {pk: self.cleaned_data[name] for pk, name in names.items() if name in self.cleaned_data}

    @property
    def texts(self) -> dict[str, Any]:
        """The two texts and the version, as far as they are valid."""
        names = ("strengths", "weaknesses", "version")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def check_for_submission(self) -> bool:
        """Put what is missing at its field; True when nothing is."""
        for criterion in self.criteria:
            if self.cleaned_data[f"points-{criterion.pk}"] is None:
                self.add_error(f"points-{criterion.pk}", _("Please give points before you submit."))
        if not (self.cleaned_data["strengths"] or self.cleaned_data["weaknesses"]):
            self.add_error("strengths", _("Please write at least one sentence: the group learns from it."))
        return not self.errors


class UnlockingForm(forms.Form):
    """The second person's answer."""

    answer = forms.CharField(
        label=_("Answer"),
        widget=CountedTextarea,
        max_length=300,
        required=False,
        help_text=_("Needed when it stays locked"),
    )


class DeviationForm(forms.Form):
    note = forms.CharField(
        label=_("Why is your score far from the others?"),
        widget=CountedTextarea,
        max_length=500,
        help_text=_("One sentence. Your score stays as it is."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=CountedTextarea, max_length=300)


class DeclarationForm(forms.Form):
    """For each organisation behind the proposals: nothing ties me to it, or what does."""

    promised = forms.BooleanField(
        label=_("I judge fairly, keep the proposals to myself, and say at once if a tie comes up later."),
        required=False,
    )

    def __init__(self, *args: Any, assignments: list[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [assignment.pk for assignment in assignments]
        found = {one.project.applicant for one in assignments} | {one.project.host for one in assignments}
        self.organizations = sorted((one for one in found if one), key=lambda one: one.name)
        for organization in self.organizations:
            self.fields[f"tie-{organization.pk}"] = forms.ChoiceField(
                label=organization.name,
                choices=[("", _("Nothing ties me to it")), *Interest.Kind.choices],
                required=False,
            )
            self.fields[f"words-{organization.pk}"] = forms.CharField(
                label=_("What ties you to %(name)s") % {"name": organization.name},
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": _("In a few words, if something does")}),
            )

    def rows(self) -> list:
        return [(one, self[f"tie-{one.pk}"], self[f"words-{one.pk}"]) for one in self.organizations]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for organization in self.organizations:
            tie, words = data.get(f"tie-{organization.pk}"), data.get(f"words-{organization.pk}")
            if tie and not words:
                self.add_error(f"words-{organization.pk}", _("Please say in a few words what ties you."))
            if words and not tie:
                self.add_error(f"tie-{organization.pk}", _("Please choose what ties you."))
        if not data.get("promised"):
            self.add_error("promised", _("Without this promise nobody may judge."))
        return data

    @property
    def ties(self) -> dict[int, Tie]:
        given = self.cleaned_data
        return {
            one.pk: Tie(given[f"tie-{one.pk}"], given[f"words-{one.pk}"])
            for one in self.organizations
            if given.get(f"tie-{one.pk}")
        }


class ConflictForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=CountedTextarea,
        max_length=300,
        required=False,
        help_text=_("Needed when the expert goes on judging: an auditor will read it."),
    )


class ProposePanelsForm(forms.Form):
    """What the calculation of panels may do."""

    max_load = forms.IntegerField(
        label=_("Proposals an expert at most"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Empty: as the roster says"),
    )
    due_on = forms.DateField(label=_("Score by"), widget=DateInput, required=False)


class GroupsForm(forms.Form):
    count = forms.IntegerField(label=_("Number of groups"), min_value=2, max_value=50)


class AssignForm(forms.Form):
    """An expert for one project of a call."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=None)
    person = forms.ModelChoiceField(label=_("Expert"), queryset=None)
    due_on = forms.DateField(label=_("Score by"), widget=DateInput, required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [State.SUBMITTED, State.ELIGIBLE, State.IN_REVIEW]
        self.fields["project"].queryset = call.projects.filter(state__in=states).order_by("number")
        self.fields["project"].label_from_instance = lambda project: f"{project.number} {project.title}"
        experts = {one.person_id: one for one in Expert.objects.available().prefetch_related("skills")}
        load = loads(call)
        self.fields["person"].queryset = User.objects.filter(pk__in=experts)
        self.fields["person"].label_from_instance = lambda person: (
            _("%(name)s (%(fields)s; %(load)d so far)")
            % {
                "name": person,
                "fields": "、".join(experts[person.pk].expertise),
                "load": load.get(person.pk, 0),
            }
        )


class DecisionForm(forms.ModelForm):
    """What becomes of each project in review, with its amount and reason, and the meeting that decided it."""

    class Meta:
        model = Decision
        fields = ("held_on", "place", "chair", "present", "absent", "minutes", "note", "embargo_until")
        widgets = {
            "held_on": DateInput,
            "embargo_until": DateInput,
            "present": CountedTextarea(attrs={"rows": 4}),
            "absent": CountedTextarea(attrs={"rows": 2}),
            "minutes": CountedTextarea(attrs={"rows": 8}),
            "note": CountedTextarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, rows: list[Standing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.projects = [row.project for row in rows if row.project.state == State.IN_REVIEW]
        lines = {line.project_id: line for line in self.instance.lines.all()} if self.instance.pk else {}
        for project in self.projects:
            label, line = {"title": project.title}, lines.get(project.pk)
            self.fields[f"decision-{project.pk}"] = forms.ChoiceField(
                label=_("Decision on “%(title)s”") % label,
                choices=[("", _("decide")), *DecisionLine.Outcome.choices],
                initial=line.outcome if line else "",
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
                initial=line.reason if line else "",
                widget=forms.TextInput(attrs={"placeholder": _("Reason for a cut or for leaving the order")}),
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
        for name in ("present", "minutes"):
            if not self.cleaned_data.get(name):
                self.add_error(name, _("Please write this down: the decision rests on it."))
        return not self.errors

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


class BonusForm(forms.Form):
    """Points by one bonus rule, with what shows that they are due."""

    rule = forms.ModelChoiceField(label=_("Bonus"), queryset=BonusRule.objects.none(), empty_label=None)
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
    amount = MoneyFormField(label=_("Amount"))


class CommissionForm(forms.ModelForm):
    class Meta:
        model = Commission
        fields = ("organization", "since", "until")
        widgets = {"since": DateInput, "until": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.filter(kind=Kind.EVALUATOR)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("Must not be before the beginning."))
        return data


class EvaluationForm(forms.Form):
    """Who goes to evaluate."""

    people = SeveralField(label=_("Evaluators"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple)
    due_on = forms.DateField(label=_("Evaluate by"), widget=DateInput, required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {found.user_id: found for found in possible_evaluators(call)}
        self.fields["people"].queryset = User.objects.filter(pk__in=held)
        self.fields["people"].label_from_instance = lambda person: f"{person} ({held[person.pk].organization})"


class ConclusionForm(forms.Form):
    summary = forms.CharField(
        label=_("Conclusion"),
        widget=CountedTextarea,
        max_length=2000,
        help_text=_("The group reads it; if the evaluation is not passed, say what must be mended."),
    )


class FeedbackForm(forms.ModelForm):
    """What the group reads about its proposal."""

    class Meta:
        model = Feedback
        fields = ("strengths", "weaknesses")
        widgets = {
            "strengths": CountedTextarea(attrs={"rows": 8}),
            "weaknesses": CountedTextarea(attrs={"rows": 8}),
        }


class AlternativeForm(forms.ModelForm):
    """One way of choosing under the money."""

    class Meta:
        model = Alternative
        fields = ("name", "objective", "budget", "floor")
        widgets = {"objective": forms.RadioSelect}


class QuotaForm(forms.Form):
    """What is set for one group of projects; an empty row says nothing."""

    group = forms.ChoiceField(label=_("Group"), required=False)
    max_amount = MoneyFormField(label=_("At most (yuan)"), required=False)
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
        return [one | {"max_amount": str(one["max_amount"]) if one["max_amount"] else None} for one in given]


QuotaFormSet = forms.formset_factory(QuotaForm, formset=BaseQuotaFormSet, extra=2, max_num=20, validate_max=True)
