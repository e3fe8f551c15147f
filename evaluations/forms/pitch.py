"""Forms of pitch days and of paper sheets; the score sheet itself is in `sheets`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.forms import DateInput, SeveralField
from core.money import plain
from evaluations.forms.sheets import ReasonForm, SheetForm
from evaluations.models import Assignment, PaperEntry, PitchDay, Representative, Slot
from grants.models import Call
from projects.models import Project, State


class TimeInput(forms.TimeInput):
    """The browser's own picker of a time."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class PitchDayForm(forms.ModelForm):
    """When and where a session takes place, and, before its order is drawn, for which projects."""

    projects = SeveralField(label=_("Projects"), queryset=Project.objects.none(), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = PitchDay
        fields = ("name", "held_on", "starts_at", "place", "minutes_to_pitch", "minutes_to_answer", "minutes_to_score")
        widgets = {"held_on": DateInput, "starts_at": TimeInput}

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.state != PitchDay.State.PLANNED:
            del self.fields["projects"]
            return
        mine = [slot.project_id for slot in self.instance.slots.all()] if self.instance.pk else []
        free = call.projects.filter(state=State.IN_REVIEW, pitch_slot__isnull=True)
        found = (free | call.projects.filter(pk__in=mine)).select_related("track", "applicant").order_by("number")
        self.fields["projects"].queryset = found
        self.fields["projects"].initial = mine
        in_already: dict[int, int] = {}
        for pk in (
            Assignment.objects.active()
            .filter(project__in=found, purpose="review", sheet__submitted_at__isnull=False)
            .values_list("project", flat=True)
        ):
            in_already[pk] = in_already.get(pk, 0) + 1
        self.fields["projects"].label_from_instance = lambda project: named(project, in_already.get(project.pk, 0))

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def named(project: Project, sheets: int) -> str:
    """A project in the list to choose from; says when sheets were handed in before it was heard."""
    name = f"{project.number} {project.title} ({project.track} · {project.applicant})"
    if not sheets:
        return name
    told = ngettext("%(n)s sheet is in already", "%(n)s sheets are in already", sheets) % {"n": sheets}
    return f"{name} – {told}"


class MoveForm(ReasonForm):
    """Another place in the running order."""

    place = forms.TypedChoiceField(label=_("Place in the order"), coerce=int)
    field_order = ("place", "reason")

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = slot.day.waiting
        self.fields["place"].choices = [
            (one.position, f"{one.position} · {one.project.title}") for one in waiting if one.pk != slot.pk
        ]


class RepresentativeForm(forms.ModelForm):
    class Meta:
        model = Representative
        fields = ("name", "relation")


class PaperForm(SheetForm):
    """A paper sheet as it is keyed: nothing of what the judge drafted or another person keyed is shown."""

    def __init__(self, *args: Any, assignment: Assignment, mine: PaperEntry | None = None, **kwargs: Any) -> None:
        super().__init__(*args, assignment=assignment, **kwargs)
        for criterion in self.criteria:
            keyed = mine.points.get(str(criterion.pk)) if mine else None
            self.fields[f"points-{criterion.pk}"].initial = plain(Decimal(keyed)) if keyed else None
        self.fields["strengths"].initial = mine.strengths if mine else ""
        self.fields["weaknesses"].initial = mine.weaknesses if mine else ""


class SettleForm(forms.Form):
    """For every cell that was keyed differently: which keying the paper bears out."""

    def __init__(self, *args: Any, cells: Iterable[tuple[str, str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for cell, label, first, second in cells:
            self.fields[cell] = forms.TypedChoiceField(
                label=label,
                coerce=int,
                choices=[(1, first or "—"), (2, second or "—")],
                widget=forms.RadioSelect,
                error_messages={"required": _("Please choose what stands on the paper.")},
            )
