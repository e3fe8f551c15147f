"""Choosing records for a line of a sheet, drawing samples, what came of a drawn record, and site forms."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyFormField
from core.forms import CountedTextarea, DateInput, DateTimeInput
from evaluations import site_checklists
from evaluations.actions.evidence import MOST
from evaluations.actions.sampling import MOST as MOST_DRAWN
from evaluations.models import Evidence, Sample, SampleItem, SiteForm
from evaluations.phone_script import current
from projects.checklists import Checklist
from projects.forms import ChecklistForm, PhotosField, SendingForm


class RecordFilter(forms.Form):
    """What the picker shows."""

    q = forms.CharField(label=_("Search"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    tied = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("All records")), ("me", _("Tied to this line")), ("panel", _("Tied by colleagues"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All kinds")), *Evidence.Kind.choices]


class RecordsForm(forms.Form):
    """Which records are tied, and what they show."""

    names = forms.CharField(required=False)
    why = forms.CharField(
        label=_("What they show"), max_length=200, required=False, help_text=_("A word for who reads it later")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        names = list(dict.fromkeys(self.data.getlist("names"))) if hasattr(self.data, "getlist") else []
        if not names:
            raise ValidationError(_("Please tick at least one record."))
        if len(names) > MOST:
            raise ValidationError(
                _("At most %(n)s records for one line: please choose those that show it."), params={"n": MOST}
            )
        return data | {"names": [name[:60] for name in names]}


class EvidenceWordForm(forms.Form):
    text = forms.CharField(
        label=_("No record shows it: one sentence"),
        max_length=300,
        required=False,
        widget=CountedTextarea(attrs={"rows": 2}),
    )


class SampleForm(forms.Form):
    """What is drawn from, and how many."""

    kind = forms.ChoiceField(label=_("Drawn from"), choices=Sample.Kind.choices)
    size = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_DRAWN, initial=20)
    threshold = MoneyFormField(
        label=_("All vouchers from this amount on"),
        required=False,
        help_text=_("In yuan, for vouchers only: the larger ones are all taken, the other places go by lot"),
    )
    since = forms.DateField(label=_("From"), required=False, widget=DateInput)
    until = forms.DateField(label=_("Until"), required=False, widget=DateInput)
    reason = forms.CharField(
        label=_("Why it is drawn again"),
        max_length=300,
        required=False,
        help_text=_("Only for a second draw of the same kind; both stay"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("It must end after it begins."))
        return data


class ResultForm(forms.Form):
    """What came of one drawn record; of a person also the answers."""

    result = forms.ChoiceField(label=_("Result"), choices=SampleItem.Result.choices, widget=forms.RadioSelect)
    in_question = MoneyFormField(
        label=_("Amount in question"), required=False, help_text=_("In yuan; empty: nothing is in question")
    )
    words = forms.CharField(
        label=_("What was found"), max_length=500, required=False, widget=CountedTextarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, item: SampleItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.script = item, current() if item.sample.is_by_phone else None
        R = SampleItem.Result
        left_out = {R.NOT_FOUND} if self.script else {R.NOT_REACHED, R.REFUSED}
        self.fields["result"].choices = [one for one in R.choices if one[0] not in left_out]
        if item.amount is None:
            del self.fields["in_question"]
        for question in self.script.questions if self.script else ():
            self.fields[f"answer-{question.key}"] = forms.ChoiceField(
                label=question.text, choices=list(question.answers.items()), required=False, widget=forms.RadioSelect
            )
        if self.script:
            self.fields["words"].help_text = _("Without names: the person is known by the number only")
        self.initial |= {"result": item.result, "words": item.words, "in_question": item.in_question}
        self.initial |= {f"answer-{key}": answer for key, answer in item.answers.items()}

    @property
    def questions(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("answer-")]

    @property
    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        data = dict(self.cleaned_data)
        answers = {name[7:]: data.pop(name) for name in list(data) if name.startswith("answer-")}
        return data | {"answers": {key: answer for key, answer in answers.items() if answer}}


class SiteFormForm(ChecklistForm):
    """The site form: the same on the page, on a tablet without a line, and for two versions in one."""

    photos = PhotosField(label=_("Photos"), required=False, help_text=_("JPG or PNG"))

    class Meta:
        model = SiteForm
        fields = ("visited_at", "place", "present", "objection", "findings", "interviews", "photos_agreed")
        widgets = {
            "visited_at": DateTimeInput,
            "present": CountedTextarea(attrs={"rows": 3}),
            "objection": CountedTextarea(attrs={"rows": 2}),
            "findings": CountedTextarea(attrs={"rows": 6}),
            "interviews": CountedTextarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, checklist: Checklist | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checklist = checklist or site_checklists.current(self.instance.evaluation.purpose)
        self.add_items()

    def clean_present(self) -> str:
        """Each line a name; only blank lines are nobody."""
        lines = [line.strip() for line in self.cleaned_data["present"].splitlines() if line.strip()]
        if not lines:
            raise ValidationError(_("Please write down who was there."))
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("photos") and not data.get("photos_agreed"):
            self.add_error("photos_agreed", _("Say first that whoever can be recognised on the photos has agreed."))
        return data


class SiteSendingForm(SendingForm):
    """What a tablet says about a site form that it sends."""

    checklists: ClassVar[Callable[[], dict[int, Checklist]]] = staticmethod(site_checklists.every)

    project = None  # type: ignore[assignment]
    evaluation = forms.IntegerField(min_value=1, max_value=2**63 - 1)
