"""Forms of lists of needs: choosing and ordering what is published, taking it back, remarks during the notice."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CountedTextarea, DateInput, PhoneField, SeveralField
from core.strangers import TrapForm
from grants.models import Need, NeedList, NeedRemark
from people.models import Organization, Role, User

LONGEST_LIST = 999


class NeedListForm(forms.ModelForm):
    """A list to publish: which accepted needs it holds, in which order."""

    notice_workdays = forms.IntegerField(label=_("Workdays of notice"), min_value=1, max_value=30, initial=5)
    contact_phone = PhoneField(label=_("Contact phone"))
    needs = SeveralField(label=_("Needs"), queryset=Need.objects.none(), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = NeedList
        fields = (
            *("funder", "title", "replaces", "notice_workdays", "counts_first_day", "answer_until"),
            *("contact", "contact_phone"),
        )
        widgets = {"answer_until": DateInput}
        labels = {"counts_first_day": _("Today counts as the first day of the notice")}

    def __init__(self, *args: Any, user: User, corrects: NeedList | None = None, **kwargs: Any) -> None:
        if corrects is not None:
            same = (
                "funder",
                "title",
                "notice_workdays",
                "counts_first_day",
                "answer_until",
                "contact",
                "contact_phone",
            )
            ordinals = dict(corrects.entries.values_list("need", "ordinal"))
            kwargs["initial"] = {
                **{name: getattr(corrects, name) for name in (*same, "contact_phone")},
                **{f"place-{need}": ordinal for need, ordinal in ordinals.items()},
                "needs": list(ordinals),
                "replaces": corrects,
            }
        super().__init__(*args, **kwargs)
        funders = Organization.objects.funders_of(user, Role.STAFF)
        self.fields["funder"].queryset = funders
        self.fields["funder"].empty_label = None
        self.fields["replaces"].queryset = NeedList.objects.to_correct().filter(funder__in=funders)
        self.fields["replaces"].label_from_instance = lambda found: f"{found.number} {found.title}"
        self.fields["replaces"].empty_label = _("None, it is a new list")
        if not self.fields["replaces"].queryset.exists():
            del self.fields["replaces"]
        ours = Need.objects.on_desk_of(user, Role.STAFF).filter(state=Need.State.ACCEPTED)
        self.accepted = list(ours.with_names().order_by("received_at", "pk"))
        self.fields["needs"].queryset = ours.order_by("received_at", "pk")
        for need in self.accepted:
            self.fields[f"place-{need.pk}"] = forms.IntegerField(
                label=_("Place in the list"), required=False, min_value=1, max_value=LONGEST_LIST
            )

    @property
    def head_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "needs" and not field.name.startswith("place-")]

    @property
    def rows(self) -> list[tuple[Need, Any, forms.BoundField]]:
        """Each accepted need with its box and its place."""
        boxes = list(self["needs"])
        pairs = zip(self.accepted, boxes, strict=False)
        return [(need, box, self[f"place-{need.pk}"]) for need, box in pairs]

    @property
    def chosen(self) -> list[Need]:
        """The needs in the order in which they are numbered: by place, then those without one as they came in."""
        wanted = {need.pk for need in self.cleaned_data["needs"]}

        def place(need: Need) -> int:
            return self.cleaned_data.get(f"place-{need.pk}") or LONGEST_LIST + 1

        return sorted((need for need in self.accepted if need.pk in wanted), key=place)

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields and name != "funder"}


class WithdrawForm(forms.Form):
    """Why a published list is taken back."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=CountedTextarea, help_text=_("Everybody reads it on the list.")
    )


class RemarkForm(TrapForm, forms.ModelForm):
    """What anybody says to a list while its notice runs."""

    phone = PhoneField(label=_("Your phone"), help_text=_("Only the office sees your name and phone."))

    class Meta:
        model = NeedRemark
        fields = ("entry", "text", "name", "phone")
        widgets = {
            "text": CountedTextarea(attrs={"rows": 5}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }

    def __init__(self, *args: Any, found: NeedList, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"].queryset = found.entries.select_related("list")
        self.fields["entry"].empty_label = _("The whole list")

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RemarkAnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer"), max_length=500, widget=CountedTextarea)
