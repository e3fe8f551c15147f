"""Forms of warnings, talks, delistings and honours of organisations; what a talk asks is `projects.forms.trouble`'s."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput, PhoneField, within_a_year
from core.workdays import add_workdays
from evaluations.actions.delisting import SHORTEST_HEARING
from evaluations.models import Caution, CautionTalk, Delisting, Honour
from people.models import Organization
from projects.forms.trouble import ANSWER_WORKDAYS, TalkForm, TalkMoveForm, TalkRecordForm


class FunderChoice:
    """Which funder acts, where the clerk works for several; else it is clear and not asked."""

    def choose_funder(self, funders: Any) -> None:
        self.funders = list(funders)
        if len(self.funders) > 1:
            self.fields["funder"] = forms.ModelChoiceField(  # type: ignore[attr-defined]
                label=_("funder"), queryset=funders, initial=self.funders[0]
            )

    @property
    def funder(self) -> Organization:
        return self.cleaned_data.get("funder") or self.funders[0]  # type: ignore[attr-defined]


class CautionForm(FunderChoice, forms.ModelForm):
    """Warn an organisation."""

    class Meta:
        model = Caution
        fields = ("ground", "words", "answer_until")
        widgets = {"words": CountedTextarea(attrs={"rows": 6}), "answer_until": DateInput}

    def __init__(self, *args: Any, funders: Any, proposed: str = "", **kwargs: Any) -> None:
        """`proposed` is the ground that the stars propose; no other that is said by figures is offered."""
        super().__init__(*args, **kwargs)
        self.choose_funder(funders)
        offered = self.fields["ground"].choices
        self.fields["ground"].choices = [
            (value, label) for value, label in offered if value == proposed or value not in Caution.BY_FIGURES
        ]
        self.fields["answer_until"].initial = add_workdays(clock.today(), ANSWER_WORKDAYS * 2)
        self.fields["answer_until"].validators.append(within_a_year)

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class LeaveForm(forms.Form):
    """Why nobody is warned."""

    left_because = forms.CharField(
        label=_("Why nobody is warned"), max_length=500, widget=CountedTextarea(attrs={"rows": 3})
    )


class CautionTalkForm(TalkForm):
    class Meta(TalkForm.Meta):
        model = CautionTalk


class CautionTalkMoveForm(TalkMoveForm):
    class Meta(TalkMoveForm.Meta):
        model = CautionTalk


class CautionTalkRecordForm(TalkRecordForm):
    class Meta(TalkRecordForm.Meta):
        model = CautionTalk


class DelistingForm(forms.ModelForm):
    """Propose to delist after a talk."""

    class Meta:
        model = Delisting
        fields = ("reasons", "until_on", "hear_until")
        widgets = {"reasons": CountedTextarea(attrs={"rows": 6}), "until_on": DateInput, "hear_until": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hear_until"].initial = add_workdays(clock.today(), SHORTEST_HEARING * 2)
        self.fields["hear_until"].validators.append(within_a_year)
        self.fields["until_on"].initial = clock.today() + timedelta(days=365)


class StatementForm(forms.Form):
    """What the organisation has to say."""

    statement = forms.CharField(
        label=_("What you have to say"), max_length=2000, widget=CountedTextarea(attrs={"rows": 6})
    )


class DecisionOnDelistingForm(forms.Form):
    """Delist or not, with reasons."""

    delist = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Delist")), ("no", _("Do not delist"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=2000,
        widget=CountedTextarea(attrs={"rows": 5}),
        help_text=_("Answer what the organisation has said; it reads this."),
    )


class DelistingAppealForm(forms.Form):
    text = forms.CharField(label=_("What is wrong"), max_length=2000, widget=CountedTextarea(attrs={"rows": 6}))


class DelistingRulingForm(forms.Form):
    ruling = forms.ChoiceField(label=_("Ruling"), choices=Delisting.Ruling.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reasons"), max_length=2000, widget=CountedTextarea(attrs={"rows": 5}))


class LiftForm(forms.Form):
    note = forms.CharField(
        label=_("Why it is lifted early"), max_length=1000, widget=CountedTextarea(attrs={"rows": 3})
    )


class HonourForm(FunderChoice, forms.ModelForm):
    """Propose an organisation for an honour."""

    contact_phone = PhoneField(
        label=_("phone for objections"), help_text=_("Whoever sees it otherwise calls here during the notice")
    )
    notice_workdays = forms.IntegerField(label=_("workdays of notice"), min_value=3, max_value=60, initial=5)

    class Meta:
        model = Honour
        fields = ("title", "year", "reason", "contact_phone")
        widgets = {"reason": CountedTextarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, funders: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose_funder(funders)
        self.fields["year"].initial = clock.today().year
        self.fields["year"].min_value = 2010
        self.fields["contact_phone"].initial = self.funders[0].phone if self.funders else ""

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if not 2010 <= year <= clock.today().year:
            raise forms.ValidationError(_("Please look at the year."))
        return year

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "notice_workdays")}


class WithdrawHonourForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is withdrawn"),
        max_length=500,
        widget=CountedTextarea(attrs={"rows": 3}),
        help_text=_("Everybody reads it under the number of the honour."),
    )
