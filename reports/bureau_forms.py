"""Setting up a bureau: where, how it is called, who works there, what it takes over from above."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms import PhoneField, SeveralField
from core.identifiers import half_width, validate_credit_code
from grants.models import Offer
from people import territory
from people.actions import ROLES
from people.models import Kind, Organization, Region, Role, place_name, validate_code
from people.territory import home_of, inside, lies_in
from reports.forms import CHARACTERS

FIRST_PEOPLE = (Role.MANAGER, Role.STAFF, Role.STAFF, Role.APPROVER, Role.FINANCE, Role.AUDITOR)
"""Who is asked for: four eyes need a clerk, an approver and the finance office."""

APART = (Role.STAFF, Role.APPROVER, Role.FINANCE)
"""Whom nobody is at the same time (four eyes)."""

ELSEWHERE = _("You chose %(region)s, but the credit code is of %(home)s. Which one is right?")
SECOND = _("%(names)s answers for this region already. Two offices of one region see the same groups and needs.")


class RegionForm(forms.Form):
    """The region of an office, by code or by name; `regions` are those of who says it, empty for all. Asked about once:
    where another office answers for it already, and where the credit code is of another region."""

    region = forms.CharField(
        label=_("Region"), max_length=40,
        help_text=_("Its name or its code: 110000 is a province, 110105 a district, 110105001 a street."),
        widget=forms.TextInput(attrs={"list": "regions-below"}),
    )  # fmt: skip
    is_second = forms.BooleanField(label=_("Another office of the same region is meant"), required=False)
    is_elsewhere = forms.BooleanField(label=_("The region is right as it stands above"), required=False)

    def __init__(self, *args: Any, regions: list[str] | None, bureau: Organization | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.regions, self.bureau = regions, bureau
        self.already: list[str] = []
        """The other offices of the chosen region, if there are any."""
        self.is_doubtful = False
        """Whether the office is registered in another region than the chosen one."""

    def suggestions(self) -> Any:
        """Districts and cities below, to choose from while typing; streets are found by name and code."""
        found = Region.objects.valid_on().filter(level__lte=Region.Level.COUNTY)
        if self.regions is not None:
            found = found.filter(inside("code", *self.regions)).exclude(code__in=self.regions)
        return found[:400]

    def clean_region(self) -> str:
        typed = half_width(self.cleaned_data["region"]).strip()
        if typed.isdecimal():
            return territory.prefix_of(validate_code(typed))
        found = Region.objects.valid_on().filter(name=typed.split(" ")[0])
        if self.regions is not None:
            found = found.filter(inside("code", *self.regions))
        several = list(found[:6])
        if not several:
            raise ValidationError(_("No region of this name lies below yours: please enter its code."))
        if len(several) > 1:
            names = "、".join(str(one) for one in several)
            raise ValidationError(
                _("Several regions have this name; enter the code: %(names)s"), params={"names": names}
            )
        return several[0].code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        region = given.get("region")
        home = home_of(self.bureau.credit_code if self.bureau else given.get("credit_code", ""))
        there = Organization.objects.bureaus().filter(region=region or None).order_by("pk")
        self.already = [str(one) for one in there.exclude(pk=self.bureau and self.bureau.pk)[:5]]
        if self.already and not given.get("is_second"):
            self.add_error("region", ValidationError(SECOND, params={"names": "、".join(self.already)}))
        self.is_doubtful = bool(region and home) and not (lies_in(home, region) or lies_in(region, home))
        if self.is_doubtful and not given.get("is_elsewhere"):
            words = {"region": f"{place_name(region)} {region}".strip(), "home": f"{place_name(home)} {home}".strip()}
            self.add_error("region", ValidationError(ELSEWHERE, params=words))
        return given


class BureauForm(RegionForm):
    """The office and its region."""

    name = forms.CharField(label=_("Name of the office"), max_length=120)
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=60)
    mark = forms.CharField(
        label=_("Office mark"), min_length=2, max_length=6, required=False, validators=[CHARACTERS],
        help_text=_("Two to six characters that stand before the year in the numbers of its papers"),
    )  # fmt: skip
    phone = PhoneField(label=_("Phone"), required=False)
    offers = SeveralField(
        label=_("Templates from above to begin with"), queryset=Offer.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Offer.objects.standing().filter(call__isnull=True).select_related("bureau")
        if self.regions is not None:
            upper = {code for region in self.regions for code in territory.above(region)}
            found = found.filter(bureau__region__in=upper)
        self.fields["offers"].queryset = found.order_by("bureau__region", "title")
        self.fields["offers"].label_from_instance = lambda one: f"{one}（{one.kind}，{one.bureau}）"
        self.fields["offers"].initial = list(found.values_list("pk", flat=True))
        if not found.exists():
            del self.fields["offers"]

    def clean_credit_code(self) -> str:
        code = validate_credit_code(self.cleaned_data["credit_code"])
        if Organization.objects.filter(credit_code=code).exists():
            raise ValidationError(_("Another organisation has this credit code already."))
        return code

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Organization.objects.filter(name=name).exists():
            raise ValidationError(_("An organisation with this name is here already."))
        return name

    def clean_mark(self) -> str:
        return self.cleaned_data["mark"].strip()

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("region", "name", "credit_code", "phone")}


def in_a_bureau(roles: Iterable[Role]) -> list[tuple[str, Any]]:
    """The roles to choose from: sentences about a bureau call its staff clerks."""
    return [(role.value, _("Staff (clerk)") if role == Role.STAFF else role.label) for role in roles]


class InviteForm(forms.Form):
    """Somebody who will work there."""

    name = forms.CharField(label=_("Full name"), max_length=60, required=False)
    role = forms.ChoiceField(label=_("Role to give"), choices=lambda: in_a_bureau(ROLES[Kind.FUNDER]))


class OneInviteForm(InviteForm):
    name = forms.CharField(label=_("Full name"), max_length=60)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = in_a_bureau(roles)


class FirstPeople(forms.BaseFormSet):
    def clean(self) -> None:
        """One name for two of the roles that are apart is one person, or cannot be told from one."""
        held: dict[str, set[str]] = {}
        for row in self.forms:
            given = getattr(row, "cleaned_data", {})
            name = given.get("name", "").strip()
            if name and given.get("role") in APART:
                if held.setdefault(name, set()) - {given["role"]}:
                    row.add_error("name", _("Clerk, approver and finance must be three persons."))
                held[name].add(given["role"])


People = forms.formset_factory(InviteForm, formset=FirstPeople, extra=0, max_num=12, absolute_max=20)
