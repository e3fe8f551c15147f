"""The forms of an evaluation, step by step."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import FigureFormField
from core.forms import CountedTextarea, DateInput, DateTimeInput, FilesField, VersionedForm, within_a_year
from core.money import plain
from evaluations.actions.reporting import MOST_ITEMS, Item, proposed_day
from evaluations.models import AnswerPoint, Evaluation, EvaluationVisit, PaperLine, ReportTemplate
from evaluations.models.evaluation import NEEDED, TEXTS

SHORT = CountedTextarea(attrs={"rows": 2})


class SelfEvaluationForm(VersionedForm):
    """How the group sees itself: points and words for each criterion, and three texts."""

    went_well = forms.CharField(
        label=_("What went well"), widget=CountedTextarea(attrs={"rows": 5}), max_length=2000, required=False
    )
    went_badly = forms.CharField(
        label=_("What went badly, and why"), widget=CountedTextarea(attrs={"rows": 5}), max_length=2000, required=False
    )
    next_steps = forms.CharField(
        label=_("What we will do about it"), widget=CountedTextarea, max_length=1000, required=False
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(evaluation.scored_lines)
        written = getattr(evaluation, "self_evaluation", None)
        given = {score.criterion_id: score for score in written.scores.all()} if written else {}
        for criterion in self.criteria:
            weight, score = plain(criterion.weight), given.get(criterion.pk)
            points = plain(score.points) if score and score.points is not None else None
            self.fields[f"points-{criterion.pk}"] = FigureFormField(
                label=_("%(criterion)s: points") % {"criterion": criterion},
                required=False,
                min_value=Decimal(0),
                max_value=Decimal(weight),
                max_digits=5,
                decimal_places=2,
                initial=points,
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off", "class": "points", "data-max": weight}
                ),
            )
            self.fields[f"words-{criterion.pk}"] = forms.CharField(
                label=_("%(criterion)s: what shows it") % {"criterion": criterion},
                required=False,
                max_length=500,
                initial=score.words if score else "",
                widget=CountedTextarea(attrs={"rows": 2}),
            )
        self.fields["version"].initial = written.version if written else 0
        for name in ("went_well", "went_badly"):
            self.fields[name].mark = _("needed before it is handed in")
        for name in ("went_well", "went_badly", "next_steps"):
            self.fields[name].initial = getattr(written, name, "")

    def rows(self):
        return [(one, self[f"points-{one.pk}"], self[f"words-{one.pk}"]) for one in self.criteria]

    def check_for_submission(self) -> bool:
        """Put what is missing at its field, beside what is wrong; True when nothing is either."""
        self.is_valid()
        needed = [f"{part}-{one.pk}" for one in self.criteria for part in ("points", "words")]
        for name in [*needed, "went_well", "went_badly"]:
            if name not in self.errors and self.cleaned_data.get(name) in (None, ""):
                self.add_error(name, self.fields[name].error_messages["required"])
        return not self.errors

    @property
    def given(self) -> dict[str, Any]:
        """What the verb takes, as far as it is valid."""
        data = self.cleaned_data
        scores = {
            one.pk: (data.get(f"points-{one.pk}"), data.get(f"words-{one.pk}", ""))
            for one in self.criteria
            if f"points-{one.pk}" in data and f"words-{one.pk}" in data
        }
        texts = {name: data.get(name, "") for name in ("went_well", "went_badly", "next_steps")}
        return {"scores": scores, **texts, "version": data.get("version")}


class PapersForm(forms.Form):
    """Of each paper whether it is there."""

    another = forms.CharField(label=_("One more paper"), max_length=120, required=False)

    def __init__(self, *args: Any, papers: Iterable[PaperLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.papers = list(papers)
        for line in self.papers:
            self.fields[f"standing-{line.pk}"] = forms.ChoiceField(
                label=_("%(paper)s: standing") % {"paper": line},
                choices=[("", _("not looked at yet")), *PaperLine.Standing.choices],
                initial=line.standing,
                required=False,
            )
            self.fields[f"remark-{line.pk}"] = forms.CharField(
                label=_("%(paper)s: remark") % {"paper": line}, max_length=300, initial=line.remark, required=False
            )

    def rows(self):
        return [(line, self[f"standing-{line.pk}"], self[f"remark-{line.pk}"]) for line in self.papers]

    @property
    def found(self) -> dict[int, tuple[str, str]]:
        data = self.cleaned_data
        return {line.pk: (data[f"standing-{line.pk}"], data[f"remark-{line.pk}"]) for line in self.papers}


class PaperHandInForm(forms.Form):
    """The group hands one paper in."""

    note = forms.CharField(label=_("A word to it"), max_length=300, required=False)
    files = FilesField(label=_("Files"), required=False)


class VisitPlanForm(forms.ModelForm):
    """Announce the day."""

    class Meta:
        model = EvaluationVisit
        fields = ("planned_at", "place", "visitors", "wishes")
        widgets = {"planned_at": DateTimeInput(), "wishes": CountedTextarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_at"].validators.append(within_a_year)


class VisitAnswerForm(forms.Form):
    """The group says whether the day suits."""

    suits = forms.TypedChoiceField(
        label=_("Does the day suit you?"),
        choices=[("yes", EvaluationVisit.Answer.AGREED.label), ("no", EvaluationVisit.Answer.OTHER_DAY.label)],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("A word to it"), max_length=300, required=False, help_text=_("Needed when you ask for another day")
    )


class VisitRecordForm(forms.ModelForm):
    """Write the visit down."""

    files = FilesField(label=_("Photos and files"), required=False)

    class Meta:
        model = EvaluationVisit
        fields = ("held_at", "present", "seen", "interviews")
        widgets = {
            "held_at": DateTimeInput(),
            "present": CountedTextarea(attrs={"rows": 3}),
            "seen": CountedTextarea(attrs={"rows": 6}),
            "interviews": CountedTextarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("held_at", "present", "seen"):
            self.fields[name].required = True


class ReportForm(VersionedForm):
    """The texts of a report; what is missing is asked for when it is sent, not while it is written."""

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            field = Evaluation._meta.get_field(name)
            help_text = field.help_text
            self.fields[name] = forms.CharField(
                label=str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:],
                max_length=field.max_length,
                help_text=help_text,
                required=False,
                initial=getattr(evaluation, name),
                widget=CountedTextarea(attrs={"rows": 3 if name == "summary" else 5}),
            )
            self.fields[name].mark = _("needed before it is sent") if name in NEEDED else ""
        self.fields["version"].initial = evaluation.version

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in TEXTS if name in self.cleaned_data}


class ItemForm(forms.Form):
    """One thing to be mended; an empty row is none."""

    what = forms.CharField(
        label=_("What is to be mended"), max_length=500, required=False, widget=CountedTextarea(attrs={"rows": 2})
    )
    basis = forms.CharField(label=_("Basis"), max_length=200, required=False)
    who = forms.CharField(label=_("Responsible"), max_length=60, required=False)
    due_on = forms.DateField(label=_("Until"), widget=DateInput, required=False, validators=[within_a_year])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in ("basis", "due_on"):
            fields[name].mark = _("needed when something is to be mended")

    @property
    def is_blank(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in ("what", "basis", "who"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if any(data.get(name) for name in ("what", "basis", "who")):
            for name in ("what", "basis", "due_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
            if data.get("due_on") and data["due_on"] <= clock.today():
                self.add_error("due_on", _("The day until which something is to be mended must lie ahead."))
        return data


class ItemsBase(BaseFormSet):
    @property
    def items(self) -> list[Item]:
        return [
            Item(row["what"], row["basis"], row["due_on"], row["who"])
            for row in (form.cleaned_data for form in self.forms if not form.is_blank)
        ]


ItemFormSet = formset_factory(ItemForm, formset=ItemsBase, extra=2, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS * 2)


def items_initial(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {"what": one.what, "basis": one.basis, "who": one.who, "due_on": one.due_on} for one in evaluation.items.all()
    ]


def item_forms(evaluation: Evaluation, data: Any) -> Any:
    """The rows as they are stored or were sent; an empty one proposes the usual day."""
    formset = ItemFormSet(data, initial=items_initial(evaluation), prefix="items")
    for form in formset.forms:
        if form.fields["due_on"].initial is None:
            form.fields["due_on"].initial = proposed_day(evaluation)
    return formset


class AnswersForm(forms.Form):
    """The group answers a draft report point by point."""

    files = FilesField(label=_("Papers that show it"), required=False)

    def __init__(self, *args: Any, points: Iterable[AnswerPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(points)
        for point in self.points:
            self.fields[f"stance-{point.pk}"] = forms.ChoiceField(
                label=_("Your answer"),
                choices=AnswerPoint.Stance.choices,  # none is chosen beforehand: it is sent once
                widget=forms.RadioSelect,
            )
            self.fields[f"answer-{point.pk}"] = forms.CharField(
                label=_("In your words"),
                max_length=1000,
                required=False,
                widget=CountedTextarea(attrs={"rows": 2}),
            )

    def rows(self):
        return [(point, self[f"stance-{point.pk}"], self[f"answer-{point.pk}"]) for point in self.points]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for point in self.points:
            if data.get(f"stance-{point.pk}") == "differs" and not data.get(f"answer-{point.pk}", "").strip():
                self.add_error(f"answer-{point.pk}", _("Please say why you see it otherwise."))
        return data

    @property
    def answers(self) -> dict[int, tuple[str, str]]:
        data = self.cleaned_data
        return {point.pk: (data[f"stance-{point.pk}"], data[f"answer-{point.pk}"]) for point in self.points}


class RepliesForm(forms.Form):
    """The lead replies to what the group has answered."""

    def __init__(self, *args: Any, points: Iterable[AnswerPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = [point for point in points if point.needs_reply]
        for point in self.points:
            self.fields[f"outcome-{point.pk}"] = forms.ChoiceField(
                label=_("Outcome"),
                choices=[("", _("not decided yet")), *AnswerPoint.Outcome.choices],
                initial=point.outcome,
                required=False,
            )
            self.fields[f"reply-{point.pk}"] = forms.CharField(
                label=_("Reply"),
                max_length=1000,
                required=False,
                initial=point.reply,
                widget=CountedTextarea(attrs={"rows": 2}),
            )

    def rows(self):
        return [(point, self[f"outcome-{point.pk}"], self[f"reply-{point.pk}"]) for point in self.points]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for point in self.points:
            if data.get(f"outcome-{point.pk}") and not data.get(f"reply-{point.pk}", "").strip():
                self.add_error(f"reply-{point.pk}", _("Please say why."))
        return data

    @property
    def replies(self) -> dict[int, tuple[str, str]]:
        data = self.cleaned_data
        return {point.pk: (data[f"outcome-{point.pk}"], data[f"reply-{point.pk}"]) for point in self.points}


class RectifiedForm(forms.Form):
    """The group reports one thing as mended."""

    words = forms.CharField(
        label=_("What has been mended, and how"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3})
    )
    files = FilesField(label=_("Proof"), required=False)


class JudgeItemForm(forms.Form):
    """Accept what was reported, or send it back."""

    remark = forms.CharField(
        label=_("Remark"),
        max_length=500,
        required=False,
        widget=CountedTextarea(attrs={"rows": 2}),
        help_text=_("Needed when you send it back"),
    )
    due_on = forms.DateField(
        label=_("New last day, when it is sent back"), widget=DateInput, required=False, validators=[within_a_year]
    )


class ReportTemplateForm(forms.ModelForm):
    """A text of the organisation's own."""

    class Meta:
        model = ReportTemplate
        fields = ("kind", "title", "text")
        widgets = {"text": CountedTextarea(attrs={"rows": 10})}
