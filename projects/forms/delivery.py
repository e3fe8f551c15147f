"""Forms of what is planned and recorded while a project runs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import FigureFormField
from core.forms import CountedTextarea, DateInput, FilesField
from core.money import yuan
from projects.models import Milestone, Report
from projects.spending import keeps_books, spent


class MilestoneForm(forms.ModelForm):
    class Meta:
        model = Milestone
        fields = ("name", "due_on", "proof")
        widgets = {"due_on": DateInput}

    def clean_due_on(self):
        day, project = self.cleaned_data["due_on"], self.instance.project
        if not project.starts_on <= day <= project.ends_on:
            raise forms.ValidationError(
                _("Must lie inside the project: %(first)s to %(last)s."),
                params={"first": project.starts_on, "last": project.ends_on},
            )
        return day


class MilestoneChangeForm(MilestoneForm):
    """The same, with the reason: a plan that moves says why."""

    reason = forms.CharField(label=_("Why it is changed"), max_length=300, widget=CountedTextarea(attrs={"rows": 2}))


class MilestoneDoneForm(forms.Form):
    done_on = forms.DateField(label=_("Reached on"), widget=DateInput, initial=clock.today)
    note = forms.CharField(label=_("What shows it"), max_length=300, required=False, widget=CountedTextarea)
    files = FilesField(
        label=_("Files that show it"), required=False, help_text=_("Words or a file: at least one of them.")
    )

    def clean_done_on(self):
        day = self.cleaned_data["done_on"]
        if day > clock.today():
            raise forms.ValidationError(_("This day is in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not data.get("note") and not data.get("files"):
            self.add_error("note", _("Please say what shows it, or add a file."))
        return data


class ReportForm(forms.ModelForm):
    files = FilesField(label=_("Supporting files"), required=False, help_text=_("Several files, each at most 20 MB"))

    class Meta:
        model = Report
        fields = ("milestone", "done", "problems", "persons", "visits", "volunteer_hours", "spent")
        widgets = {"done": CountedTextarea, "problems": CountedTextarea}
        field_classes = {"volunteer_hours": FigureFormField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.instance.project
        self.fields["milestone"].queryset = project.milestones.all()
        if keeps_books(project):
            self.fields["spent"].disabled = True
            self.initial["spent"] = spent(project)
            self.fields["spent"].help_text = _("The sum of the recognised payments")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        award, spent = self.instance.project.amount_awarded, data.get("spent")
        if spent is not None and award is not None and spent > award:
            self.add_error("spent", _("This is more than the award of %(award)s yuan.") % {"award": yuan(award)})
        persons, visits = data.get("persons"), data.get("visits")
        if persons is not None and visits is not None and persons > visits:
            self.add_error("persons", _("There cannot be more persons than visits."))
        return data
