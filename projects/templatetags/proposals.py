"""Words for the parts of a proposal, by the names under which a submission keeps them."""

from django import template

from projects.comparison import RowChange
from projects.models import Project
from projects.sections import BESIDE, TABLES

register = template.Library()


def _model_of(table: str):
    return Project._meta.get_field(table).related_model


@register.filter
def field_label(name: str) -> str:
    """The label of a field or table of the proposal."""
    if name in BESIDE:
        return str(BESIDE[name][0])
    if name in TABLES:
        return str(_model_of(name)._meta.verbose_name_plural)
    return str(Project._meta.get_field(name).verbose_name)


@register.filter
def column_label(name: str, table: str) -> str:
    """The label of a column of one of its tables."""
    if table in BESIDE:
        return str(BESIDE[table][1][name])
    return str(_model_of(table)._meta.get_field(name).verbose_name)


@register.filter
def row_name(change: RowChange) -> str:
    """A row in one line: what stands in it, without the empty columns."""
    unread = {"key", "sha256"}
    return " · ".join(text for name, text in change.row.items() if text and name not in unread)


@register.filter
def place_link(anchor: str) -> str:
    """Where a place stands on the proposal's form: a field, a table, or a row of one."""
    name, _colon, key = anchor.partition(":")
    if name not in TABLES:
        return f"#id_{name}"
    return f"#row_{name}_{key}" if key else f"#table_{name}"
