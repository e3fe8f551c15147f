"""What residents fill in on a phone, what others write down for them, and what is decided about it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, FilesField, PhoneField, SeveralField
from core.strangers import TrapForm
from evaluations.actions.grievances import MOST_FILES
from evaluations.models import Channel, Face, Grievance, Questionnaire, Voice
from evaluations.models.voice import MOST_WORDS
from evaluations.questions import OVERALL, steps
from projects.models import Activity, Project


def words_field(questionnaire: Questionnaire) -> forms.CharField:
    return forms.CharField(
        label=questionnaire.open_question,
        required=False,
        max_length=MOST_WORDS,
        widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("Please write no names and no phone numbers."),
    )


def inside_field() -> forms.BooleanField:
    return forms.BooleanField(label=_("Only for the project and the funder, not in public"), required=False)


class SayForm(TrapForm):
    """Three faces and one line of text."""

    face = forms.ChoiceField(
        choices=Face.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one of the three faces.")},
    )

    def __init__(self, *args: Any, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["face"].label = questionnaire.question
        self.fields["text"] = words_field(questionnaire)
        self.fields["inside"] = inside_field()

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("face", "text", "inside")}


class _Questions(forms.Form):
    """Every question of a questionnaire, in five steps."""

    def __init__(self, *args: Any, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questionnaire = questionnaire
        for item in questionnaire.items:
            self.fields[item["key"]] = forms.TypedChoiceField(
                label=item["text"],
                choices=steps(item.get("scale", "")),
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[item["key"]] for item in self.questionnaire.items]

    @property
    def answers(self) -> dict[str, int]:
        given = {item["key"]: self.cleaned_data.get(item["key"]) for item in self.questionnaire.items}
        return {key: level for key, level in given.items() if level}


class MoreForm(_Questions):
    """The longer form after the faces: everything may be left out."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not self.answers:
            raise forms.ValidationError(_("Please answer at least one question."))
        return data


class WriteDownVoiceForm(_Questions):
    """What somebody said by phone, at the door or on paper, as it is written down by somebody else."""

    channel = forms.ChoiceField(label=_("How it came"), widget=forms.RadioSelect)
    day = forms.DateField(label=_("On which day"), widget=DateInput)

    def __init__(self, *args: Any, project: Project, channels: list[Channel], **kwargs: Any) -> None:
        kwargs["initial"] = {"day": clock.today()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["channel"].choices = [(channel.value, channel.label) for channel in channels]
        self.fields["channel"].initial = channels[0].value
        self.fields[OVERALL].required = True
        self.fields["activity"] = forms.ModelChoiceField(
            label=_("Which activity"),
            queryset=asked_about(project),
            required=False,
            empty_label=_("The project as a whole"),
        )
        self.fields["text"] = words_field(self.questionnaire)
        self.fields["inside"] = inside_field()

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day > clock.today():
            raise forms.ValidationError(_("This day is still to come."))
        if self.project.starts_on and day < self.project.starts_on:
            raise forms.ValidationError(_("The project had not begun on this day."))
        return day

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("day", "text", "inside")} | {"answers": self.answers}

    @property
    def for_the_next(self) -> str:
        """How, when and where the last one was asked, as a query: who writes down many sets it once."""
        data = self.cleaned_data
        activity = data["activity"].pk if data["activity"] else ""
        return urlencode({"channel": data["channel"], "day": data["day"].isoformat(), "activity": activity})


KEPT = ("channel", "day", "activity")
"""What stays from one answer that is written down to the next."""


def kept_from(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in KEPT if query.get(name)}


class DeskForm(TrapForm, WriteDownVoiceForm):
    """The same at the community's desk, with the name of who writes it down."""

    name = forms.CharField(
        label=_("Your name and post"),
        max_length=40,
        help_text=_("You write down what somebody says. Your name stays inside, beside the answer."),
    )


def asked_about(project: Project) -> Any:
    """The activities that somebody can have an opinion on: begun, and not cancelled."""
    return Activity.objects.standing().filter(project=project, starts_at__lte=clock.now()).order_by("-starts_at", "pk")


class GrievanceForm(TrapForm, forms.ModelForm):
    """A resident reports a problem, with a name or without one."""

    files = FilesField(
        label=_("Photos or papers"), required=False, help_text=_("At most three. Only the funder can open them.")
    )

    class Meta:
        model = Grievance
        fields = ("kind", "text", "contact", "phone", "email")
        widgets = {"text": CountedTextarea(attrs={"rows": 5}), "kind": forms.RadioSelect}
        field_classes = {"phone": PhoneField}
        help_texts = {
            "text": _("When, where, and what you saw yourself."),
            "contact": _("You may leave it empty. The group does not learn it."),
            "phone": _("If you would like an answer: a phone or an e-mail."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Grievance.Kind.choices

    def clean_files(self) -> list:
        files = self.cleaned_data["files"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(n)s files, please.") % {"n": MOST_FILES})
        return files

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class TellForm(forms.Form):
    """A call to whoever reported: reached, or not."""

    note = forms.CharField(
        label=_("What came of the call"),
        max_length=200,
        widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("For example: told on the phone, satisfied; or called three times, nobody answers"),
    )


class AnswerGrievanceForm(forms.Form):
    finding = forms.CharField(
        label=_("What was found out"),
        max_length=1000,
        required=False,
        widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("Stays inside the funder."),
    )
    answer = forms.CharField(
        label=_("Answer to the resident"),
        max_length=1000,
        widget=CountedTextarea(attrs={"rows": 4}),
        help_text=_("Whoever reported reads it. Please name no person."),
    )


class ShowForm(forms.Form):
    names = forms.CharField(
        label=_("Names to be masked"),
        max_length=200,
        required=False,
        help_text=_("Separate them with a blank or comma. Phones, numbers and addresses are masked by themselves."),
    )

    def clean_names(self) -> list[str]:
        text = self.cleaned_data["names"]
        for sign in "，、,;；":
            text = text.replace(sign, " ")
        return text.split()


class HideForm(forms.Form):
    why = forms.ChoiceField(label=_("Why not"), choices=Voice.Why.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("In your words"), max_length=300, widget=CountedTextarea(attrs={"rows": 2}))


class WhyForm(forms.Form):
    """A reason, for what needs no more."""

    note = forms.CharField(label=_("Reason"), max_length=300, widget=CountedTextarea(attrs={"rows": 2}))


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer, once and in public"),
        max_length=300,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("Please name nobody, and do not guess who it was."),
    )


class LookForm(forms.Form):
    """Which of the odd answers were looked at, and why they are left out if they are."""

    voices = SeveralField(label=_("Answers"), queryset=Voice.objects.none(), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label=_("Why they are left out"),
        max_length=300,
        required=False,
        widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("Only if you leave them out. Both figures stay to be seen."),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["voices"].queryset = Voice.objects.to_look_at().filter(project=project)


class QuestionnaireForm(forms.ModelForm):
    """A funder's own words: a question that is left empty is not asked."""

    class Meta:
        model = Questionnaire
        fields = ("question", "open_question")

    def __init__(self, *args: Any, now: Questionnaire, shipped: list[dict[str, str]], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"question": now.question, "open_question": now.open_question})
        super().__init__(*args, **kwargs)
        self.shipped = shipped
        texts = {item["key"]: item["text"] for item in now.items}
        for item in shipped:
            self.fields[item["key"]] = forms.CharField(
                label=item["text"],
                max_length=80,
                required=item["key"] == OVERALL,
                initial=texts.get(item["key"], ""),
                help_text=_("Always asked: satisfaction is counted from it.") if item["key"] == OVERALL else "",
            )

    @property
    def values(self) -> dict[str, Any]:
        asked = [
            item | {"text": self.cleaned_data[item["key"]]} for item in self.shipped if self.cleaned_data[item["key"]]
        ]
        return {name: self.cleaned_data[name] for name in self.Meta.fields} | {"items": asked}
