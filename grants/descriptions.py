"""A call written down piece by piece, for `grants.comparison`: every field that can be edited, also one added later."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.fields import MoneyField
from core.money import plain, yuan
from grants.comparison import Part
from grants.models import Call, Rubric


@dataclass(frozen=True)
class Table:
    """One part of a call's set-up: the relation that holds its rows, and its heading."""

    relation: str
    section: Any


TABLES = {
    "tracks": Table("tracks", gettext_lazy("Tracks")),
    "conditions": Table("eligibility_rules", gettext_lazy("Conditions")),
    "budget": Table("budget_rules", gettext_lazy("Budget rules")),
    "papers": Table("papers", gettext_lazy("Papers")),
    "panels": Table("panel_rules", gettext_lazy("Panels")),
    "bonuses": Table("bonus_rules", gettext_lazy("Bonuses")),
    "ties": Table("tie_breaks", gettext_lazy("Order between equal scores")),
}


def describe(call: Call) -> list[Part]:
    """Everything that a call lays down, in the order of its set-up."""
    tables = [part for key in TABLES for part in describe_table(call, key)]
    return [*describe_terms(call), *tables, *_judging(call), *_money(call)]


def describe_terms(call: Call) -> list[Part]:
    """The call's own columns: what the page of its terms asks."""
    return [Part(_("Call"), name, value) for name, value in _values(call)]


def describe_table(call: Call, key: str) -> list[Part]:
    """The rows of one part of the set-up."""
    table = TABLES[key]
    return describe_rows(str(table.section), getattr(call, table.relation).all())


def fingerprint(call: Call, key: str = "") -> str:
    """What the terms (or one part) say now, in a few characters: a page carries it, so that no later save of an older
    page silently brings back what somebody has changed meanwhile."""
    with translation.override("zh-hans"):  # the words must not depend on who looks
        said = [repr(part) for part in (describe_table(call, key) if key else describe_terms(call))]
    rows = list(getattr(call, TABLES[key].relation).values_list("pk", flat=True)) if key else []
    return sha256(repr((said, rows)).encode()).hexdigest()[:16]


def digest(call: Call) -> str:
    """Everything that the call lays down, its sheets and its instalments too, in a few characters: the page on which it
    is published carries it, so that nothing is published that nobody has read."""
    fresh = Call.objects.get(pk=call.pk)  # a page may show it otherwise than it is stored
    with translation.override("zh-hans"):  # the words must not depend on who looks
        return sha256(repr([repr(part) for part in describe(fresh)]).encode()).hexdigest()[:16]


def describe_rows(section: str, rows: Iterable[models.Model]) -> list[Part]:
    """Rows that belong to a call, stored or not."""
    return list(_rows(section, ((_label(row), row) for row in rows), "call"))


def _rows(section: str, rows: Iterable[tuple[str, models.Model]], parent: str) -> Iterator[Part]:
    """Each field of each row; a label that stands twice gets a number, so that nothing is lost."""
    seen: Counter[str] = Counter()
    for label, row in rows:
        seen[label] += 1
        name = f"{label} ({seen[label]})" if seen[label] > 1 else label
        yield from (Part(section, what, value, name) for what, value in _values(row, apart_from=parent))


def _label(row: Any) -> str:
    """What a row is recognised by when two calls are compared: what it is about, not its figure."""
    match row._meta.model_name:
        case "eligibilityrule":
            return str(row.get_kind_display())
        case "panelrule":
            return str(row.get_expertise_display())
        case "requiredpaper" if row.track:
            return f"{row} ({row.track})"
        case "tiebreak":
            return str(row.position)
        case _:
            return str(row)


def describe_rubric(rubric: Rubric) -> list[Part]:
    """One edition of a framework: its own columns, and every line with its levels."""
    own = [Part(_("Framework"), name, value) for name, value in _values(rubric, apart_from="name")]
    criteria = list(rubric.criteria.prefetch_related("levels"))
    lines = _rows(_("Lines of the sheet"), ((str(each), each) for each in criteria), "rubric")
    levels = ((f"{each} · {level.name}", level) for each in criteria for level in each.levels.all())
    return [*own, *lines, *_rows(_("Levels"), levels, "criterion")]


def _judging(call: Call) -> Iterator[Part]:
    section = _("Judging")
    for what, rubric in (
        (_("review"), call.review_rubric),
        (_("midterm"), call.midterm_rubric),
        (_("final"), call.final_rubric),
    ):
        yield from _rows(section, [(what, rubric)], "")
        criteria = list(rubric.criteria.prefetch_related("levels"))
        yield from _rows(section, ((f"{what} · {each}", each) for each in criteria), "rubric")
        levels = ((f"{what} · {each} · {level.name}", level) for each in criteria for level in each.levels.all())
        yield from _rows(section, levels, "criterion")


def _money(call: Call) -> Iterator[Part]:
    section, plan = _("Instalments"), call.tranche_plan
    yield from _rows(section, [(_("tranche plan"), plan)], "")
    rules = list(plan.rules.prefetch_related("gates"))
    yield from _rows(section, ((_("Instalment %(n)s") % {"n": rule.ordinal}, rule) for rule in rules), "plan")
    gates = (
        (_("Instalment %(n)s") % {"n": rule.ordinal} + f" · {gate.get_kind_display()}", gate)
        for rule in rules
        for gate in rule.gates.all()
    )
    yield from _rows(section, gates, "rule")


def _values(thing: models.Model, *, apart_from: str = "") -> Iterator[tuple[str, str]]:
    """Label and words of every field that can be edited."""
    for field in (*thing._meta.fields, *thing._meta.many_to_many):
        if field.editable and not field.primary_key and field.name != apart_from:
            yield str(field.verbose_name), shown(thing, field)


def shown(thing: Any, field: Any) -> str:
    """What a field says, as people read it."""
    if field.many_to_many:
        return "、".join(str(each) for each in getattr(thing, field.name).all())
    value = getattr(thing, field.name)
    if value is None or value == "":
        return ""
    if field.choices:
        return str(getattr(thing, f"get_{field.name}_display")())
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, MoneyField):
        return yuan(value)
    if isinstance(field, models.DecimalField):
        return plain(value)
    if isinstance(field, models.DateTimeField):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if field.name == "bands":
        return str(thing.band_words)
    if isinstance(field, models.JSONField):
        return "、".join(str(Call.HiddenPart(part).label) for part in value)
    return str(value)
