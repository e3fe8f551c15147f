"""Forms of a project in trouble: warning, answer, talk and its record."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, DateTimeInput, FilesField, within_a_year
from core.workdays import add_workdays
from projects.models import ReturnNotice, Talk, WarningLetter

RETURN_WITHIN = timedelta(days=30)
"""What is left comes back within thirty days (field guide 1.2, S16); the finance office may choose another day."""
ANSWER_WORKDAYS = 5
"""What is proposed for an answer; the clerk may choose another day."""


class WarningForm(forms.ModelForm):
    """Warn the group."""

    class Meta:
        model = WarningLetter
        fields = ("ground", "words", "answer_until")
        widgets = {"words": CountedTextarea(attrs={"rows": 5}), "answer_until": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer_until"].initial = add_workdays(clock.today(), ANSWER_WORKDAYS)
        self.fields["answer_until"].validators.append(within_a_year)


class WarningAnswerForm(forms.Form):
    """The group answers."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=1000,
        widget=CountedTextarea(attrs={"rows": 5}),
        help_text=_("What has been done, what will be done, and until when"),
    )
    files = FilesField(label=_("proof, if there is any"), required=False)


class ReturnNoticeForm(forms.ModelForm):
    """Ask for money back."""

    class Meta:
        model = ReturnNotice
        fields = ("reason", "due_on", "pay_to")
        widgets = {"reason": CountedTextarea(attrs={"rows": 4}), "due_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = clock.today() + RETURN_WITHIN
        self.fields["due_on"].validators.append(within_a_year)


class ClosingForm(forms.Form):
    """A word of the funder, which the group reads."""

    note = forms.CharField(label=_("A word to the group"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3}))


class TalkForm(forms.ModelForm):
    """Call the group to a talk."""

    class Meta:
        model = Talk
        fields = ("reason", "planned_at", "place")
        widgets = {"reason": CountedTextarea(attrs={"rows": 4}), "planned_at": DateTimeInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_at"].validators.append(within_a_year)


class TalkMoveForm(forms.ModelForm):
    """Another time or place."""

    class Meta:
        model = Talk
        fields = ("planned_at", "place")
        widgets = {"planned_at": DateTimeInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_at"].validators.append(within_a_year)


class TalkRecordForm(forms.ModelForm):
    """What was said and agreed."""

    class Meta:
        model = Talk
        fields = ("present", "said", "agreed", "agreed_until")
        widgets = {
            "present": CountedTextarea(attrs={"rows": 3}),
            "said": CountedTextarea(attrs={"rows": 6}),
            "agreed": CountedTextarea(attrs={"rows": 3}),
            "agreed_until": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].required = self.fields["said"].required = True
        self.fields["agreed_until"].validators.append(within_a_year)


class TalkConfirmForm(forms.Form):
    """The group confirms the record."""

    remark = forms.CharField(
        label=_("Remark, if you see something otherwise"),
        required=False,
        max_length=1000,
        widget=CountedTextarea(attrs={"rows": 3}),
    )
