"""Which months and projects the funder's ledger shows."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import newest
from grants.models import Call, ServiceField
from people.choosing import places
from people.models import Community, place_name


class MonthField(forms.CharField):
    """A month as a browser's month picker sends it, and as people type it: 2026-10, 2026.10, 202610, ２０２６－１０."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"})

    def clean(self, value: Any) -> date | None:
        typed = unicodedata.normalize("NFKC", super().clean(value)).strip().replace(".", "-").replace("/", "-")
        if not typed:
            return None
        found = re.fullmatch(r"(20[0-9]{2})-?(0?[1-9]|1[0-2])", typed)
        if found:
            return date(int(found[1]), int(found[2]), 1)
        raise forms.ValidationError(_("“%(value)s” is not a month. Write it as 2026-10."), params={"value": typed[:20]})


class MonthLedgerFilter(forms.Form):
    """By call, street, field and month; each left empty means all."""

    month = MonthField(label=gettext_lazy("Month"), required=False)
    call = forms.ModelChoiceField(label=gettext_lazy("Call"), queryset=Call.objects.none(), required=False)
    street = forms.ChoiceField(label=gettext_lazy("Street or town"), required=False)
    field = forms.ModelChoiceField(
        label=gettext_lazy("Service field"), queryset=ServiceField.objects.all(), required=False
    )
    only = forms.ChoiceField(label=gettext_lazy("Show"), required=False)

    def __init__(self, *args: Any, reports: Any, **kwargs: Any) -> None:
        """`reports`: the monthly reports of this person's funders."""
        super().__init__(*args, **kwargs)
        calls = Call.objects.filter(Exists(reports.filter(project__call=OuterRef("pk")).order_by()))
        self.fields["call"].queryset = newest(calls, self.data.get("call"))
        here = Community.objects.filter(Exists(reports.filter(project__community=OuterRef("pk")).order_by()))
        self.fields["street"].choices = [("", _("All")), *places(here, self.data.get("street") or "")]
        for name in ("call", "field"):
            self.fields[name].empty_label = _("All")
        self.fields["only"].choices = [("", _("All")), ("late", _("Late ones")), ("problems", _("With problems"))]

    def chosen(self, reports: Any) -> Any:
        """The reports that match; what is wrong in the form is left out of account."""
        if not self.is_valid():
            return reports.none()
        data = self.cleaned_data
        found = reports.filter(month=data["month"]) if data["month"] else reports
        if data["call"]:
            found = found.filter(project__call=data["call"])
        if data["street"]:
            found = found.filter(project__community__region_code__startswith=data["street"])
        if data["field"]:
            found = found.filter(project__field=data["field"])
        if data["only"] == "late":
            found = found.late()
        elif data["only"] == "problems":
            found = found.exclude(problems="")
        return found

    def words(self) -> str:
        """What was chosen, for the heading of the table."""
        data = self.cleaned_data if self.is_valid() else {}
        month: date | None = data.get("month")
        street = place_name(data.get("street") or "")
        parts = [f"{month:%Y-%m}" if month else "", data.get("call") or "", street]
        return " · ".join(str(part) for part in [*parts, data.get("field") or ""] if part)
