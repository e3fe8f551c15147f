"""Which ledger, narrowed to what: the form of the page, and the question it asks."""

from calendar import monthrange
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import OFFERED, newest
from core.lately import once_a_minute
from grants.models import Call, ServiceField
from people.choosing import COMMUNITY, STREET, places
from people.models import Community, User
from projects.forms.month_ledger import MonthField
from projects.forms.narrowing import Narrowing
from projects.models import Project, State
from projects.narrowing import NOWHERE
from reports.figures.board import years_of
from reports.ledgers.ledger import Asked, Ledger
from reports.pdf import LANGUAGE

OWN = ("call", "place", "in_field", "state", "year")


class LedgerForm(forms.Form):
    """All of it optional, except the call where the ledger is of one call."""

    call = forms.ModelChoiceField(label=gettext_lazy("Call"), queryset=Call.objects.none(), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Street, community"), required=False)
    in_field = forms.ChoiceField(label=gettext_lazy("Service field"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int, required=False, empty_value=None)
    since = MonthField(label=gettext_lazy("From month"), required=False)
    until = MonthField(label=gettext_lazy("To month"), required=False)

    def __init__(self, *args: Any, ledger: Ledger, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ledger, self.user = ledger, user
        self.narrowing = Narrowing(self.data, user=user, own=OWN)
        seen = Project.objects.delivery_visible_to(user).filter(submitted_at__isnull=False)
        calls = seen.their("call").order_by("-closes_at", "-pk")
        if ledger.of_calls:
            calls = ledger.of_calls(calls)
        fields: dict[str, Any] = self.fields
        fields["call"].queryset = newest(calls, self.data.get("call"))
        fields["call"].empty_label = _("All calls")
        fields["call"].required = ledger.needs_call
        if ledger.needs_call:
            fields["call"].empty_label = None
        asked = self.data.get("place") or ""
        fields["place"].choices = [("", _("All streets")), *_places(seen, asked), (NOWHERE, _("not said"))]
        used = _fields(seen, self.data.get("in_field") or "")
        fields["in_field"].choices = [("", _("All")), *((str(one.pk), str(one)) for one in used),
                                      (NOWHERE, _("not said"))]  # fmt: skip
        fields["state"].choices = [("", _("All")), *(choice for choice in State.choices if choice[0] != State.DRAFT)]
        years = years_of(calls, self.data.get("year") or "")
        fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]
        for name in OWN:
            if name not in ledger.follows:
                del fields[name]
        if ledger.period:
            for name in ("since", "until"):
                fields[name].label = f"{fields[name].label}（{ledger.period}）"
        else:
            del fields["since"], fields["until"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("The last month is before the first."))
        return data

    @property
    def asked(self) -> Asked:
        """The question; only of a form that is valid."""
        data = self.cleaned_data
        given = {name: data[name] for name in OWN if data.get(name) not in (None, "")}
        until = data.get("until")
        return Asked(
            self.user,
            self.narrowing.asked | given,
            data.get("since"),
            until and until.replace(day=monthrange(until.year, until.month)[1]),
        )

    @property
    def said(self) -> list[tuple[str, str]]:
        """The same in words."""
        words = []
        for name, one in self.fields.items():
            value = self.cleaned_data.get(name)
            if value in (None, ""):
                continue
            choices = _flat(getattr(one, "choices", ())) if name != "call" else {}
            said = f"{value:%Y-%m}" if name in ("since", "until") else str(choices.get(str(value), value))
            words.append((str(one.label), said))
        return [*words, *self.narrowing.said]


def said_in_chinese(form: LedgerForm) -> list[tuple[str, str]]:
    """What a valid form asks for, in the words of the paper, whatever language the page is in."""
    with translation.override(LANGUAGE):
        again = LedgerForm(form.data, ledger=form.ledger, user=form.user)
        again.is_valid()
        return again.said


def _flat(choices: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, label in choices:
        found |= dict(label) if isinstance(label, list) else {str(key): label}
    return found


def _fields(projects: Any, chosen: str) -> list[ServiceField]:
    """The service fields of these projects."""

    def has(kept: list[ServiceField]) -> bool:
        return chosen in ("", NOWHERE) or any(str(one.pk) == chosen for one in kept)

    return once_a_minute(projects.their("field"), has)


def _places(projects: Any, chosen: str) -> list[tuple[str, Any]]:
    """Streets, each with its communities in which projects take place; of very many the region comes first."""
    found = projects.their("community").order_by("region_code")

    def has(kept: list[Community]) -> bool:
        return any(one.region_code.startswith(chosen) for one in kept)

    few = once_a_minute(found[: OFFERED + 1], has)
    if len(few) > OFFERED:
        return places(found, chosen, to=COMMUNITY)
    streets: dict[str, list[Community]] = {}
    for one in few:
        streets.setdefault(one.region_code[:STREET], []).append(one)
    several = len({code[:6] for code in streets}) > 1
    groups: list[tuple[str, Any]] = []
    for code, communities in streets.items():
        first = communities[0]
        name = f"{first.district}{first.street}" if several else first.street
        whole = [(code, _("%(street)s: all") % {"street": name})]
        groups.append((name, whole + [(one.region_code, one.name) for one in communities]))
    return groups
