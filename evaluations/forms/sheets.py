"""Score sheets: the points and words of a judge, unlocking, what the group reads."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import FigureFormField
from core.forms import CountedTextarea, SeveralField, TabField
from core.money import plain
from evaluations.models import Assignment, Feedback
from projects.models import Project

EITHER = _("one sentence in one of the two at least")


def mark_either(form: forms.BaseForm) -> None:
    """Say beforehand that the two texts must not both be empty, where "optional" would be wrong."""
    for name in ("strengths", "weaknesses"):
        form.fields[name].mark = EITHER


class SheetForm(forms.Form):
    """A score sheet: one figure a criterion of the call's rubric, and two texts.

    `version` is that of the stored sheet, so that an older window does not overwrite a newer one.
    """

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)
    tab = TabField()
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
            weight = plain(criterion.weight)
            self.fields[f"points-{criterion.pk}"] = FigureFormField(
                label=criterion.name,
                required=False,
                min_value=Decimal(0),
                max_value=Decimal(weight),
                max_digits=5,
                decimal_places=2,
                initial=plain(given[criterion.pk]) if criterion.pk in given else None,
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off", "class": "points", "data-max": weight}
                ),
            )
        mark_either(self)
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
        """The two texts, the version and the tab, as far as they are valid."""
        names = ("strengths", "weaknesses", "version", "tab")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def check_for_submission(self) -> bool:
        """Put what is missing at its field, beside what is wrong; True when nothing is either."""
        self.is_valid()
        blank = [name for name, value in self.cleaned_data.items() if name.startswith("points-") and value is None]
        for name in blank:  # a wrong figure is not among them
            self.add_error(name, _("Please give points before you submit."))
        texts = [self.cleaned_data.get(name, "") for name in ("strengths", "weaknesses")]
        if not any(texts) and not self.errors.keys() & {"strengths", "weaknesses"}:
            self.add_error("strengths", _("Please write at least one sentence: the group learns from it."))
        return not self.errors


class AnswerForm(forms.Form):
    """The second person's answer to what one person asked for (`models.FourEyes`)."""

    answer = forms.CharField(
        label=_("Answer"),
        widget=CountedTextarea,
        max_length=500,
        required=False,
        help_text=_("Needed when you do not agree"),
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


class FewerForm(ReasonForm):
    """For which projects a panel may go on without an absent judge; all of them, unless one is left out."""

    projects = SeveralField(label=_("Projects"), queryset=Project.objects.none(), widget=forms.CheckboxSelectMultiple)
    field_order = ("projects", "reason")

    def __init__(self, *args: Any, projects: list[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = {project.pk: project for project in projects}
        self.fields["projects"].queryset = Project.objects.filter(pk__in=found).order_by("number")
        self.fields["projects"].initial = list(found)
        self.fields["projects"].label_from_instance = lambda project: self._named(found[project.pk])

    @staticmethod
    def _named(project: Project) -> str:
        words = {"number": project.number, "title": project.title, "n": project.seats, "needed": project.needed}
        return _("%(number)s %(title)s (%(n)s of %(needed)s judges)") % words


class FeedbackForm(forms.ModelForm):
    """What the group reads about its proposal."""

    class Meta:
        model = Feedback
        fields = ("strengths", "weaknesses")
        widgets = {
            "strengths": CountedTextarea(attrs={"rows": 8}),
            "weaknesses": CountedTextarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mark_either(self)
