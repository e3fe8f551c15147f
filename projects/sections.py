"""The application form as it stands on paper: its sections, what each must hold, and how far it is written.

Two forms: the full one (field guide 2.1) and a short one for micro grants (S3: 小额快捷申报). No ORM here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """One part of the form: its fields in order, its tables, and which of both a submission must fill in."""

    key: str
    title: Any
    fields: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Progress:
    """How many of a section's required parts are filled in."""

    section: Section
    done: int
    all: int

    @property
    def is_complete(self) -> bool:
        return self.done == self.all


FULL = (
    Section(
        "project",
        _("The project"),
        (
            *("title", "nature", "field", "answers", "wanted_by", "community", "other_communities", "supervisor"),
            *("host", "leader", "leader_phone", "starts_on", "ends_on"),
        ),
        required=frozenset({"title", "field", "community", "leader", "leader_phone", "starts_on", "ends_on"}),
    ),
    Section(
        "audience",
        _("Who is served"),
        ("audience", "beneficiaries", "indirect_beneficiaries"),
        required=frozenset({"audience", "beneficiaries"}),
    ),
    Section("why", _("Why"), ("summary", "needs", "features"), required=frozenset({"summary", "needs"})),
    Section("goals", _("Goals"), ("goals",), ("targets",), required=frozenset({"goals", "targets"})),
    Section("plan", _("Work plan"), ("method",), ("plan_steps",), required=frozenset({"method", "plan_steps"})),
    Section("team", _("Team and partners"), ("experience",), ("team", "partners"), required=frozenset({"team"})),
    Section("risks", _("Risks"), ("risks", "emergency_plan"), required=frozenset({"risks", "emergency_plan"})),
    Section("results", _("Results"), ("evaluation", "sustainability"), required=frozenset({"evaluation"})),
    Section(
        "budget",
        _("Budget"),
        ("amount_requested",),
        ("budget_lines",),
        required=frozenset({"amount_requested", "budget_lines"}),
    ),
)
SHORT = (
    Section(
        "project",
        _("The project"),
        (
            *("title", "nature", "field", "answers", "community", "host", "leader", "leader_phone"),
            *("starts_on", "ends_on", "beneficiaries"),
        ),
        required=frozenset(
            {"title", "field", "community", "leader", "leader_phone", "starts_on", "ends_on", "beneficiaries"}
        ),
    ),
    Section(
        "what",
        _("What you will do"),
        ("summary", "needs", "method", "emergency_plan"),
        ("partners",),
        required=frozenset({"summary", "needs", "method", "emergency_plan"}),
    ),
    Section(
        "budget",
        _("Budget"),
        ("amount_requested",),
        ("budget_lines",),
        required=frozenset({"amount_requested", "budget_lines"}),
    ),
)
FORMS: Mapping[str, tuple[Section, ...]] = {"full": FULL, "short": SHORT}
TABLES = ("targets", "plan_steps", "team", "partners", "budget_lines")
BESIDE = {
    "applicant": (
        _("applicant"),
        {
            "name": _("name"),
            "number": _("credit code or filing number"),
            "authority": _("registered or filed with"),
            "legal_representative": _("legal representative or person in charge"),
            "phone": _("phone"),
            "address": _("address"),
            "payee": _("payee"),
            "account": _("account of the payee"),
            "rating": _("rating"),
            "profile": _("about the organisation"),
        },
    ),
    "papers": (_("papers"), {"kind": _("kind of paper"), "name": _("file")}),
    "explanations": (_("explanations"), {"rule": _("condition"), "text": _("explanation")}),
    "recommendations": (
        _("recommendations"),
        {"community": _("community"), "supports": _("does the community support it?"), "text": _("opinion")},
    ),
}
"""What goes with the form and is written down with a submission: its name, and the columns that a person reads."""


def sections_of(form: str) -> tuple[Section, ...]:
    """The sections of the form "full" or "short"."""
    return FORMS[form]


def fields_of(form: str) -> tuple[str, ...]:
    return tuple(name for section in FORMS[form] for name in section.fields)


def tables_of(form: str) -> tuple[str, ...]:
    return tuple(name for section in FORMS[form] for name in section.tables)


def places_of(form: str) -> tuple[str, ...]:
    """The fields and tables in the order in which the page shows them."""
    return tuple(name for section in FORMS[form] for name in (*section.fields, *section.tables))


def required_of(form: str) -> frozenset[str]:
    """The fields and tables without which the form cannot be submitted."""
    return frozenset().union(*(section.required for section in FORMS[form]))


def is_filled(value: Any) -> bool:
    """Whether something stands there: a text that is not blank, a figure, a choice."""
    return bool(value.strip()) if isinstance(value, str) else value is not None


def progress(form: str, values: Any, tables: Mapping[str, Sequence[Any]]) -> list[Progress]:
    """How far each section is written; `values` is the project (read by attribute), `tables` its rows by name."""

    def filled(names: Iterable[str]) -> int:
        return sum(bool(tables.get(name)) if name in TABLES else is_filled(getattr(values, name)) for name in names)

    return [Progress(section, filled(section.required), len(section.required)) for section in FORMS[form]]
