"""Forms of a year of stars: its rules, an appeal, the ruling."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import CountedTextarea, DateInput
from evaluations.models import StarAppeal, StarYear
from evaluations.star_words import ITEM_NAMES
from people.models import Kind, Organization

PARTS = [
    ("days", _("What and when"), ("title", "year", "region", "counts_from", "counts_until", "expires_on", "legal_basis",
                                  "contact", "contact_phone")),
    ("weights", _("Weights, in percent"), ("weight_finals", "weight_voices", "weight_compliance", "weight_openness")),
    ("stars", _("From how many points on"), ("five_from", "four_from", "three_from", "two_from")),
    ("least", _("What must be known"), ("least_finals", "least_voices", "strength", "least_known", "most_if_unknown")),
    ("compliance", _("Points of compliance"), ("points_on_time", "points_approved_first", "points_unwarned",
                                               "warnings_to_zero", "points_credit", "points_inspection")),
    ("openness", _("Points of openness"), ("points_reports", "points_photos", "points_mark", "points_profile")),
    ("after", _("Notice, appeal, warning"), ("notice_workdays", "ruling_workdays", "bad_limit")),
]  # fmt: skip
"""The form in parts, as it is laid out."""
DAYS = ("counts_from", "counts_until", "expires_on")


class StarYearForm(forms.ModelForm):
    """The rules of a year; figures that are not asked for are the guide's."""

    class Meta:
        model = StarYear
        fields = [name for _key, _label, names in PARTS for name in names]
        widgets = dict.fromkeys(DAYS, DateInput)

    def __init__(self, *args: Any, funder: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.funder = funder

    @property
    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names]) for _key, label, names in PARTS]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        weights = [given.get(name) for name in PARTS[1][2]]
        if None not in weights and sum(weights) != 100:
            self.add_error("weight_finals", _("The four weights add up to 100; these are %(n)s.") % {"n": sum(weights)})
        limits = [given.get(name) for name in PARTS[2][2]]
        if None not in limits and sorted(set(limits), reverse=True) != limits:
            self.add_error("five_from", _("The thresholds fall from 5 stars to 2."))
        same = StarYear.objects.filter(funder=self.instance.funder, year=given.get("year"), region=given.get("region"))
        if given.get("year") and same.exclude(pk=self.instance.pk).exists():
            self.add_error("year", _("This year is there already."))
        first, last, expires = (given.get(name) for name in DAYS)
        if first and first < clock.today():
            self.add_error("counts_from", _("The rules are announced before they begin to count."))
        if first and last and not first < last:
            self.add_error("counts_until", _("The year ends after it begins."))
        if last and expires and not last < expires:
            self.add_error("expires_on", _("The stars hold for a while after the year."))
        return given

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class StarAppealForm(forms.ModelForm):
    """What the organisation sees otherwise."""

    class Meta:
        model = StarAppeal
        fields = ("text",)
        widgets = {"text": CountedTextarea(attrs={"rows": 6})}
        help_texts = {
            "text": _("Name the line, say what is wrong, and where it can be read. Once, while the notice runs.")
        }


class RulingForm(forms.Form):
    """The ruling on an appeal, with reasons; a line can be set otherwise."""

    ruling = forms.ChoiceField(label=_("Ruling"), choices=StarAppeal.Ruling.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=2000,
        widget=CountedTextarea(attrs={"rows": 5}),
        help_text=_("The organisation reads them. Upheld: its facts are taken from the records anew."),
    )
    item = forms.ChoiceField(
        label=_("Set a line otherwise"),
        required=False,
        choices=[("", _("none: the records are right now")), *ITEM_NAMES.items()],
        help_text=_("Only where the records cannot say it"),
    )
    percent = forms.DecimalField(
        label=_("to so many percent of its points"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("item") and given.get("percent") is None and "percent" not in self.errors:
            self.add_error("percent", _("Please say to how many percent."))
        if given.get("percent") is not None and not given.get("item"):
            self.add_error("item", _("Please choose the line."))
        return given


class RankingFilter(forms.Form):
    """Kind and district, on the page for everybody."""

    status = forms.ChoiceField(
        label=_("legal status"), required=False, choices=[("", _("all")), *Organization.Status.choices]
    )
    kind = forms.ChoiceField(label=_("kind"), required=False)
    district = forms.ChoiceField(label=_("district"), required=False)
    street = forms.ChoiceField(label=_("street or town"), required=False)
    stars = forms.ChoiceField(
        label=_("stars"), required=False, choices=[("", _("all")), *((str(n), "★" * n) for n in range(5, 0, -1))]
    )

    def __init__(self, *args: Any, year: StarYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(year.stars.values_list("kind", "district", "street"))
        kinds = sorted({kind for kind, _district, _street in rows})
        self.fields["kind"].choices = [("", _("all")), *((kind, Kind(kind).label) for kind in kinds)]
        for place, name in ((1, "district"), (2, "street")):
            found = sorted({row[place] for row in rows} - {""})
            self.fields[name].choices = [("", _("all")), *((one, one) for one in found)]

    def chosen(self, found: Any) -> Any:
        """The rows that the filter leaves; a wrong choice leaves all."""
        if self.is_valid():
            for name, value in self.cleaned_data.items():
                if value:
                    found = found.filter(**{name: value})
        return found
