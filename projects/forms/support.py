"""Forms of help before submission, of the formal check, and of what a proposal gathers around it."""

from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, within_a_year
from core.strangers import TrapForm
from people.choosing import OrganizationField
from people.models import Community, Kind, Organization
from projects.models import Comment, Likeness, Project, Recommendation
from projects.places import places


class CoachingForm(forms.Form):
    """Ask a support organisation for help with the draft."""

    organization = OrganizationField(
        label=_("Support organisation"),
        queryset=Organization.objects.filter(kind=Kind.SUPPORT_ORGANIZATION),
        empty_label=None,
    )
    message = forms.CharField(label=_("What you would like help with"), max_length=300, required=False)


class CoachingAnswerForm(forms.Form):
    accepted = forms.TypedChoiceField(
        label=_("Your answer"),
        choices=[("1", _("I coach this group")), ("0", _("We cannot take it on"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("A word to the group"), max_length=300, required=False)


class EndCoachingForm(forms.Form):
    note = forms.CharField(label=_("A word to the other side"), max_length=300, required=False)


class CommentForm(forms.ModelForm):
    """A remark on one place of the proposal."""

    class Meta:
        model = Comment
        fields = ("anchor", "text")
        widgets = {"text": CountedTextarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["anchor"] = forms.ChoiceField(label=_("Which part"), choices=places(project), required=False)


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Answer"), max_length=1000, widget=CountedTextarea(attrs={"rows": 2}))


class CutForm(forms.Form):
    """Cut one budget line."""

    amount = MoneyFormField(label=_("Cut by"), help_text=_("Yuan; 0 restores the line"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Needed for a cut; the group reads it")
    )


class ExtendForm(forms.Form):
    """More time to correct."""

    until = forms.DateField(label=_("New last day"), widget=DateInput, validators=[within_a_year])
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The group reads it"))


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(label=_("What is it?"), choices=Likeness.Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Reason"), max_length=300, required=False)


class RecommendationAskForm(forms.Form):
    """Which of the communities in which the project takes place is asked."""

    community = forms.ModelChoiceField(label=_("Community"), queryset=Community.objects.none(), empty_label=None)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = Community.objects.filter(pk__in=project.places)


class CallBackForm(forms.Form):
    """What the community's office said on the phone."""

    is_genuine = forms.TypedChoiceField(
        label=_("What did the office say?"),
        choices=[("1", _("Yes, this is our opinion")), ("0", _("No, nobody of ours has given it"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Whom did you speak to?"), max_length=200, required=False, help_text=_("Needed when it is not theirs.")
    )


class RecommendationForm(TrapForm, forms.ModelForm):
    """What the community says, without an account."""

    supports = forms.TypedChoiceField(
        label=_("Does the community support this project?"),
        choices=[("1", _("Yes, we support it")), ("0", _("No"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Recommendation
        fields = ("supports", "text", "name", "post", "phone")
        widgets = {"text": CountedTextarea, "phone": forms.TextInput(attrs={"type": "tel"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text", "name", "post"):
            self.fields[name].required = True


class ExplanationsForm(forms.Form):
    """One text for each warning: of the eligibility check, and of a budget rule whatever lines it is about."""

    def __init__(self, *args: Any, project: Project, findings: list, breaches: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules: dict[str, Any] = {}
        said = {name: dict(project.explanations.values_list(name, "text")) for name in ("rule", "limit")}
        for finding in findings:
            if not finding.is_met and not finding.blocks:
                self._ask("rule", finding.rule, [finding.reason], said["rule"])
        warned: dict[Any, list[str]] = {}
        for breach in breaches:
            if not breach.blocks:
                warned.setdefault(breach.rule, []).append(breach.sentence)
        for rule, sentences in warned.items():
            self._ask("limit", rule, sentences, said["limit"])

    def _ask(self, kind: str, rule: Any, sentences: list[str], said: dict[int, str]) -> None:
        self.rules[f"{kind}-{rule.pk}"] = rule
        field = forms.CharField(
            label=rule if kind == "rule" else _("Budget: %(rule)s") % {"rule": rule.get_metric_display()},
            help_text=" ".join(map(escape, sentences)),  # help texts may hold markup; a reason quotes titles
            max_length=300,
            required=False,
            initial=said.get(rule.pk, ""),
            widget=CountedTextarea(attrs={"rows": 2}),
        )
        field.needed = True  # may be left for later; a submission may not do without it
        self.fields[f"{kind}-{rule.pk}"] = field
