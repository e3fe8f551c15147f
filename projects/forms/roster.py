"""Entering somebody in the roster, with their consent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import FileField, FilesField, PhoneField
from people.choosing import CommunityField
from people.models import Community
from projects.actions.roster import problems
from projects.forms.attendance import places_of
from projects.models import Beneficiary

FIELDS = (*("name", "gender", "birth_year", "category", "community", "phone", "source", "recommended_by", "guardian"),)
OLDEST = 120


class BeneficiaryForm(forms.ModelForm):
    """One person. Nothing is ticked beforehand: a consent is given, not found."""

    phone = PhoneField(
        label=_("phone"), required=False, help_text=_("Shown with stars; only your group sees it whole.")
    )
    agreed = forms.BooleanField(label=_("The person has read the text below and agreed"))
    sensitive_agreed = forms.BooleanField(
        label=_("The person agreed to sensitive data as well"), required=False,
        help_text=_("For disability, low income and illness: a consent of its own"),
    )  # fmt: skip
    guardian_agreed = forms.BooleanField(
        label=_("The guardian agreed"), required=False, help_text=_("For everybody under 14")
    )
    call_agreed = forms.BooleanField(
        label=_("The person agreed to be phoned by an evaluator"), required=False,
        help_text=_("A few questions about the service, if they are drawn by lot. Read them the text below first."),
    )  # fmt: skip
    files = FilesField(label=_("Signed consent form"), required=False, help_text=_("A scan, if it was signed on paper"))

    class Meta:
        model = Beneficiary
        fields = FIELDS
        field_classes = {"community": CommunityField}
        help_texts = {
            "birth_year": _("Only the year. The number of the identity card is not collected."),
            "recommended_by": _("Residents' committee, neighbour, another organisation"),
            "guardian": _("For everybody under 14"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        project = self.instance.project
        near = [int(pk) for pk, _name in places_of(project)]
        self.fields["community"].queryset = Community.objects.filter(pk__in=near) if near else Community.objects.all()
        self.fields["community"].empty_label = _("Elsewhere or unknown")
        if self.instance.pk:
            del self.fields["agreed"], self.fields["files"]
            self.fields["call_agreed"].initial = self.instance.call_consent_at is not None
            if self.instance.sensitive_consent_at:
                del self.fields["sensitive_agreed"]
            if self.instance.guardian_consent_at:
                del self.fields["guardian_agreed"]

    def clean_name(self) -> str:
        return "".join(self.cleaned_data["name"].split())

    def clean_birth_year(self) -> int:
        year, now = self.cleaned_data["birth_year"], clock.today().year
        if not now - OLDEST <= year <= now:
            raise forms.ValidationError(
                _("Between %(first)s and %(last)s."), params={"first": now - OLDEST, "last": now}
            )
        return year

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        known = self.instance
        asked = problems(
            birth_year=data.get("birth_year"),
            category=data.get("category", ""),
            guardian=data.get("guardian", ""),
            sensitive_agreed=bool(data.get("sensitive_agreed") or known.sensitive_consent_at),
            guardian_agreed=bool(data.get("guardian_agreed") or known.guardian_consent_at),
        )
        for name, message in asked.items():
            self.add_error(name if name in self.fields else None, message)
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}

    @property
    def consents(self) -> dict[str, bool]:
        names = ("sensitive_agreed", "guardian_agreed", "call_agreed")
        return {name: self.cleaned_data.get(name, False) for name in names}


class RosterFileForm(forms.Form):
    file = FileField(label=_("Workbook"), help_text=_(".xlsx, by the template. The file itself is not kept."))
