"""Residents' votes: what is announced, the ballot, the slips, the papers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateTimeInput, FileField, SeveralField
from core.money import yuan
from core.strangers import TrapForm
from evaluations.actions.balloting import what_is_wrong
from evaluations.actions.vote_codes import MOST_AT_ONCE
from evaluations.models import Vote, VoteEntry
from evaluations.models.vote import STANDS_WHILE
from grants.models import Call
from people.choosing import STREET, in_district_of, in_streets
from people.models import Community
from projects.models import Project
from projects.pictures import preview


class VoteForm(forms.ModelForm):
    """Everything that is announced: the period, the money, the rule, the projects, who votes."""

    projects = SeveralField(
        label=_("Projects that stand"), queryset=Project.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    communities = SeveralField(
        label=_("Communities whose residents may vote"),
        queryset=Community.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Vote
        fields = (
            "title", "track", "opens_at", "closes_at", "budget", "method", "max_approvals", "within_budget", "codes",
            "note",
        )  # fmt: skip
        widgets = {
            "opens_at": DateTimeInput,
            "closes_at": DateTimeInput,
            "method": forms.RadioSelect,
            "codes": forms.RadioSelect,
            "note": CountedTextarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].queryset = call.tracks.all()
        stands = call.projects.filter(state__in=STANDS_WHILE).select_related("applicant").order_by("number")
        self.fields["projects"].queryset = stands.prefetch_related("budget_lines")
        self.fields["projects"].label_from_instance = _named
        # residents of a street may vote, wherever in it a project is
        near = {code[:STREET] for code in stands.values_list("community__region_code", flat=True) if code}
        self.fields["communities"].queryset = in_streets(near) if near else in_district_of(None)
        if self.instance.pk:
            self.fields["projects"].initial = list(self.instance.entries.values_list("project", flat=True))
            self.fields["communities"].initial = list(self.instance.communities.values_list("pk", flat=True))

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _named(project: Project) -> str:
    return f"{project.number} {project.title}（{project.applicant}） {yuan(project.amount_payable)}"


class EntryForm(forms.ModelForm):
    """How a project is told on the ballot."""

    upload = FileField(label=_("Picture (JPG or PNG)"), required=False, help_text=_("Not needed"))
    clear = forms.BooleanField(label=_("Take the picture away"), required=False)

    class Meta:
        model = VoteEntry
        fields = ("words",)
        widgets = {"words": CountedTextarea(attrs={"rows": 3})}

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        return preview(upload) if upload else None


class BallotForm(TrapForm):
    """The ballot itself; `stands` are the projects, `approved` what is ticked."""

    approves = forms.MultipleChoiceField(label=_("Projects"), required=False)

    def __init__(self, *args: Any, vote: Vote, stands: list[VoteEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vote, self.stands = vote, stands
        self.fields["approves"].choices = [(str(entry.project_id), entry.project.title) for entry in stands]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "approves" in data:
            for wrong in what_is_wrong(self.vote, self.stands, self.approved):
                self.add_error(None, wrong)
        return data

    @property
    def approved(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["approves"]]

    @property
    def ticked(self) -> set[str]:
        """What stands ticked on the page, also when it is wrong."""
        given = self["approves"].value() or []
        return {str(one) for one in given}


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code on your slip"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "vote-code"}
        ),
    )


class IssueForm(forms.Form):
    """How many slips for which community."""

    community = forms.ModelChoiceField(label=_("community"), queryset=Community.objects.none(), empty_label=None)
    number = forms.IntegerField(label=_("how many slips"), min_value=1, max_value=MOST_AT_ONCE)

    def __init__(self, *args: Any, vote: Vote, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = vote.communities.all()


class SlipReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class PrintingForm(SlipReasonForm):
    """A whole printing that is lost."""

    batch = forms.IntegerField(label=_("printing"), min_value=1, max_value=99999)


class PaperBallotForm(forms.Form):
    """One paper as it lies there."""

    number = forms.IntegerField(label=_("Number on the paper"), min_value=1, max_value=9999)
    approves = forms.MultipleChoiceField(
        label=_("Ticked on the paper"), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_void = forms.BooleanField(
        label=_("The paper is void: nothing is ticked, or more than the rule allows"), required=False
    )

    def __init__(self, *args: Any, stands: list[VoteEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approves"].choices = [(str(entry.project_id), str(entry.project.title)) for entry in stands]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if bool(data.get("approves")) == bool(data.get("is_void")) and "approves" in data:
            self.add_error("approves", _("Either tick what is ticked on the paper, or say that it is void."))
        return data

    @property
    def approved(self) -> list[int]:
        return [] if self.cleaned_data["is_void"] else [int(pk) for pk in self.cleaned_data["approves"]]
