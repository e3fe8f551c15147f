"""What an expert who judges blind may read: the proposal without names, people and files.

Hidden are the fields and columns that name somebody, and whatever else the call hides; in the texts every known name
is replaced, also with blanks in it, in full width, or short, without what the organisation or place is called by kind
(`short_names`). A description by which somebody can be recognised all the same ("the only choir of the street"), or a
nickname, cannot be found by a program: the applicant is asked to leave it out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.identifiers import half_width
from grants.models import Call
from projects.models import Project
from projects.models.project_queries import LONG_TEXTS
from projects.sections import sections_of, tables_of
from projects.snapshots import snapshot

PLACE = frozenset({"community", "other_communities", "answers"})
"""Fields that say where; the list of needs is public and says where each need is."""
NAMING = frozenset({"host", "leader", "leader_phone", "supervisor", "wanted_by"})
"""Fields that say who applies."""
CHOSEN = PLACE | {"nature", "field"}
"""Fields in which nobody writes: the applicant chooses, and could not leave a name out."""
NAMING_COLUMNS = {
    "team": frozenset({"name", "phone"}),
    "partners": frozenset({"name", "contact"}),
    "plan_steps": frozenset({"responsible"}),
    "budget_lines": frozenset({"quote_number"}),
}
PARTS = {
    Call.HiddenPart.EXPERIENCE: frozenset({"experience"}),
    Call.HiddenPart.COMMUNITY: PLACE,
}
SHORTEST = 2
"""Code points of the shortest name that is looked for: a single character would tear words apart."""
KINDS = (
    *("社区社会组织", "社会工作服务中心", "社会工作发展中心", "社会工作事务所", "社会工作服务社", "社会工作站"),
    *("社会组织服务中心", "社区服务中心", "公益服务中心", "公益发展中心", "志愿服务队", "志愿服务社", "志愿者协会"),
)
"""What an organisation's name may end in that says its kind: what stands before it is the short name everybody uses.
Only long endings: without 协会 the 老年协会 would be 老年, and no sentence could be read any more."""
PLACES = ("社区居委会", "居委会", "社区", "村")
"""What the name of a place may end in: people write 紫萝园 or 紫萝园小区."""
CALLED = r"[（(](?:以下)?(?:简称|称)为?[：:]?[“\"「『]?([^”\"」』）)]{2,12})"
_BLANK = r"[ \t\u00a0\u3000\u200b]*"


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
    """The text with every one of the names replaced, longer names first, in any width and case, and with blanks in it
    where the letters of a name may stand apart (姓 名, 138 0013 8000)."""
    known = sorted({name.strip() for name in names if len(name.strip()) >= SHORTEST}, key=len, reverse=True)
    if not known:
        return text
    return re.sub("|".join(map(_spelt, known)), _("〔name hidden〕"), text, flags=re.IGNORECASE)


def mentions(text: str, name: str) -> bool:
    """Whether `veil` would find the name in the text."""
    return len(name.strip()) >= SHORTEST and re.search(_spelt(name.strip()), text, flags=re.IGNORECASE) is not None


def _spelt(name: str) -> str:
    """A pattern for the name: each character in either width; blanks between Chinese characters and between digits,
    and hyphens between digits. Not between Latin letters: "Al" would be found in "a lot"."""
    found = ""
    for before, character in zip(" " + name, name, strict=False):
        digits, chinese = before.isdigit() and character.isdigit(), min(before, character) > "\u2e80"
        found += f"(?:{_BLANK}|-)" if digits else _BLANK if chinese else ""
        found += r"\s*" if character.isspace() else _either_width(character)
    return found


def _either_width(character: str) -> str:
    wide = {chr(ord(character) + 0xFEE0)} if "!" <= character <= "~" else set()
    narrow = {half_width(character)}
    return f"(?:{'|'.join(map(re.escape, sorted({character} | wide | narrow)))})"


def short_names(name: str, endings: Iterable[str]) -> list[str]:
    """The name without what it ends in, if at least two characters are left of it."""
    for ending in endings:
        if name.endswith(ending) and len(name) - len(ending) >= SHORTEST:
            return [name.removesuffix(ending)]
    return []


def abbreviated(text: str, names: Iterable[str]) -> list[str]:
    """What the text itself says a name is called from here on: 紫韵艺术团（以下简称“紫韵”）."""
    known = [_spelt(name.strip()) for name in names if len(name.strip()) >= SHORTEST]
    if not known:
        return []
    return re.findall(rf"(?:{'|'.join(known)}){_BLANK}{CALLED}", text, flags=re.IGNORECASE)


def names_of(project: Project) -> list[str]:
    """Everybody whom the proposal could name: organisations, the leader, the team, the partners; the place only where
    the call hides it. An organisation that is called after its place has no short name: it would be the place's."""
    organizations = [project.applicant, project.host]
    places = [place for place in (project.community, *project.other_communities.all()) if place]
    names = [project.leader, project.leader_phone, project.supervisor, project.wanted_by]
    for organization in filter(None, organizations):
        names += [organization.name, organization.legal_representative, organization.phone, organization.number]
    names += [member.name for member in project.team.all()]
    partners = [partner.name for partner in project.partners.all()]
    houses = [*(organization.name for organization in organizations if organization), *partners]
    short = [found for name in houses for found in short_names(name, KINDS)]
    names += [*partners, *(one for one in short if not any(one in str(place) for place in places))]
    if Call.HiddenPart.COMMUNITY in project.call.hidden_parts:
        for place in places:
            names += [place.name, *short_names(place.name, PLACES)]
    names = [name for name in names if name]
    return names + abbreviated("\n".join(_long_texts(project)), names)


def _long_texts(project: Project) -> Iterable[str]:
    """Also of a project from a list, which has left them in the database: read at once, not one by one."""
    if project.get_deferred_fields().isdisjoint(LONG_TEXTS):
        return [getattr(project, name) for name in LONG_TEXTS]
    return Project.objects.values_list(*LONG_TEXTS).get(pk=project.pk)


def veiled_title(project: Project) -> str:
    """The title without the names in it."""
    return veil(project.title, names_of(project))


def names_in_texts(project: Project) -> list[str]:
    """The names that stand in what was written, where a blind call asks to leave them out; not in what was chosen."""
    written = snapshot(project)
    said = [value for name, value in written["fields"].items() if name not in NAMING | CHOSEN]
    for name in tables_of(project.track.form):
        hidden = NAMING_COLUMNS.get(name, frozenset()) | {"key"}
        said += [cell for row in written["tables"][name] for column, cell in row.items() if column not in hidden]
    text = "\n".join(said)
    found = [name for name in dict.fromkeys(names_of(project)) if mentions(text, name)]
    rest = {name: veil(text, [other for other in found if len(other) > len(name)]) for name in found}
    return [name for name in found if mentions(rest[name], name)]  # not a short name that only stands in a long one


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
