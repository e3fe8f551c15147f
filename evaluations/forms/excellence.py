"""Settling the grades of a call."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import CountedTextarea
from evaluations.excellence import Excellence


class SettleGradesForm(forms.Form):
    """A reason for each project whose grade is lowered; a usual one stands there to be changed."""

    def __init__(self, *args: Any, standing: Excellence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = _("At most %(share)s%% of the projects can be excellent (%(most)s); by score it is not among them.")
        words = {"share": standing.call.excellent_share, "most": standing.most}
        self.names = {f"reason-{row.result.project_id}": row.result.project_id for row in standing.lowered}
        for row in standing.lowered:
            self.fields[f"reason-{row.result.project_id}"] = forms.CharField(
                label=format_lazy(gettext_lazy("Why “{project}” is lowered to good"), project=row.result.project.title),
                max_length=300,
                initial=usual % words,
                widget=CountedTextarea(attrs={"rows": 2}),
            )

    @property
    def reasons(self) -> dict[int, str]:
        """By project id."""
        return {pk: self.cleaned_data[name] for name, pk in self.names.items()}
