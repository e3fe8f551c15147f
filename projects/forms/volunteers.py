"""Who helped, and how long."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import DateInput, has_been
from projects.forms.tables import BaseTable
from projects.models.volunteer import MOST_MINUTES


class TimeForm(forms.Form):
    """A row: a name without minutes is no row, so that everybody who usually helps can stand there."""

    name = forms.CharField(label=_("Name"), max_length=40, required=False)
    minutes = forms.IntegerField(label=_("How many minutes"), min_value=1, max_value=MOST_MINUTES, required=False)
    task = forms.CharField(label=_("What they did"), max_length=60, required=False)

    def has_changed(self) -> bool:
        return bool(self.data.get(self.add_prefix("minutes")) or self.data.get(self.add_prefix("task")))

    def clean_name(self) -> str:
        return "".join(self.cleaned_data["name"].split())

    def clean(self):
        data = super().clean()
        if self.has_changed() and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Please write whose time it is."))
        if data.get("task") and not data.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", _("Please write how many minutes."))
        return data


VolunteerTimes = forms.formset_factory(
    TimeForm, formset=BaseTable, extra=3, can_delete=True, max_num=100, validate_max=True
)


class OtherTimeForm(forms.Form):
    """Time besides activities."""

    name = forms.CharField(label=_("Name"), max_length=40)
    held_on = forms.DateField(label=_("Day"), widget=DateInput, initial=clock.today)
    minutes = forms.IntegerField(label=_("How many minutes"), min_value=1, max_value=MOST_MINUTES)
    task = forms.CharField(label=_("What they did"), max_length=60)

    def clean_name(self) -> str:
        return "".join(self.cleaned_data["name"].split())

    def clean_held_on(self):
        return has_been(self.cleaned_data["held_on"])
