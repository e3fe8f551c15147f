"""Score sheets: the points and words of a judge, unlocking, what the group reads."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from core.fields import FigureFormField
from core.forms import CountedTextarea, SeveralField, TabField
from core.money import plain
from evaluations.models import Assignment, Feedback, Score
from evaluations.suggestions import Suggestion
from grants.models import Criterion
from grants.sheet_sections import Section, sections
from projects.models import Project

EITHER = _("one sentence in one of the two at least")


def mark_either(form: forms.BaseForm) -> None:
    """Say beforehand that the two texts must not both be empty, where "optional" would be wrong."""
    for name in ("strengths", "weaknesses"):
        form.fields[name].mark = EITHER


@dataclass(frozen=True)
class Row:
    """One line of the sheet for the page: its points (or mark), its reason, and what the records say."""

    line: Criterion
    field: forms.BoundField
    reason: forms.BoundField | None
    score: Score | None
    suggestion: Suggestion | None

    @property
    def given(self) -> Decimal | None:
        return self.score.points if self.score else None

    @property
    def is_marked(self) -> bool:
        return bool(self.given)

    @property
    def fact(self) -> dict[str, str]:
        """Frozen with the points, once they were submitted; else as the records have it now."""
        if self.score and self.score.fact:
            return self.score.fact
        return self.suggestion.fact.kept if self.suggestion else {}

    @property
    def proposed(self) -> Decimal | None:
        if self.score and self.score.fact:
            return self.score.proposed
        return self.suggestion.points if self.suggestion else None

    @property
    def is_other(self) -> bool:
        """The points on it now are not what the records propose."""
        return self.proposed is not None and self.given is not None and self.given != self.proposed

    @property
    def may_say_why(self) -> bool:
        """A veto, or a line for which the records propose points."""
        return self.reason is not None and (self.line.is_veto or self.proposed is not None)


TEXTS = ("strengths", "weaknesses")


class SheetForm(forms.Form):
    """A score sheet: one figure (or, for a veto, one mark) a line of the call's framework, and two texts.

    `version` is that of the stored sheet, so that an older window does not overwrite a newer one. `known` are the
    points that the records propose: they stand there until other ones are typed, with a reason.
    """

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)
    tab = TabField()
    strengths = forms.CharField(label=_("Strengths"), widget=CountedTextarea, max_length=1000, required=False)
    weaknesses = forms.CharField(
        label=_("Weaknesses and advice"), widget=CountedTextarea, max_length=1000, required=False
    )

    def __init__(
        self, *args: Any, assignment: Assignment, known: dict[int, Suggestion] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        prefetch_related_objects([assignment.rubric], "criteria__levels__criterion")
        self.criteria, self.known = assignment.lines, known or {}
        sheet = getattr(assignment, "sheet", None)
        self.scores = {score.criterion_id: score for score in sheet.scores.all()} if sheet else {}
        for criterion in self.criteria:
            self._add(criterion)
        self.order_fields([name for name in self.fields if name not in TEXTS])  # as they stand on the page
        mark_either(self)
        self.fields["version"].initial = sheet.version if sheet else 0
        if sheet:
            self.fields["strengths"].initial, self.fields["weaknesses"].initial = sheet.strengths, sheet.weaknesses

    def _add(self, line: Criterion) -> None:
        """Its points, proposed where nothing is given yet; a reason where one may be asked for."""
        score, suggestion = self.scores.get(line.pk), self.known.get(line.pk)
        if line.is_veto:
            self.fields[f"points-{line.pk}"] = forms.BooleanField(
                label=line.name, required=False, initial=bool(score and score.points)
            )
        else:
            weight = plain(line.weight)
            proposed = suggestion.points if suggestion else None
            initial = score.points if score else proposed
            if initial is None and not line.is_scored:
                initial = Decimal(0)  # no bonus and no deduction, unless somebody gives one
            self.fields[f"points-{line.pk}"] = FigureFormField(
                label=line.name,
                required=False,
                min_value=Decimal(0),
                max_value=Decimal(weight),
                max_digits=5,
                decimal_places=2,
                initial=None if initial is None else plain(initial),
                widget=forms.TextInput(
                    attrs={
                        "inputmode": "decimal",
                        "autocomplete": "off",
                        "class": "points minus" if line.is_deduction else "points",
                        "data-max": weight,
                    }
                ),
            )
        if line.is_veto or line.fact:
            label = _("%(line)s: why it is marked") if line.is_veto else _("%(line)s: why other points")
            self.fields[f"reason-{line.pk}"] = forms.CharField(
                label=label % {"line": line},  # the list of what is wrong names the line
                widget=CountedTextarea(attrs={"rows": 2}),
                max_length=300,
                required=False,
                initial=score.reason if score else "",
            )
            self.fields[f"reason-{line.pk}"].mark = (
                _("needed if it is marked") if line.is_veto else _("needed if the points are others")
            )

    @property
    def lines(self) -> list[Row]:
        """Each line with its fields, for the page."""
        return [
            Row(
                line,
                self[f"points-{line.pk}"],
                self[f"reason-{line.pk}"] if f"reason-{line.pk}" in self.fields else None,
                self.scores.get(line.pk),
                self.known.get(line.pk),
            )
            for line in self.criteria
        ]

    @property
    def sections(self) -> list[Section]:
        """The lines by dimension, then bonuses, deductions and vetoes."""
        return sections(self.lines, lambda row: row.line)

    def rows(self):
        """Each criterion with its field, for the page."""
        return [(criterion, self[f"points-{criterion.pk}"]) for criterion in self.criteria]

    @property
    def points(self) -> dict[int, Decimal | None]:
        """The valid points by criterion, 1 for a marked veto; those that are not valid are left as they are stored."""
        found = {}
        for line in self.criteria:
            if (name := f"points-{line.pk}") in self.cleaned_data:
                given = self.cleaned_data[name]
                found[line.pk] = Decimal(given) if line.is_veto else given
        return found

    @property
    def reasons(self) -> dict[int, str]:
        """What was said beside the points, by criterion."""
        names = {line.pk: f"reason-{line.pk}" for line in self.criteria}
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
        for row in self.lines:
            self._check_reason(row)
        texts = [self.cleaned_data.get(name, "") for name in ("strengths", "weaknesses")]
        if not any(texts) and not self.errors.keys() & {"strengths", "weaknesses"}:
            self.add_error("strengths", _("Please write at least one sentence: the group learns from it."))
        return not self.errors

    def _check_reason(self, row: Row) -> None:
        name, given = f"reason-{row.line.pk}", self.points.get(row.line.pk)
        if (not given and given != 0) or name not in self.fields or self.cleaned_data.get(name) or name in self.errors:
            return
        proposed = row.suggestion.points if row.suggestion else None
        if row.line.is_veto and given:
            self.add_error(name, _("Please say why it is marked."))
        elif not row.line.is_veto and proposed is not None and given != proposed:
            self.add_error(name, _("These are not the points that the records propose: please say why."))


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
