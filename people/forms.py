"""Forms of people and organisations."""

from copy import copy
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, PhoneField, has_been
from core.identifiers import half_width, validate_resident_id
from people.actions import OPEN_KINDS, ROLES, agree_to_notice, check_email, check_number, check_phone
from people.adapter import MobileField
from people.choosing import CommunityField, HostField
from people.facts import check_account, check_founding, check_head
from people.models import (
    GIVERS,
    Certificate,
    CreditRecord,
    Expert,
    Expertise,
    Inspection,
    Interest,
    Kind,
    Office,
    Organization,
    Rating,
    User,
)

Status = Organization.Status


class SignupDetailsForm(forms.Form):
    """What django-allauth adds to its sign-up form, and what it would keep to itself.

    Against strangers who try out numbers, allauth answers "sent" to somebody who signs up a second time,
    and sends a message. We send no SMS, so a person of seventy would wait for ever: we say it instead.
    """

    name = forms.CharField(label=_("Your name"), max_length=60)
    agreed = forms.BooleanField(
        label=_("I have read the privacy notice and agree to it."),
        help_text=_("You find it at the foot of every page, under “Privacy”."),
        error_messages={"required": _("Without it no account can be opened.")},
    )

    def clean_phone(self) -> str:
        return check_phone(self.cleaned_data["phone"]) or ""

    def signup(self, request, user):
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        agree_to_notice(by=user)


# -- Oneself ---------------------------------------------------------------------------------------


class ProfileForm(forms.ModelForm):
    """One's own name and the two ways to be reached, with which one also signs in."""

    phone = MobileField(label=_("Mobile phone"), required=False, help_text=_("You can sign in with it."))

    class Meta:
        model = User
        fields = ("name", "phone", "email")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def clean_phone(self) -> str | None:
        return check_phone(self.cleaned_data["phone"], apart_from=self.instance.pk)

    def clean_email(self) -> str:
        return check_email(self.cleaned_data["email"], apart_from=self.instance.pk)


class IdentityForm(forms.Form):
    """A resident identity number: checked and forgotten. It is sensitive, so consent to it stands by itself."""

    number = forms.CharField(
        label=_("Resident ID number"),
        max_length=40,
        help_text=_("18 characters; the last may be X."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    agreed = forms.BooleanField(
        label=_("I agree that my number is checked for this purpose."),
        error_messages={"required": _("Without your consent the number may not be checked.")},
    )

    def clean_number(self) -> str:
        return validate_resident_id(self.cleaned_data["number"])


class CertificateForm(forms.ModelForm):
    """A social worker's certificate."""

    class Meta:
        model = Certificate
        fields = ("level", "number", "issued_on", "registered_until")
        widgets = {"issued_on": DateInput, "registered_until": DateInput}

    def clean_number(self) -> str:
        return half_width(self.cleaned_data["number"]).strip().upper()

    def clean_issued_on(self):
        return has_been(self.cleaned_data["issued_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        issued, until = data.get("issued_on"), data.get("registered_until")
        if issued and until and until < issued:
            self.add_error("registered_until", _("Must not be before the day of issue."))
        return data


# -- Organisations ---------------------------------------------------------------------------------


class OrganizationFilter(forms.Form):
    q = forms.CharField(label=_("Name or number"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Kind.choices])

    def clean_q(self) -> str:
        return half_width(self.cleaned_data["q"]).strip()


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Name or street"), required=False)


class OrganizationForm(forms.ModelForm):
    """The facts of a group or organisation. Which ones are asked depends on its legal status.

    `values` is what the verbs take. The number is declared here again, longer than the column: people
    paste it with spaces, and it is normalised before it is measured.
    """

    REGISTERED = ("kind", "name", "credit_code")
    FILED = ("name", "filing_number", "host")
    BOTH = (
        *("authority", "established_on", "community", "legal_representative", "phone", "email", "address", "profile"),
    )
    BANK = ("bank_name", "bank_account_name", "bank_account")

    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=60,
        help_text=_("18 characters, on the registration certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    filing_number = forms.CharField(
        label=_("Filing number"),
        max_length=60,
        help_text=_("On the filing notice of the street office, for example BA-110105030001-2025-0001."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Organization
        fields = (
            *("kind", "name", "credit_code", "filing_number", "host", "authority", "established_on", "community"),
            *("legal_representative", "phone", "email", "address", "profile"),
            *("bank_name", "bank_account_name", "bank_account"),
        )
        widgets = {
            "established_on": DateInput,
            "profile": CountedTextarea,
            "bank_account": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        }
        field_classes = {"community": CommunityField, "host": HostField, "phone": PhoneField}

    def __init__(self, *args: Any, status: str, instance: Organization | None = None, **kwargs: Any) -> None:
        # A copy: what is typed and found wrong must not appear elsewhere on the page as if it held.
        super().__init__(*args, instance=copy(instance), **kwargs)
        self.status = status
        own = self.FILED if status == Status.FILED else self.REGISTERED
        bank = () if status == Status.FILED else self.BANK
        if instance and instance.kind not in OPEN_KINDS:
            own = tuple(name for name in own if name != "kind")
        self.fields = {name: self.fields[name] for name in (*own, *self.BOTH, *bank)}
        if "kind" in self.fields:
            side = [kind for kind in OPEN_KINDS if not instance or (kind in GIVERS) == instance.is_giver]
            choices = [(kind.value, kind.label) for kind in side]
            self.fields["kind"] = forms.ChoiceField(label=_("Kind"), choices=choices, widget=forms.RadioSelect)
        if "host" in self.fields:
            self.fields["host"].queryset = Organization.objects.possible_hosts().exclude(pk=self.instance.pk)
            self.fields["host"].empty_label = _("No host yet")
        self.fields["community"].empty_label = _("None, or several")

    def clean_credit_code(self) -> str:
        return check_number(Status.REGISTERED, self.cleaned_data["credit_code"], apart_from=self.instance.pk)

    def clean_filing_number(self) -> str:
        return check_number(Status.FILED, self.cleaned_data["filing_number"], apart_from=self.instance.pk)

    def clean_established_on(self):
        return check_founding(self.cleaned_data["established_on"])

    def clean_legal_representative(self) -> str:
        return check_head(self.cleaned_data["legal_representative"])

    def clean_bank_account(self) -> str:
        return check_account(self.cleaned_data["bank_account"])

    @property
    def values(self) -> dict[str, Any]:
        """The checked facts, with the status and, for a filed group, its kind."""
        kind = {"kind": Kind.COMMUNITY_GROUP} if self.status == Status.FILED else {}
        return self.cleaned_data | {"status": self.status} | kind

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in groups, each with a heading."""
        contact = ("phone", "email", "address", "community")
        bank = [self[name] for name in self.BANK if name in self.fields]
        first = [self[name] for name in self.fields if name not in (*contact, *self.BANK)]
        found = [(_("What it is"), first), (_("Where to find it"), [self[name] for name in contact])]
        return [*found, (_("Bank account for grants"), bank)] if bank else found


class RatingForm(forms.ModelForm):
    class Meta:
        model = Rating
        fields = ("level", "granted_on", "authority")
        widgets = {"granted_on": DateInput}
        help_texts = {"granted_on": _("It holds for five years from this day.")}

    def clean_granted_on(self):
        return has_been(self.cleaned_data["granted_on"])


class InspectionForm(forms.ModelForm):
    class Meta:
        model = Inspection
        fields = ("year", "result", "income", "public_income")


class CreditRecordForm(forms.ModelForm):
    class Meta:
        model = CreditRecord
        fields = ("kind", "entered_on", "lifted_on", "source")
        widgets = {"entered_on": DateInput, "lifted_on": DateInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", "---------"),
            *((kind, kind.label) for kind in CreditRecord.ENTERED_BY_HAND),
        ]

    def clean_entered_on(self):
        return has_been(self.cleaned_data["entered_on"])


class CouncilMemberForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    post = forms.CharField(label=_("Post"), max_length=30, help_text=_("For example: chair, member, supervisor"))
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )


class BaseCouncilFormset(BaseFormSet):
    @property
    def members(self) -> list[dict[str, str]]:
        """The filled rows that are not to be removed."""
        rows = [form.cleaned_data for form in self.forms if form not in self.deleted_forms]
        return [{name: row[name] for name in ("name", "post", "phone")} for row in rows if row]


CouncilFormset = formset_factory(
    CouncilMemberForm, formset=BaseCouncilFormset, extra=2, max_num=30, validate_max=True, can_delete=True
)


class ExpertForm(forms.ModelForm):
    """A line of the roster; a new one says who by user name, e-mail or mobile number."""

    login = forms.CharField(
        label=_("Who"),
        max_length=254,
        help_text=_("Mobile number, user name or e-mail address. Who has no account signs up first."),
    )
    skills = forms.MultipleChoiceField(
        label=_("Fields of expertise"), choices=Expertise.choices, widget=forms.CheckboxSelectMultiple
    )

    field_order = ("login", "skills", "employer", "title", "max_load", "is_active")

    class Meta:
        model = Expert
        fields = ("employer", "title", "max_load", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["login"]
            self.fields["skills"].initial = [skill.kind for skill in self.instance.skills.all()]
        else:
            del self.fields["is_active"]


class BorrowForm(forms.Form):
    """An expert who is on the roster of another bureau."""

    login = forms.CharField(
        label=_("Who"), max_length=254, help_text=_("Mobile number, user name or e-mail address of the person.")
    )
    bureau = forms.ModelChoiceField(label=_("For"), queryset=Organization.objects.none(), empty_label=None)

    def __init__(self, *args: Any, bureaus: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bureau"].queryset = Organization.objects.filter(pk__in=list(bureaus))
        self.fields["bureau"].initial = next(iter(bureaus), None)


class InterestForm(forms.Form):
    """What ties somebody to an organisation, named as it is registered: nobody reads through thousands of names."""

    organization = forms.CharField(
        label=_("Organisation"), max_length=120, help_text=_("Its full name as it is registered or filed, or its code")
    )
    kind = forms.ChoiceField(label=_("What ties you"), choices=Interest.Kind.choices)
    words = forms.CharField(label=_("In a few words"), widget=CountedTextarea, max_length=300)

    def clean_organization(self) -> Organization:
        name = half_width(self.cleaned_data["organization"]).strip()
        wide = name.translate(str.maketrans("()", "（）"))
        by_name = Q(name__in=[name, wide]) | Q(credit_code=name.upper()) | Q(filing_number=name)
        organization = Organization.objects.filter(by_name).first()
        if organization is None:
            raise forms.ValidationError(_("No organisation of this name is on the platform: write its full name."))
        return organization


class MemberForm(forms.Form):
    """Somebody who has signed up gets a role."""

    login = forms.CharField(
        label=_("Who"), max_length=254, help_text=_("Mobile number, user name or e-mail address of the person.")
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in ROLES[organization.kind]]


class OfficeForm(forms.Form):
    """Somebody becomes one of the three administrators."""

    login = forms.CharField(
        label=_("Who"), max_length=254, help_text=_("Mobile number, user name or e-mail address of the person.")
    )
    office = forms.ChoiceField(label=_("Office"), choices=Office.choices)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It is kept in the log, and the person is told.")
    )
