"""The plan in force, what a change request may touch, and what it wishes; what stands in its way: `change_problems`."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.masking import mask_account
from projects.comparison import Difference, Version, compare
from projects.models import BudgetLine, ChangeRequest, PlanVersion, Project
from projects.sections import fields_of, tables_of
from projects.snapshots import as_text, columns_of, kept, steps_by_key

Kind = ChangeRequest.Kind
ZERO = Decimal("0.00")
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.OPTIMISATION: (
        (
            *("supervisor", "leader", "leader_phone", "starts_on", "ends_on", "audience", "beneficiaries"),
            *("indirect_beneficiaries", "summary", "features", "needs", "goals", "method", "risks", "emergency_plan"),
            *("evaluation", "sustainability"),
        ),
        ("targets", "plan_steps", "team", "partners", "budget_lines"),
    ),
    Kind.BUDGET: ((), ("budget_lines",)),
    Kind.EXTENSION: (("ends_on",), ("plan_steps",)),
    Kind.PERSONS: (("leader", "leader_phone"), ("team",)),
    Kind.PLACE: (("community", "other_communities", "supervisor"), ("plan_steps",)),
    Kind.TARGETS: (("audience", "beneficiaries", "indirect_beneficiaries"), ("targets",)),
    Kind.ACCOUNT: ((), ()),
    Kind.TERMINATION: ((), ()),
}
"""The fields and tables of the plan that each kind may touch. Title, applicant and the amount awarded stand in none:
the decision made them. Finishing the plan leaves the community too: it recommended this project in this place."""
ACCOUNT = {
    "bank_account_name": gettext_lazy("account name"),
    "bank_name": gettext_lazy("bank"),
    "bank_account": gettext_lazy("account number"),
}


def parts_of(change: ChangeRequest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields and tables that this request may touch, as far as the project's form has them."""
    form = change.project.track.form
    fields, tables = PARTS[change.kind]
    return tuple(f for f in fields if f in fields_of(form)), tuple(t for t in tables if t in tables_of(form))


def current(project: Project) -> PlanVersion | None:
    """The newest version of the plan."""
    return project.plan_versions.order_by("ordinal").last()


# -- what is wished ----------------------------------------------------------------------------------


def values_of(change: ChangeRequest) -> dict[str, Any]:
    """The wished fields as Python values; those of `other_communities` as a list of ids."""
    found = {}
    for name, value in change.wish.get("fields", {}).items():
        field = Project._meta.get_field(name)
        if not field.many_to_many:
            name, value = field.attname, field.to_python(value)
        found[name] = value
    return found


def rows_of(change: ChangeRequest) -> dict[str, list[dict[str, Any]]]:
    """The wished rows of each table as Python values."""
    return {
        table: [{c: model_of(table)._meta.get_field(c).to_python(v) for c, v in row.items()} for row in rows]
        for table, rows in change.wish.get("tables", {}).items()
    }


def model_of(table: str) -> Any:
    return Project._meta.get_field(table).related_model


def wished_rows(change: ChangeRequest) -> dict[str, list[Any]]:
    """The same as objects that are not stored; what the form did not ask for stays as it is in the plan."""
    found: dict[str, list[Any]] = {}
    for table, rows in rows_of(change).items():
        stored = {row.key: row for row in getattr(change.project, table).all()}
        found[table] = []
        for values in rows:
            row = (
                copy(stored[values["key"]]) if values.get("key") in stored else model_of(table)(project=change.project)
            )
            for column, value in values.items():
                setattr(row, column, value)
            found[table].append(row)
    return found


def wished_project(change: ChangeRequest) -> Project:
    """The project as it would be; never saved."""
    wished = copy(change.project)
    wished._prefetched_objects_cache = {}
    for name, value in values_of(change).items():
        if name != "other_communities":
            setattr(wished, name, value)
    return wished


def wished_version(change: ChangeRequest) -> Version:
    """The plan as it would be, written down like a version of it."""
    project, rows = change.project, wished_rows(change)
    wished, written = wished_project(change), kept(change.project)
    fields = dict(written["fields"])
    for name in change.wish.get("fields", {}):
        fields[name] = _places(change) if name == "other_communities" else as_text(wished, name)
    steps = steps_by_key(project) | {step.key: step.name for step in rows.get("plan_steps", [])}
    tables = dict(written["tables"])
    for table, found in rows.items():
        tables[table] = [
            {"key": row.key}
            | {column: as_text(row, column) for column in columns_of(model_of(table))}
            | ({"step_key": steps.get(row.step_key, "")} if table == "budget_lines" else {})
            for row in found
        ]
    return {"fields": fields, "tables": tables}


def _places(change: ChangeRequest) -> str:
    model = Project._meta.get_field("other_communities").related_model
    found = model._default_manager.filter(pk__in=change.wish["fields"]["other_communities"])
    return "、".join(str(place) for place in found)


def only(version: Version, fields: Iterable[str], tables: Iterable[str]) -> Version:
    return {
        "fields": {name: version["fields"].get(name, "") for name in fields},
        "tables": {name: version["tables"].get(name, []) for name in tables},
    }


def difference(change: ChangeRequest) -> Difference:
    """What the request changes of the plan: of the one in force while it is open, of the one it was made from later.

    Finishing the plan is shown as a difference to what was judged, whenever it is looked at.
    """
    parts = parts_of(change)
    version = PlanVersion.objects.filter(change=change).first()
    if version is not None:
        return compare(only(_before(change, version), *parts), only(version.content, *parts))
    now = kept(change.project) if change.is_open and not change.is_optimisation else change.base.content
    with translation.override("zh-hans"):  # as what is kept
        return compare(only(now, *parts), only(wished_version(change), *parts))


def _before(change: ChangeRequest, version: PlanVersion) -> Version:
    earlier = change.project.plan_versions.filter(ordinal=version.ordinal - 1).first()
    return earlier.content if earlier else change.base.content


@dataclass(frozen=True)
class Beside:
    """What is now and what is wished, of things that stand beside the plan."""

    label: Any
    now: str
    wish: str


def beside(change: ChangeRequest, *, shown: bool) -> list[Beside]:
    """Account or last day: what is now, and the wish beside it. `shown`: the reader may see account numbers."""
    other, payee = change.wish.get("other", {}), change.project.payee
    if change.kind == Kind.ACCOUNT:
        before = other.get("before") or {name: getattr(payee, name) for name in ACCOUNT}

        def said(name: str, value: str) -> str:
            return mask_account(value) if name == "bank_account" and not shown else value

        return [
            Beside(label, said(name, before.get(name, "")), _doubted(name, said(name, other.get(name, "")), payee))
            for name, label in ACCOUNT.items()
        ]
    if change.kind == Kind.TERMINATION:
        return [Beside(_("last day"), str(change.project.ends_on), str(other.get("stops_on", "")))]
    return []


def _doubted(name: str, wish: str, payee: Any) -> str:
    """What is wished, and said beside it where the money would go to another name than the payee's."""
    if name != "bank_account_name" or not wish or wish == payee.name:
        return wish
    return _("%(wish)s (the payee is %(payee)s: please look at the bank's confirmation)") % {
        "wish": wish,
        "payee": payee,
    }


def figures_of(project: Project) -> dict[str, Any]:
    """The plan in numbers, as a version keeps them."""
    return {
        "starts_on": project.starts_on,
        "ends_on": project.ends_on,
        "beneficiaries": project.beneficiaries,
        "award": project.amount_awarded,
        "targets": [
            {"key": t.key, "indicator": t.indicator, "value": t.value, "unit": t.unit} for t in project.targets.all()
        ],
        "lines": [
            {"key": line.key, "category": line.category, "item": line.item, "source": line.source,
             "rank": line.rank, "amount": line.accepted}
            for line in _lines(project)
        ],
    }  # fmt: skip


def _lines(project: Project) -> Sequence[BudgetLine]:
    return list(project.budget_lines.all())


def as_wish(values: Mapping[str, Any], tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """What a form holds, in the shape in which a request keeps it."""
    fields = {}
    for name, value in values.items():
        field = Project._meta.get_field(name)
        if field.many_to_many:
            fields[name] = [each.pk for each in value or ()]
        else:
            fields[name] = value.pk if field.is_relation and value is not None else value
    return {"fields": fields, "tables": {name: [dict(row) for row in rows] for name, rows in tables.items()}}
