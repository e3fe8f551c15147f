"""Forms of coaching: a session, what the group says to it, what is done, and the filters of the desk and the lists."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import FigureFormField, MoneyInput
from core.forms import CountedTextarea, DateInput, SeveralField, newest
from grants.models import Call
from people.models import User
from projects.forms.days import since_approval
from projects.lights import COLOURS
from projects.models import MentoringNote, Project


def check_due_day(form: forms.ModelForm, day: date | None) -> None:
    """What is agreed on is due after the day on which it was agreed, and there is something to do."""
    due, what = form.cleaned_data.get("follow_up_due_on"), form.cleaned_data.get("follow_up", "")
    if due and day and due < day:
        form.add_error("follow_up_due_on", _("This day is before the day on which it was agreed."))
    if due and not what and "follow_up" not in form.errors:
        form.add_error("follow_up", _("Say what is to be done until then."))


class SessionForm(forms.ModelForm):
    """One session; with `companions`, also for other groups that took part in it."""

    others = SeveralField(
        label=_("Other groups that took part"),
        queryset=Project.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each gets the advice; your hours count once."),
    )

    class Meta:
        model = MentoringNote
        fields = ("held_on", "topic", "form", "hours", "advice", "follow_up", "follow_up_due_on")
        field_classes = {"hours": FigureFormField}
        widgets = {
            **{"held_on": DateInput, "follow_up_due_on": DateInput},
            **{"hours": MoneyInput, "advice": CountedTextarea},
        }

    def __init__(self, *args: Any, companions: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if companions is None or not companions:
            del self.fields["others"]
        else:
            self.fields["others"].queryset = companions

    def clean_held_on(self):
        return since_approval(self.cleaned_data["held_on"], self.instance.project)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        check_due_day(self, data.get("held_on"))
        if data.get("others") and data.get("form") != MentoringNote.Form.GROUP:
            self.add_error("form", _("With other groups it is “several groups together”."))
        return data


class AnswerAdviceForm(forms.Form):
    """The group has read the advice; words are welcome and not needed."""

    answer = forms.CharField(
        label=_("Answer (optional)"), max_length=1000, required=False, widget=CountedTextarea(attrs={"rows": 3})
    )


class FinishForm(forms.Form):
    note = forms.CharField(label=_("How it was done (optional)"), max_length=300, required=False)


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("What is still missing"), max_length=300)


class DeskFilter(forms.Form):
    """Which of the projects one follows."""

    q = forms.CharField(label=_("search"), required=False, max_length=60)
    call = forms.ModelChoiceField(label=_("call"), queryset=Call.objects.none(), required=False, empty_label=_("All"))
    mentor = forms.ModelChoiceField(
        label=_("mentor"), queryset=User.objects.none(), required=False, empty_label=_("All")
    )
    tone = forms.ChoiceField(label=_("light"), required=False, choices=[("", _("All")), *COLOURS.items()])

    def __init__(self, *args: Any, calls: Any, mentors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = newest(calls, self.data.get("call"))
        self.fields["mentor"].queryset = newest(mentors, self.data.get("mentor"))


class SessionFilter(forms.Form):
    """Which sessions are listed and counted."""

    call = forms.ModelChoiceField(label=_("call"), queryset=Call.objects.none(), required=False, empty_label=_("All"))
    mentor = forms.ModelChoiceField(
        label=_("mentor"), queryset=User.objects.none(), required=False, empty_label=_("All")
    )
    topic = forms.ChoiceField(label=_("topic"), required=False, choices=[("", _("All")), *MentoringNote.Topic.choices])
    since = forms.DateField(label=_("from day"), required=False, widget=DateInput)
    until = forms.DateField(label=_("until day"), required=False, widget=DateInput)

    def __init__(self, *args: Any, calls: Any, mentors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = newest(calls, self.data.get("call"))
        self.fields["mentor"].queryset = newest(mentors, self.data.get("mentor"))
