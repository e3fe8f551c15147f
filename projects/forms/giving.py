"""Forms of pledges and of what came of them."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import FigureFormField, MoneyFormField
from core.forms import CountedTextarea, DateInput, FilesField, PhoneField, SeveralField, newest, within_a_year
from core.money import round_half_up, yuan
from grants.models import Call, ServiceField
from people.choosing import places
from people.models import Community, Organization, Role, User, place_name
from projects.actions.pledges import doubt_of_wage, misplaced_wage
from projects.matching import Sum
from projects.models import Gift, MatchingProof, Pledge

Kind, Basis = Pledge.Kind, Pledge.Basis
VERY_MUCH, TIMES = Decimal(10_000), 10
"""Whoever pledges more than so many yuan, and more than so many times what is lacking, is asked whether it is meant."""


class GivingFilter(forms.Form):
    """Which awarded projects a giver sees; each left empty means all."""

    q = forms.CharField(label=_("Words in the title"), required=False, max_length=60)
    field = forms.ModelChoiceField(
        label=_("Service field"), queryset=ServiceField.objects.all(), required=False, empty_label=_("All")
    )
    place = forms.ChoiceField(label=_("District or street"), required=False)
    lacks = forms.ChoiceField(
        label=_("What is lacking"),
        required=False,
        choices=[
            ("", _("All")),
            ("any", _("Something is lacking")),
            ("money", _("Money")),
            ("in_kind", _("Goods, venue or hours")),
        ],
    )

    def __init__(self, *args: Any, projects: Any, **kwargs: Any) -> None:
        """`projects`: those that a giver can be offered."""
        super().__init__(*args, **kwargs)
        here = projects.their("community")
        self.fields["place"].choices = [("", _("All")), *places(here, self.data.get("place") or "", districts=True)]

    def chosen(self, projects: Any) -> Any:
        """The projects that match; what is wrong in the form is left out of account."""
        data = self.cleaned_data if self.is_valid() else {}
        if words := data.get("q", "").strip():
            projects = projects.filter(title__contains=words)
        if data.get("field"):
            projects = projects.filter(field=data["field"])
        if data.get("place"):
            projects = projects.filter(community__region_code__startswith=data["place"])
        return projects

    @property
    def lacking(self) -> str:
        return self.cleaned_data.get("lacks", "") if self.is_valid() else ""

    @property
    def chosen_words(self) -> str:
        """What is chosen, as a key; empty where nothing is."""
        data = self.cleaned_data if self.is_valid() else {}
        return urlencode({name: getattr(value, "pk", value) for name, value in data.items() if value})


class PledgeForm(forms.Form):
    """A pledge: money has an amount; whatever is given in kind a quantity, a price and where the price comes from.

    Who has filled in both halves means two gifts, or has chosen the wrong one: neither half is thrown away silently.
    What is very much more than the project lacks, and an hour at more than a minimum wage, is asked about once, at its
    field: a slip of the finger would count. The answer holds for the figures that were asked about and for no others.
    """

    WORDS = ("what", "unit", "basis", "basis_words")
    FIGURES = ("quantity", "unit_price")
    NOT_STORED = ("giver", "amount", "meant", "asked")

    giver = forms.ModelChoiceField(label=_("For whom you give"), queryset=Organization.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("What you give"), choices=Kind.choices, widget=forms.RadioSelect, initial="money")
    amount = MoneyFormField(label=_("Amount of money (yuan)"), required=False, help_text=_("For money only"))
    what = forms.CharField(
        label=_("Name of what you give"), required=False, max_length=120,
        help_text=_("In kind: for example 20 sets of watercolours, a hall for 40 people, accounting by a volunteer"),
    )  # fmt: skip
    quantity = FigureFormField(label=_("Quantity"), required=False, max_digits=9, help_text=_("Pieces, times, hours"))
    unit = forms.CharField(label=_("Unit"), required=False, max_length=10, help_text=_("Set, time, hour"))
    unit_price = MoneyFormField(
        label=_("Price of one (yuan)"), required=False, help_text=_("Quantity × price is its value")
    )
    basis = forms.ChoiceField(
        label=_("Source of the price"), required=False, choices=[("", _("Please choose")), *Basis.choices]
    )
    basis_words = forms.CharField(
        label=_("Where the price can be seen"), required=False, max_length=200,
        help_text=_("Shop and day, number of the invoice, who appraised it, which rule"),
    )  # fmt: skip
    meant = forms.BooleanField(label=_("The figure is right: so much is meant"), required=False)
    asked = forms.CharField(widget=forms.HiddenInput, required=False)
    due_on = forms.DateField(label=_("You give it until"), widget=DateInput, validators=[within_a_year])
    message = forms.CharField(label=_("A word to the group"), required=False, max_length=500, widget=CountedTextarea)
    contact = forms.CharField(label=_("Who can be asked at your organisation"), max_length=60)
    contact_phone = PhoneField(label=_("Phone"), help_text=_("The group and its funder see it"))

    def __init__(self, *args: Any, user: User, lacking: Sum | None = None, **kwargs: Any) -> None:
        """`lacking`: what the project lacks."""
        super().__init__(*args, **kwargs)
        self.lacking, self.asks_about = lacking, ""
        mine = Organization.objects.givers_of(user, Role.MANAGER, Role.STAFF)
        self.fields["giver"].queryset = mine
        self.fields["amount"].mark = _("needed if you give money")
        for name in (*self.WORDS, *self.FIGURES):
            self.fields[name].mark = _("needed if you give no money")

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < clock.today():
            raise forms.ValidationError(_("This day has passed already."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Kind.MONEY:
            if "amount" in data and not data["amount"]:
                self.add_error("amount", _("Please enter more than 0 yuan."))
            if any(data.get(name) for name in (*self.FIGURES, "basis")):
                said = _(
                    "You have filled in goods, a venue or hours, but chosen money. Choose one; pledge twice for both."
                )
                self.add_error("kind", said)
            self._ask_about("amount", data.get("amount"), self.lacking and self.lacking.money)
            return data
        if data.get("amount") and "amount" in self.changed_data:  # what a letter of intent has filled in is not meant
            self.add_error("amount", _("You have not chosen money. Leave this empty; pledge twice for both."))
        for name in self.WORDS:
            if name in data and not (data[name] or "").strip():
                self.add_error(name, _("What is given in kind needs this."))
        for name in self.FIGURES:
            if name in data and not data[name]:
                self.add_error(name, _("Please enter more than 0."))
        quantity, price = (data.get(name) for name in self.FIGURES)
        self._ask_about("quantity", quantity and price and quantity * price, self.lacking and self.lacking.in_kind)
        if wrong := misplaced_wage(data):
            self.add_error("basis", wrong)
        elif doubt := doubt_of_wage(data):
            self._ask("unit_price", doubt)
        return data

    def _ask_about(self, name: str, value: Decimal | None, lacks: Decimal | None) -> None:
        if value is None or lacks is None or value <= max(VERY_MUCH, TIMES * lacks):
            return
        said = _(
            "This is %(value)s yuan, and %(lacks)s yuan are lacking. Is the figure right? "
            "Correct it, or tick below that it is meant."
        )
        self._ask(name, said % {"value": yuan(round_half_up(value)), "lacks": yuan(lacks)})

    def _ask(self, name: str, doubt: str) -> None:
        """Ask at the field, unless it was answered for these very figures: the page carries which they were."""
        self.asks_about = name
        figures = self._figures()
        if not self.cleaned_data.get("meant") or self.cleaned_data.get("asked") != figures:
            self.add_error(name, doubt)
            self.data = self.data.copy()
            self.data.pop("meant", None)
            self.data["asked"] = figures

    def _figures(self) -> str:
        """What was asked about, as the page carries it: 1.50 and 1.5 are the same."""
        said = (self.cleaned_data.get(name) for name in ("kind", "amount", *self.FIGURES, "basis"))
        plain = (format(value.normalize(), "f") if isinstance(value, Decimal) else value for value in said)
        return " ".join(str(value or "-") for value in plain)

    @property
    def values(self) -> dict[str, Any]:
        """What the verb takes, without the giver."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in self.NOT_STORED}
        if data["kind"] == Kind.MONEY:
            data["quantity"] = self.cleaned_data["amount"]
            data["what"] = data["what"].strip()
        return data


class GiftForm(forms.Form):
    """The group writes down what came."""

    came_on = forms.DateField(label=_("Came on"), widget=DateInput)
    quantity = FigureFormField(label=_("How much came"), max_digits=14)
    words = forms.CharField(
        label=_("Remark"), required=False, max_length=200, help_text=Gift._meta.get_field("words").help_text
    )
    proof = forms.ModelChoiceField(
        label=_("The same as a proof of matching funds"), queryset=MatchingProof.objects.none(), required=False,
        empty_label=_("No"), help_text=Gift._meta.get_field("proof").help_text,
    )  # fmt: skip
    files = FilesField(label=_("Papers"), help_text=_("Bank slip, delivery note, photo of the goods, list of hours"))

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["came_on"].initial = clock.today()
        self.fields["quantity"].initial = pledge.can_come or None
        if pledge.is_money:
            self.fields["quantity"].label = _("Amount that came (yuan)")
        else:
            self.fields["quantity"].help_text = f"{pledge.unit} × {pledge.unit_price}"
        proofs = MatchingProof.objects.filter(project=pledge.project_id).exclude(is_accepted=False)
        self.fields["proof"].queryset = proofs
        if not proofs:
            del self.fields["proof"]

    def clean_came_on(self) -> Any:
        day = self.cleaned_data["came_on"]
        if day > clock.today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean_quantity(self) -> Decimal:
        quantity = self.cleaned_data["quantity"]
        if not quantity:
            raise forms.ValidationError(_("Please enter more than 0."))
        return quantity


class GiftAnswerForm(forms.Form):
    """The clerk looks at what came."""

    proof = forms.ModelChoiceField(
        label=_("The same as a proof of matching funds"), queryset=MatchingProof.objects.none(), required=False,
        empty_label=_("No"), help_text=_("Then the two count once"),
    )  # fmt: skip
    apart = forms.BooleanField(label=_("This is another thing than the proof of the same sum"), required=False)
    answer = forms.CharField(
        label=_("Answer"), max_length=200, widget=CountedTextarea, required=False, help_text=_("Needed for a refusal")
    )

    def __init__(self, *args: Any, gift: Gift, alike: list[MatchingProof], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proofs = MatchingProof.objects.filter(project=gift.project).exclude(is_accepted=False)
        self.fields["proof"].queryset = proofs
        self.fields["proof"].initial = gift.proof_id
        if not proofs:
            del self.fields["proof"]
        if not alike:
            del self.fields["apart"]


class MatchingAnswerForm(forms.Form):
    """The clerk looks at a proof of matching funds."""

    gifts = SeveralField(
        label=_("The same as what came of a pledge"), queryset=Gift.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("Then the two count once"),
    )  # fmt: skip
    apart = forms.BooleanField(label=_("This is another thing than what came of a pledge"), required=False)
    answer = forms.CharField(
        label=_("Answer"), max_length=200, widget=CountedTextarea, required=False, help_text=_("Needed for a refusal")
    )

    def __init__(self, *args: Any, proof: MatchingProof, alike: list[Gift], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Gift.objects.filter(pledge__project=proof.project_id, proof__isnull=True).exclude(is_accepted=False)
        self.fields["gifts"].queryset = free.select_related("pledge__giver")
        self.fields["gifts"].label_from_instance = lambda gift: f"{gift.pledge} · {gift.came_on} · {gift.value}"
        if not free:
            del self.fields["gifts"]
        if not alike:
            del self.fields["apart"]


class PostponeForm(forms.Form):
    """A later day."""

    due_on = forms.DateField(label=_("You give it until"), widget=DateInput, validators=[within_a_year])
    note = forms.CharField(label=_("A word to the group"), required=False, max_length=500, widget=CountedTextarea)


class PledgeLedgerFilter(forms.Form):
    """The ledger of pairs by call, street, state and kind; each left empty means all."""

    call = forms.ModelChoiceField(label=_("Call"), queryset=Call.objects.none(), required=False, empty_label=_("All"))
    street = forms.ChoiceField(label=_("Street or town"), required=False)
    kind = forms.ChoiceField(label=_("What is given"), required=False, choices=[("", _("All")), *Kind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Pledge.State.choices])

    def __init__(self, *args: Any, pledges: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = Call.objects.filter(Exists(pledges.filter(project__call=OuterRef("pk")).order_by()))
        self.fields["call"].queryset = newest(calls, self.data.get("call"))
        here = Community.objects.filter(Exists(pledges.filter(project__community=OuterRef("pk")).order_by()))
        self.fields["street"].choices = [("", _("All")), *places(here, self.data.get("street") or "")]

    def chosen(self, pledges: Any) -> Any:
        if not self.is_valid():
            return pledges.none()
        data = self.cleaned_data
        if data["call"]:
            pledges = pledges.filter(project__call=data["call"])
        if data["street"]:
            pledges = pledges.filter(project__community__region_code__startswith=data["street"])
        for name in ("kind", "state"):
            if data[name]:
                pledges = pledges.filter(**{name: data[name]})
        return pledges

    def words(self) -> str:
        """What was chosen, for the heading of the table."""
        data = self.cleaned_data if self.is_valid() else {}
        said = [str(data.get("call") or ""), place_name(data.get("street") or "")]
        said += [str(Kind(data["kind"]).label)] if data.get("kind") else []
        said += [str(Pledge.State(data["state"]).label)] if data.get("state") else []
        return " · ".join(part for part in said if part)
