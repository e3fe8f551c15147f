"""Forms of workshops."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateTimeInput, newest
from core.identifiers import half_width
from grants.models import Attendance, Call, Workshop
from people.models import Organization, User


class WorkshopForm(forms.ModelForm):
    class Meta:
        model = Workshop
        fields = ("organizer", "call", "title", "about", "starts_at", "ends_at", "place", "seats", "hours")
        widgets = {"about": CountedTextarea, "starts_at": DateTimeInput, "ends_at": DateTimeInput}

    def __init__(self, *args: Any, organizers: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organizer"].queryset = organizers
        self.fields["organizer"].empty_label = None
        calls = Call.objects.visible_to(user).order_by("-opens_at", "-pk")
        asked = self.data.get("call") or str(self.initial.get("call") or "")
        self.fields["call"].queryset = newest(calls, asked, is_filter=False)
        self.fields["call"].empty_label = _("For no call in particular")


class SignUpForm(forms.Form):
    """A seat for one's group."""

    organization = forms.ModelChoiceField(
        label=_("For which group"), queryset=Organization.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.applicants().filter(pk__in=list(user.roles))


class AttendanceForm(forms.Form):
    """Who came: one tick a seat."""

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats: list[Attendance] = list(workshop.attendances.select_related("person", "organization"))
        for seat in self.seats:
            self.fields[f"seat-{seat.pk}"] = forms.BooleanField(
                label=_("%(who)s (%(group)s)") % {"who": seat.who, "group": seat.organization},
                required=False,
                initial=bool(seat.came),
            )

    @property
    def came(self) -> dict[int, bool]:
        return {seat.pk: self.cleaned_data[f"seat-{seat.pk}"] for seat in self.seats}


class WalkInForm(forms.Form):
    """Somebody who came without having signed up. Groups are many: the clerk types the one that is on the list."""

    name = forms.CharField(label=_("Name"), max_length=40)
    organization = forms.CharField(
        label=_("Which group"), max_length=120, help_text=_("Its full name, its credit code or its filing number")
    )

    def clean_organization(self) -> Organization:
        typed = self.cleaned_data["organization"].strip()
        number = half_width(typed).upper()
        named = Q(name=typed) | Q(credit_code=number) | Q(filing_number=number)
        found = Organization.objects.applicants().filter(named).first()
        if found is None:
            raise forms.ValidationError(_("No group of this name or number is known here."))
        return found


class CancelWorkshopForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is cancelled"),
        max_length=300,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("Everybody who has a seat reads it."),
    )


class WithdrawCertificateForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is withdrawn"),
        max_length=300,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("Whoever holds the certificate reads it."),
    )
