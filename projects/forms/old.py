"""Forms of a project: the proposal with its budget, and what is recorded along its life."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, DateTimeInput, FileField, FilesField, SeenState
from core.money import yuan
from grants.models import Call, ServiceField
from people.models import Membership, Organization, Role, User
from projects.completeness import REQUIRED, problems
from projects.models import (
    Activity,
    ActivityItem,
    BudgetLine,
    FollowUp,
    MentoringNote,
    Milestone,
    Objection,
    Project,
    Report,
    Stage,
)

TEXTS = ("summary", "features", "needs", "goals", "method", "risks", "sustainability")


class ApplyForm(forms.Form):
    """Open a draft: for which group, under which title."""

    applicant = forms.ModelChoiceField(label=_("Applicant"), queryset=Organization.objects.none(), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=60)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = user.organizations_as(Role.MANAGER, Role.STAFF)
        self.fields["applicant"].queryset = Organization.objects.applicants().filter(pk__in=mine)


class ProposalForm(forms.ModelForm):
    """The proposal's text and figures. A draft may be incomplete; `check_for_submission` asks for everything."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Project
        fields = (
            "title",
            "field",
            "community",
            "host",
            "leader",
            "leader_phone",
            "starts_on",
            "ends_on",
            "beneficiaries",
            *TEXTS,
            "amount_requested",
        )
        widgets = (
            {name: CountedTextarea for name in TEXTS}
            | {name: DateInput for name in ("starts_on", "ends_on")}
            | {"leader_phone": forms.TextInput(attrs={"type": "tel"})}
        )
        labels = {"title": _("Project title")}
        help_texts = {
            "summary": _("What you will do and what it will change; the public reads this."),
            "features": _("What is new here, and could others do the same?"),
            "needs": _("Who needs it, how do you know, how many are they?"),
            "goals": _("Measurable: how many, how often, by when, shown by what."),
            "method": _("Stages, activities, how often, who does what."),
            "risks": _("What could go wrong, and what you do then."),
            "amount_requested": _("Must equal the sum of the lines paid from this grant."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call = self.instance.call
        for name in set(REQUIRED) & set(self.fields):
            self.fields[name].needed = True  # a draft may do without it, a submission may not
        self.fields["version"].initial = self.instance.version
        self.fields["field"].queryset = call.service_fields.all()
        for name in ("starts_on", "ends_on"):
            self.fields[name].help_text = _("Between %(first)s and %(last)s") % {
                "first": call.starts_on,
                "last": call.ends_on,
            }
        if self.instance.applicant.is_filed:
            self.fields["host"].queryset = Organization.objects.possible_hosts()
            self.fields["host"].needed = True
        else:
            del self.fields["host"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and first > last:
            self.add_error("ends_on", _("The project must end after it starts."))
        return data

    def check_for_submission(self, lines: list[BudgetLine]) -> bool:
        """Put everything that is still missing at its field; True when nothing is."""
        for problem in problems(self.instance, lines):
            if problem.field in self.fields:
                if problem.field not in self.errors:
                    self.add_error(problem.field, problem.message)
            else:
                self.add_error(None, problem.message)
        return not self.errors

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def take_over(self, version: int) -> None:
        """After a clash: keep what was typed and let the next press store it over version `version`."""
        self.data = self.data.copy()
        self.data["version"] = str(version)


class BudgetLineForm(forms.ModelForm):
    class Meta:
        model = BudgetLine
        fields = ("category", "item", "unit_price", "unit", "quantity", "source", "remark")
        widgets = {
            "unit_price": forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "data-price": True}),
            "quantity": forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "data-quantity": True}),
            "source": forms.Select(attrs={"data-source": True}),
        }


class BudgetFormSet(forms.BaseFormSet):
    """The budget table; blank rows are ignored."""

    def lines(self) -> list[dict[str, Any]]:
        """The rows that are kept, in order."""
        return [
            {name: value for name, value in form.cleaned_data.items() if name not in ("DELETE", "id")}
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


BudgetLines = forms.formset_factory(
    BudgetLineForm, formset=BudgetFormSet, extra=3, can_delete=True, max_num=100, validate_max=True
)


def budget_initial(project: Project) -> list[dict[str, Any]]:
    """The stored lines as initial rows of `BudgetLines`."""
    return list(project.budget_lines.values(*BudgetLineForm.Meta.fields))


class AttachmentForm(forms.Form):
    """One file to go with the proposal."""

    KINDS = {
        "registration": _("Registration or filing certificate"),
        "host": _("Agreement with the host"),
        "recommendation": _("Recommendation of the community"),
        "survey": _("Survey of the need"),
        "other": _("Other"),
    }
    kind = forms.ChoiceField(label=_("Kind of paper"), choices=list(KINDS.items()))
    file = FileField(label=_("File"), help_text=_("PDF, picture or Office file, at most 20 MB"))


class MentorForm(forms.Form):
    mentor = forms.ModelChoiceField(label=_("Mentor"), queryset=Membership.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mentors = Membership.objects.current().filter(role=Role.MENTOR)
        self.fields["mentor"].queryset = mentors.select_related("user", "organization")
        self.fields["mentor"].label_from_instance = lambda held: f"{held.user} ({held.organization})"


class SignForm(forms.Form):
    """Sign the agreement: an explicit yes."""

    agreed = forms.BooleanField(label=_("I have read the agreement and sign it for my organisation."))


class PaymentForm(SeenState):
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)


class ReceiptForm(SeenState):
    receipt_number = forms.CharField(label=_("Receipt number"), max_length=60)


class SettlementForm(forms.Form):
    recognised = MoneyFormField(
        label=_("Recognised spending"), help_text=_("Yuan of this grant that was spent as agreed")
    )
    returned = MoneyFormField(
        label=_("Returned so far"), help_text=_("Yuan that came back to the fund"), initial=Decimal("0.00")
    )
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)


class MilestoneForm(forms.ModelForm):
    class Meta:
        model = Milestone
        fields = ("name", "due_on", "proof")
        widgets = {"due_on": DateInput}

    def clean_due_on(self):
        day, project = self.cleaned_data["due_on"], self.instance.project
        if not project.starts_on <= day <= project.ends_on:
            raise forms.ValidationError(
                _("Must lie inside the project: %(first)s to %(last)s."),
                params={"first": project.starts_on, "last": project.ends_on},
            )
        return day


class ActivityForm(forms.ModelForm):
    """The plan of an activity; its place may still be open."""

    class Meta:
        model = Activity
        fields = ("theme", "starts_at", "ends_at", "place", "partners", "programme", "emergency_plan")
        widgets = {
            "starts_at": DateTimeInput,
            "ends_at": DateTimeInput,
            "partners": CountedTextarea,
            "programme": CountedTextarea,
            "emergency_plan": CountedTextarea,
        }


class ActivityItemForm(forms.ModelForm):
    class Meta:
        model = ActivityItem
        fields = ("name", "quantity", "amount")


ActivityItems = forms.formset_factory(
    ActivityItemForm, formset=BudgetFormSet, extra=3, can_delete=True, max_num=50, validate_max=True
)


class ActivityRecordForm(forms.ModelForm):
    """How it went; the place must now be known."""

    files = FilesField(
        label=_("Sign-in sheet and photos"), required=False, help_text=_("Several files, each at most 20 MB")
    )

    class Meta:
        model = Activity
        fields = ("place", "audience", "attendance", "volunteers", "spent", "outcome", "reflection")
        widgets = {"outcome": CountedTextarea, "reflection": CountedTextarea}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("place", "audience", "attendance", "outcome"):
            self.fields[name].required = True
        self.fields["place"].help_text = ""


class ReportForm(forms.ModelForm):
    files = FilesField(label=_("Supporting files"), required=False, help_text=_("Several files, each at most 20 MB"))

    class Meta:
        model = Report
        fields = ("kind", "milestone", "done", "problems", "persons", "visits", "volunteer_hours", "spent")
        widgets = {"done": CountedTextarea, "problems": CountedTextarea}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["milestone"].queryset = self.instance.project.milestones.all()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        award, spent = self.instance.project.amount_awarded, data.get("spent")
        if spent is not None and award is not None and spent > award:
            self.add_error("spent", _("This is more than the award of %(award)s yuan.") % {"award": yuan(award)})
        persons, visits = data.get("persons"), data.get("visits")
        if persons is not None and visits is not None and persons > visits:
            self.add_error("persons", _("There cannot be more persons than visits."))
        return data


class MentoringForm(forms.ModelForm):
    class Meta:
        model = MentoringNote
        fields = ("held_on", "topic", "hours", "advice", "follow_up")
        widgets = {"held_on": DateInput, "advice": CountedTextarea}


class FollowUpForm(forms.ModelForm):
    class Meta:
        model = FollowUp
        fields = ("seen_on", "still_active", "note")
        widgets = {"seen_on": DateInput}


class ObjectionForm(forms.ModelForm):
    """Anybody may object. The field nobody sees catches programs that fill in everything."""

    website = forms.CharField(required=False, label=_("Leave this empty"))

    class Meta:
        model = Objection
        fields = ("name", "contact", "text")
        widgets = {"text": CountedTextarea(attrs={"rows": 8})}


class RulingForm(forms.Form):
    ruling = forms.ChoiceField(label=_("Ruling"), choices=Objection.Ruling.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reasons"), widget=CountedTextarea, max_length=2000)


class ProjectFilter(forms.Form):
    """Search and filters of the project list."""

    q = forms.CharField(label=_("Search"), required=False, max_length=60)
    call = forms.ModelChoiceField(
        label=_("Call"), queryset=Call.objects.none(), required=False, empty_label=_("All calls")
    )
    stage = forms.TypedChoiceField(
        label=_("Stage"), choices=[("", _("All stages")), *Stage.choices], coerce=int, required=False, empty_value=None
    )
    field = forms.ModelChoiceField(
        label=_("Service field"), queryset=ServiceField.objects.all(), required=False, empty_label=_("All fields")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = Call.objects.published()
