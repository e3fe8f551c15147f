"""The plan in force, what a change request may touch, what it wishes, and what still stands in its way."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.masking import mask_account
from core.money import plain, yuan
from projects.comparison import Difference, Version, compare
from projects.completeness import budget_breaches, counted, stored_tables
from projects.models import BudgetLine, ChangeRequest, PlanVersion, Project
from projects.sections import fields_of, tables_of
from projects.shifting import Shift, shifts, sums
from projects.snapshots import as_text, columns_of, snapshot, steps_by_key

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
        table: [{c: _model(table)._meta.get_field(c).to_python(v) for c, v in row.items()} for row in rows]
        for table, rows in change.wish.get("tables", {}).items()
    }


def _model(table: str) -> Any:
    return Project._meta.get_field(table).related_model


def wished_rows(change: ChangeRequest) -> dict[str, list[Any]]:
    """The same as objects that are not stored; what the form did not ask for stays as it is in the plan."""
    found: dict[str, list[Any]] = {}
    for table, rows in rows_of(change).items():
        stored = {row.key: row for row in getattr(change.project, table).all()}
        found[table] = []
        for values in rows:
            row = copy(stored[values["key"]]) if values.get("key") in stored else _model(table)(project=change.project)
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
    wished, written = wished_project(change), snapshot(change.project)
    fields = dict(written["fields"])
    for name in change.wish.get("fields", {}):
        fields[name] = _places(change) if name == "other_communities" else as_text(wished, name)
    steps = steps_by_key(project) | {step.key: step.name for step in rows.get("plan_steps", [])}
    tables = dict(written["tables"])
    for table, found in rows.items():
        tables[table] = [
            {"key": row.key}
            | {column: as_text(row, column) for column in columns_of(_model(table))}
            | ({"step_key": steps.get(row.step_key, "")} if table == "budget_lines" else {})
            for row in found
        ]
    return {"fields": fields, "tables": tables}


def _places(change: ChangeRequest) -> str:
    model = Project._meta.get_field("other_communities").related_model
    found = model._default_manager.filter(pk__in=change.wish["fields"]["other_communities"])
    return "、".join(str(place) for place in found)


def _only(version: Version, fields: Iterable[str], tables: Iterable[str]) -> Version:
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
        return compare(_only(_before(change, version), *parts), _only(version.content, *parts))
    with translation.override("zh-hans"):  # as versions are written down, whatever language the screen is in
        now = snapshot(change.project) if change.is_open and not change.is_optimisation else change.base.content
        return compare(_only(now, *parts), _only(wished_version(change), *parts))


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
            Beside(label, said(name, before.get(name, "")), said(name, other.get(name, "")))
            for name, label in ACCOUNT.items()
        ]
    if change.kind == Kind.TERMINATION:
        return [Beside(_("last day"), str(change.project.ends_on), str(other.get("stops_on", "")))]
    return []


# -- what stands in its way --------------------------------------------------------------------------


def problems(change: ChangeRequest) -> list[str]:
    """Everything that keeps the request from being handed in, in whole sentences; empty when it is complete."""
    found = [] if change.reason.strip() else [_("Please say why.")]
    other = change.wish.get("other", {})
    if change.kind == Kind.ACCOUNT:
        same = all(other.get(name, "") == getattr(change.project.payee, name) for name in ACCOUNT)
        return [*found, *([_("This is the account that is known already.")] if same else [])]
    if change.kind == Kind.TERMINATION:
        return found if other.get("stops_on") else [*found, _("Please say which day is to be the last.")]
    if not change.is_optimisation and not difference(change):
        found.append(_("Nothing is different from the plan as it is."))
    return [*found, *_whole(change), *_days(change), *_money(change)]


def _whole(change: ChangeRequest) -> list[str]:
    """What the form requires is still there."""
    wished, (fields, tables) = wished_project(change), parts_of(change)
    rows = wished_rows(change)
    empty = [name for name in fields if not as_text_or_empty(wished, name) and as_text_or_empty(change.project, name)]
    names = "、".join(str(Project._meta.get_field(name).verbose_name) for name in empty if name != "other_communities")
    found = [_("These are empty now: %(names)s.") % {"names": names}] if names else []
    gone = [t for t in tables if t in rows and not rows[t] and getattr(change.project, t).exists() and t != "partners"]
    return found + [
        _("At least one row is needed under “%(table)s”.") % {"table": _model(table)._meta.verbose_name_plural}
        for table in gone
    ]


def as_text_or_empty(project: Project, name: str) -> str:
    return "" if Project._meta.get_field(name).many_to_many else as_text(project, name)


def _days(change: ChangeRequest) -> list[str]:
    wished, rows = wished_project(change), wished_rows(change)
    first, last = wished.starts_on, wished.ends_on
    if not first or not last:
        return []
    found = []
    if first > last:
        found.append(_("The project must end after it starts."))
    if change.is_optimisation:
        call = change.project.call
        if first < call.starts_on:
            found.append(_("Projects of this call start on %(day)s at the earliest.") % {"day": call.starts_on})
        if last > call.ends_on:
            found.append(_("Projects of this call end by %(day)s.") % {"day": call.ends_on})
    if change.kind == Kind.EXTENSION and last <= change.project.ends_on:
        found.append(_("An extension ends later than %(day)s.") % {"day": change.project.ends_on})
    steps = rows.get("plan_steps", stored_tables(change.project).get("plan_steps", []))
    outside = [step.name for step in steps if not first <= step.starts_on <= step.ends_on <= last]
    if outside:
        found.append(_("These steps lie outside the project's time: %(names)s.") % {"names": "、".join(outside)})
    return found


def _money(change: ChangeRequest) -> list[str]:
    """The amount awarded is fixed: the lines of the grant add up to it, and what the call limits stays limited."""
    project = change.project
    lines = wished_rows(change).get("budget_lines")
    if lines is None:
        if not change.is_optimisation:
            return []
        lines = list(project.budget_lines.all())
    award = project.amount_awarded or ZERO
    grant = sum((line.amount for line in lines if line.source == "grant"), ZERO)
    total = sum((line.amount for line in counted(lines, project.track)), ZERO)
    found = []
    if grant != award:
        found.append(
            _("The lines paid from this grant add up to %(lines)s yuan; the award is %(award)s yuan.")
            % {"lines": yuan(grant), "award": yuan(award)}
        )
    if award * 100 > total * project.track.max_share:
        found.append(
            _("The grant may be at most %(share)s%% of the total budget of %(total)s yuan.")
            % {"share": plain(project.track.max_share), "total": yuan(total)}
        )
    unproved = [line.item for line in lines if line.source == "in_kind" and not line.basis.strip()]
    if unproved:
        found.append(
            _("Say on what basis these contributions in kind are valued: %(items)s.") % {"items": "、".join(unproved)}
        )
    broken = budget_breaches(wished_project(change), lines)
    return found + [breach.sentence for breach in broken if breach.blocks and not _broken_before(change, breach)]


def _broken_before(change: ChangeRequest, breach: Any) -> bool:
    """What the call's rules found in the plan already is no fault of this change."""
    if change.is_optimisation:
        return False
    stored = budget_breaches(change.project, list(change.project.budget_lines.all()))
    return any(old.rule.pk == breach.rule.pk for old in stored)


@dataclass(frozen=True)
class Lowered:
    """A promise that the wish makes smaller: the funder has to agree to it in so many words."""

    what: str
    old: str
    new: str


def lowered(change: ChangeRequest) -> list[Lowered]:
    """People served, targets and money of others that are less than in the plan that was judged or is in force."""
    figures, wished, rows = change.base.figures, wished_project(change), wished_rows(change)
    found = []
    was = figures["beneficiaries"] or 0
    if (wished.beneficiaries or 0) < was:
        found.append(Lowered(_("people served directly"), str(was), str(wished.beneficiaries or 0)))
    if "targets" in rows:
        now = {target.key: target for target in rows["targets"]}
        for target in figures["targets"]:
            old, kept = Decimal(target["value"]), now.get(target["key"])
            if kept is None or kept.value < old or kept.unit != target["unit"]:
                new = f"{plain(kept.value)}{kept.unit}" if kept else _("left out")
                found.append(Lowered(target["indicator"], f"{plain(old)}{target['unit']}", new))
    if "budget_lines" in rows:
        other = sum((line.amount for line in rows["budget_lines"] if line.source != "grant"), ZERO)
        if other < change.base.other_money:
            found.append(Lowered(_("own money and contributions"), yuan(change.base.other_money), yuan(other)))
    return found


def warnings(change: ChangeRequest) -> list[str]:
    """What is allowed and still deserves a word: too late, beyond the call."""
    found = []
    project = change.project
    if change.kind == Kind.EXTENSION and change.is_open:
        asked_on = clock.localdate(change.handed_in_at) if change.handed_in_at else clock.today()
        limit = project.call.extension_days
        if project.ends_on and project.ends_on - asked_on < timedelta(days=limit):
            found.append(
                _("An extension is asked for at least %(days)s days before the end (%(end)s); this is late.")
                % {"days": limit, "end": project.ends_on}
            )
        wished = wished_project(change).ends_on
        if wished and wished > project.call.ends_on:
            found.append(_("It goes beyond the end of the call, %(day)s.") % {"day": project.call.ends_on})
    return found


# -- small shifts ------------------------------------------------------------------------------------


def measured_by(project: Project) -> PlanVersion | None:
    """The last version that somebody decided on."""
    return project.plan_versions.asked_for().order_by("ordinal").last()


def category_shifts(change: ChangeRequest) -> list[Shift]:
    """Every budget category whose sum of this grant changes against the last plan that was decided on."""
    lines, base = wished_rows(change).get("budget_lines"), measured_by(change.project)
    if lines is None or base is None:
        return []
    return shifts(base.by_category(), sums(lines), change.project.call.shift_tolerance)


def is_small(change: ChangeRequest) -> bool:
    """Whether it is filed and not asked: a budget whose every category stays within the call's tolerance, with the same
    total and no less money of others."""
    if change.kind != Kind.BUDGET or "budget_lines" not in change.wish.get("tables", {}):
        return False
    return all(shift.is_small for shift in category_shifts(change)) and not lowered(change)


def overlaps(change: ChangeRequest) -> list[str]:
    """The parts of the plan it touches that somebody else's change has changed since it was written."""
    now = current(change.project)
    if now is None or now.pk == change.base_id or change.is_optimisation:
        return []
    touched = compare(_only(change.base.content, *parts_of(change)), _only(now.content, *parts_of(change)))
    names = [field.name for field in touched.fields] + [row.table for row in touched.rows]
    labels = [Project._meta.get_field(name) for name in dict.fromkeys(names)]
    return [
        str(getattr(label, "verbose_name", None) or label.related_model._meta.verbose_name_plural) for label in labels
    ]


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
