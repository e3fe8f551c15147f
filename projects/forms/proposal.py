"""The forms of applying: opening a draft, and the proposal's text and figures."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, PhoneField, SeveralField, TabField
from grants.models import Call, NeedList, NeedListEntry
from people.choosing import CommunityField, HostField, in_district_of
from people.models import Organization, Role, User
from projects.completeness import problems
from projects.forms.project import UnchangedField
from projects.forms.tables import BaseTable, Tables
from projects.models import Project
from projects.models.project_queries import LONG_TEXTS
from projects.models.submission import PLEDGE
from projects.sections import Section, fields_of, required_of, sections_of, tables_of

BESIDE = {"version", "tab", "pledge", "unchanged"}
"""What the form sends that is no part of the proposal."""


class ApplyForm(forms.Form):
    """Open a draft: for which group, under which title, answering which need, beginning with which earlier proposal."""

    applicant = forms.ModelChoiceField(label=_("Applicant"), queryset=Organization.objects.none(), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=60)
    answers = forms.ModelChoiceField(
        label=_("Answers the need"),
        queryset=NeedListEntry.objects.none(),
        required=False,
        empty_label=_("No listed need"),
    )
    copy_of = forms.ModelChoiceField(
        label=_("Begin with an earlier proposal"),
        queryset=Project.objects.none(),
        required=False,
        empty_label=_("No, an empty form"),
        help_text=_(
            "Its texts, tables and budget lines are taken over: check every price. "
            "The days and the amount you ask for are entered anew."
        ),
    )

    def __init__(self, *args: Any, user: User, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = user.organizations_as(Role.MANAGER, Role.STAFF)
        self.fields["applicant"].queryset = Organization.objects.applicants().filter(pk__in=mine)
        self.fields["answers"].queryset = entries_for(call)
        earlier = Project.objects.filter(applicant__in=mine).with_names().order_by("-created_at")
        self.fields["copy_of"].queryset = earlier
        self.fields["copy_of"].label_from_instance = lambda p: f"{p.title} ({p.call}, {p.get_state_display()})"
        for name in ("answers", "copy_of"):
            if not self.fields[name].queryset.exists():
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        applicant, earlier = data.get("applicant"), data.get("copy_of")
        if applicant and earlier and earlier.applicant_id != applicant.pk:
            self.add_error("copy_of", _("This proposal belongs to another of your groups."))
        return data


def entries_for(call: Call):
    """The published needs that a proposal of this call can answer: in force, and of a field that it funds."""
    fields = Q(field__isnull=True) | Q(field__in=call.service_fields.all())
    return NeedListEntry.objects.filter(fields, list__in=NeedList.objects.in_force()).select_related(
        "list", "community"
    )


@dataclass(frozen=True)
class FormSection:
    """One section as the page draws it."""

    section: Section
    fields: list[forms.BoundField]
    tables: list[BaseTable]


class ProposalForm(forms.ModelForm):
    """The proposal's text and figures. A draft may be incomplete; `check_for_submission` asks for everything."""

    clashes: list[tuple[str, str]] | None = None
    """After a clash with another window: what is stored otherwise, by label."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    tab = TabField()
    pledge = forms.BooleanField(label=PLEDGE, required=False)
    unchanged = UnchangedField()

    class Meta:
        model = Project
        fields = (
            *(
                "title",
                "nature",
                "field",
                "answers",
                "wanted_by",
                "community",
                "other_communities",
                "supervisor",
                "host",
            ),
            *("leader", "leader_phone", "starts_on", "ends_on", "beneficiaries", "indirect_beneficiaries"),
            *LONG_TEXTS,
            "amount_requested",
        )
        widgets = (
            {name: CountedTextarea for name in LONG_TEXTS}
            | {name: DateInput for name in ("starts_on", "ends_on")}
            | {"other_communities": forms.CheckboxSelectMultiple}
        )
        field_classes = {
            "community": CommunityField,
            "host": HostField,
            "other_communities": SeveralField,
            "leader_phone": PhoneField,
        }
        labels = {"title": _("Project title")}
        help_texts = {
            "summary": _("What you will do and what it will change; the public reads this."),
            "features": _("What is new here, and could others do the same?"),
            "needs": _("Who needs it, how do you know, how many are they?"),
            "audience": _("Age, situation, where they live, how they are found."),
            "goals": _("In one or two sentences; the figures follow in the table."),
            "method": _("How the work is done, step by step; the dates follow in the table."),
            "risks": _("What could go wrong, and how you keep it from happening."),
            "emergency_plan": _("Who does what when something happens all the same."),
            "evaluation": _("What there will be at the end, and how you find out whether it helped."),
            "experience": _("What you have done of this kind, when, for whom."),
            "amount_requested": _("Must equal the sum of the lines paid from this grant."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.instance
        call, which = project.call, project.track.form
        asked = set(fields_of(which)) | BESIDE
        self.fields = {name: field for name, field in self.fields.items() if name in asked}
        for name in required_of(which) & set(self.fields):
            self._need(name)
        if "plan_steps" not in tables_of(which):
            self.fields["method"].help_text = _("How the work is done, step by step, and when.")
        self.fields["version"].initial = project.version
        self.fields["field"].queryset = call.service_fields.all()
        self.fields["answers"].queryset = entries_for(call) | NeedListEntry.objects.filter(
            pk=project.answers_id
        ).select_related("list", "community")
        self.fields["answers"].empty_label = _("No listed need")
        if "other_communities" in self.fields:
            near = (project.community or project.applicant.community) if self._has_place() else None
            self.fields["other_communities"].queryset = in_district_of(near)
            if near is None:
                first = _("First say in which community it takes place, and save: then those of its district are here.")
                self.fields["other_communities"].help_text = first
        for name in ("starts_on", "ends_on"):
            self.fields[name].help_text = _("Between %(first)s and %(last)s") % {
                "first": call.starts_on,
                "last": call.ends_on,
            }
        if project.applicant.is_filed:
            self.fields["host"].queryset = Organization.objects.possible_hosts()
            self._need("host")
        else:
            del self.fields["host"]

    def _need(self, name: str) -> None:
        """A draft may do without it, a submission may not: marked, and asked to choose, but not required."""
        self.fields[name].needed = True
        self.fields[name].widget.is_required = True

    def _has_place(self) -> bool:
        return bool(self.instance.community_id or self.instance.applicant.community_id)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and first > last:
            self.add_error("ends_on", _("The project must end after it starts."))
        return data

    def sections(self, tables: Tables) -> list[FormSection]:
        """The form in its sections, with the tables in their places."""
        return [
            FormSection(
                section,
                [self[name] for name in section.fields if name in self.fields],
                [tables[name] for name in section.tables],
            )
            for section in sections_of(self.instance.track.form)
        ]

    def check_for_submission(self, tables: Tables) -> bool:
        """Put everything that is still missing at its field or row; True when nothing is."""
        if "other_communities" in self.cleaned_data:  # the region is judged by the places typed, not by those stored
            self.instance._prefetched_objects_cache = {"other_communities": self.cleaned_data["other_communities"]}
        if not self.cleaned_data.get("pledge"):
            self.add_error("pledge", _("Please confirm the pledge before you submit."))
        for problem in problems(self.instance, tables.unsaved()):
            name, _colon, key = problem.field.partition(":")
            table = tables.by_name.get(name)
            row = table.form_with(key) if table and key else None
            if row is not None:
                row.add_error(None, problem.message)
            elif table is not None:
                table.add_problem(problem.message)
            elif name in self.fields:
                self.add_error(name, problem.message)
            else:
                self.add_error(None, problem.message)
        return not self.errors and not any(formset.total_error_count() for formset in tables)

    @property
    def values(self) -> dict[str, Any]:
        """What is valid, by field; of two days that do not go together neither."""
        days = {"starts_on", "ends_on"}
        left_out = BESIDE | (days if days & set(self.errors) else set())
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    def take_over(self, version: int) -> None:
        """After a clash: keep what was typed and let the next press store it over version `version`."""
        self.data = self.data.copy()
        self.data["version"] = str(version)
