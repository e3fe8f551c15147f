"""What an expert who judges blind may read: the proposal without names, people and files.

Hidden are the fields and columns that name somebody, and whatever else the call hides; in the texts every known name
is replaced. A description by which somebody can be recognised all the same ("the only choir of the street") cannot be
found by a program: the applicant is asked to leave it out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grants.models import Call
from projects.models import Project
from projects.sections import sections_of
from projects.snapshots import snapshot

NAMING = frozenset({"host", "leader", "leader_phone", "supervisor", "wanted_by"})
"""Fields that say who applies."""
NAMING_COLUMNS = {
    "team": frozenset({"name", "phone"}),
    "partners": frozenset({"name", "contact"}),
    "plan_steps": frozenset({"responsible"}),
    "budget_lines": frozenset({"quote_number"}),
}
PARTS = {
    Call.HiddenPart.EXPERIENCE: frozenset({"experience"}),
    Call.HiddenPart.COMMUNITY: frozenset({"community", "other_communities"}),
}
SHORTEST = 2
"""Code points of the shortest name that is looked for: a single character would tear words apart."""


@dataclass(frozen=True)
class VeiledRow:
    """One row of it: the key under which anything else about the row is found, and its cells."""

    key: str
    cells: list[str]


@dataclass(frozen=True)
class VeiledTable:
    """A table of the proposal without the columns that name somebody."""

    name: str
    columns: list[str]
    rows: list[VeiledRow]


@dataclass(frozen=True)
class VeiledSection:
    """A section of the form: its texts by field name, and its tables."""

    title: Any
    fields: list[tuple[str, str]]
    tables: list[VeiledTable]


def veil(text: str, names: Iterable[str]) -> str:
    """The text with every one of the names replaced, longer names first; case and width count."""
    known = sorted({name.strip() for name in names if len(name.strip()) >= SHORTEST}, key=len, reverse=True)
    if not known:
        return text
    return re.sub("|".join(map(re.escape, known)), _("〔name hidden〕"), text)


def names_of(project: Project) -> list[str]:
    """Everybody whom the proposal could name: organisations, the leader, the team, the partners."""
    organizations = [project.applicant, project.host]
    names = [project.leader, project.leader_phone, project.supervisor, project.wanted_by]
    for organization in filter(None, organizations):
        names += [organization.name, organization.legal_representative, organization.phone, organization.number]
    names += [member.name for member in project.team.all()]
    names += [partner.name for partner in project.partners.all()]
    if Call.HiddenPart.COMMUNITY in project.call.hidden_parts:
        places = [project.community, *project.other_communities.all()]
        names += [place.name for place in places if place]
    return [name for name in names if name]


def veiled_title(project: Project) -> str:
    """The title without the names in it."""
    return veil(project.title, names_of(project))


def names_in_texts(project: Project) -> list[str]:
    """The names that stand in the proposal's texts, where a blind call asks to leave them out."""
    fields = snapshot(project)["fields"]
    text = "\n".join(value for name, value in fields.items() if name not in NAMING)
    return [name for name in dict.fromkeys(names_of(project)) if len(name) >= SHORTEST and name in text]


def veiled(project: Project) -> list[VeiledSection]:
    """The whole proposal as a blind expert reads it; empty fields and tables are left out."""
    names, written = names_of(project), snapshot(project)
    hidden = NAMING.union(*(PARTS[part] for part in PARTS if part in project.call.hidden_parts))
    found = []
    for section in sections_of(project.track.form):
        fields = [
            (name, veil(written["fields"][name], names))
            for name in section.fields
            if name not in hidden and written["fields"][name]
        ]
        tables = [_table(name, written["tables"][name], names) for name in section.tables if written["tables"][name]]
        if fields or tables:
            found.append(VeiledSection(section.title, fields, tables))
    return found


def _table(name: str, rows: list[dict[str, str]], names: list[str]) -> VeiledTable:
    hidden = NAMING_COLUMNS.get(name, frozenset())
    columns = [column for column in rows[0] if column != "key" and column not in hidden]
    columns = [column for column in columns if any(row[column] for row in rows)]
    cells = [VeiledRow(row["key"], [veil(row[column], names) for column in columns]) for row in rows]
    return VeiledTable(name, columns, cells)
