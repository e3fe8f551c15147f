"""The tables that go in and out. A new one is a resource and a line in `TABLES`."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat, zip_longest
from typing import IO, Any

import rules
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import spreadsheets
from core.spreadsheets import Heading
from grants.resources import NeedResource
from people.resources import (
    CalendarDayResource,
    CommunityResource,
    OrganizationResource,
    RegionResource,
    SocialWorkerResource,
    TableResource,
)
from people.resources.base import REMARK
from people.resources.rows import Column, Row
from projects.resources import BudgetResource, ProposalResource


@dataclass(frozen=True)
class Table:
    """A table: its resource, its name, who may import it, a word about it, who may take it out, and the name of the
    page on which the rows are found afterwards, or a word instead where whoever imports does not see them."""

    resource: type[TableResource]
    label: Any
    permission: str
    hint: Any
    download: str = "reports.download_tables"
    page: str = ""
    afterwards: Any = ""


TABLES: dict[str, Table] = {
    "organizations": Table(
        OrganizationResource,
        gettext_lazy("Organisations"),
        "reports.import_tables",
        gettext_lazy("Known by credit code or filing number. Hosts of filed groups may stand in the same file."),
        page="people:organization_list",
    ),
    "social-workers": Table(
        SocialWorkerResource,
        gettext_lazy("Social workers"),
        "reports.import_tables",
        gettext_lazy("Known by certificate number. New people get an account without a password."),
    ),
    "needs": Table(
        NeedResource,
        gettext_lazy("Needs"),
        "reports.import_tables",
        gettext_lazy("Known by community and title: the findings of a survey, many at once."),
        page="projects:need_desk",
    ),
    "proposals": Table(
        ProposalResource,
        gettext_lazy("Proposals"),
        "reports.import_tables",
        gettext_lazy("Known by call, applicant and title. A table makes drafts; the group's head submits them."),
        afterwards=gettext_lazy("Each group finds its draft in its list of things to do, completes it and submits it."),
    ),
    "budget-lines": Table(
        BudgetResource,
        gettext_lazy("Budget lines"),
        "reports.import_tables",
        gettext_lazy("Of drafts from the table of proposals: known by call, applicant, title, category and item."),
    ),
    "communities": Table(
        CommunityResource,
        gettext_lazy("Communities"),
        "reports.import_places",
        gettext_lazy("Known by their 12-digit region code."),
        "reports.download_places",
        page="people:community_list",
    ),
    "calendar": Table(
        CalendarDayResource,
        gettext_lazy("Calendar"),
        "reports.import_common",
        gettext_lazy("Public holidays and make-up workdays by date; workdays and deadlines are counted by them."),
        "reports.download_places",
    ),
    "regions": Table(
        RegionResource,
        gettext_lazy("Regions"),
        "reports.import_common",
        gettext_lazy("The national code tables: provinces, cities, districts, streets. They are read as they come."),
        "reports.download_places",
    ),
}


@dataclass(frozen=True)
class Offer:
    """A table as one person finds it on the page."""

    key: str
    table: Table
    may_import: bool
    has_lists: bool


def offers(user: Any) -> list[Offer]:
    """The tables that this person may take out, and whether they may send them too."""
    return [
        Offer(key, table, rules.has_perm(table.permission, user), has_lists(table, by=user))
        for key, table in TABLES.items()
        if rules.has_perm(table.download, user)
    ]


# -- Out -------------------------------------------------------------------------------------------


def headings(columns: list[Column]) -> list[Heading]:
    return [Heading(column.label, column.widget.width, column.required) for column in columns]


def exported_rows(resource: TableResource, *, by: Any) -> Iterator[list[Any]]:
    """Every object that the person may see, masked for whoever is no clerk; read in pieces, in this language."""
    full = rules.has_perm("reports.see_unmasked", by)
    with translation.override(translation.get_language()):  # a streamed answer outlives the request
        yield from resource.exported_rows(full=full)


def write_xlsx(table: Table, target: IO[bytes], *, by: Any) -> None:
    resource = table.resource(by=by)
    workbook = spreadsheets.Workbook(target)
    workbook.add_sheet(str(table.label), headings(resource.out_columns()), exported_rows(resource, by=by))
    workbook.close()


def csv_lines(table: Table, *, by: Any) -> Iterator[str]:
    resource = table.resource(by=by)
    labels = [heading.label for heading in headings(resource.out_columns())]
    return spreadsheets.csv_lines(labels, exported_rows(resource, by=by))


def write_wrong_rows(table: Table, target: IO[bytes], rows: list[Row]) -> None:
    """The rows that were not taken, as they came, with a column that says why; corrected, it is sent again."""
    resource = table.resource()
    given = set(rows[0].cells) if rows else set()
    columns = [column for column in resource.columns() if column.name in given]
    labels = {column.name: column.label for column in columns}

    def cells(row: Row) -> list[Any]:
        why = [
            f"{labels[name]}: {message}" if name in labels else message
            for name, messages in row.errors.items()
            for message in messages
        ]
        return [row.cells.get(column.name) for column in columns] + [" ".join(why)]

    heads = [Heading(column.label, column.widget.width, column.required) for column in columns]
    workbook = spreadsheets.Workbook(target)
    workbook.add_sheet(str(table.label), [*heads, Heading(str(REMARK), 60)], (cells(row) for row in rows))
    workbook.close()


# -- The template ----------------------------------------------------------------------------------

LAST_ROW = spreadsheets.MAX_ROWS


def has_lists(table: Table, *, by: Any = None) -> bool:
    """Whether the template offers a list to choose from in some column."""
    resource = table.resource(by=by)
    return any(resource.options(name) for name in resource.column_names())


def write_template(table: Table, target: IO[bytes], *, by: Any = None) -> None:
    """An empty table to fill in: headings, an example, lists to choose from, and a sheet that explains."""
    resource = table.resource(by=by)
    columns = resource.columns()
    workbook = spreadsheets.Workbook(target)
    sheet = workbook.add_sheet(str(table.label), headings(columns), [])
    formats = {"date": workbook.day, "number": None}
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.widget.width, formats.get(column.widget.form, workbook.text))
    example = [_example_cell(column) for column in columns]
    workbook.write_row(sheet, 1, example, repeat(workbook.book.add_format({"italic": True, "font_color": "#777777"})))
    lists = {place: options for place, column in enumerate(columns) if (options := resource.options(column.name))}
    notes = [
        [column.label, _("required") if column.required else "", column.about, _example_cell(column)]
        for column in columns
    ]
    rules_of_the_table = [
        _("Delete the example before you send the table; left as it is, it is passed over."),
        _("An empty cell empties the field of a known entry. Leave the column out to keep what is stored."),
        _("Columns may stand in any order and be left out, except the required ones."),
    ]
    heads = [Heading(_("Column"), 24), Heading(_("Required"), 10), Heading(_("What stands there"), 70)]
    notes += [[], *([sentence] for sentence in rules_of_the_table)]
    workbook.add_sheet(_("Explanation"), [*heads, Heading(_("Example"), 30)], notes)
    _add_lists(workbook, sheet, columns, lists)
    workbook.close()


def _example_cell(column: Any) -> Any:
    if column.example is None:
        return None
    if column.widget.form in ("date", "number"):
        return column.example
    return column.render(column.example)


def _add_lists(workbook: spreadsheets.Workbook, sheet: Any, columns: list[Column], lists: dict[int, list[str]]) -> None:
    """Drop-down lists, from a hidden sheet: written into the cell they may have 255 characters only."""
    if not lists:
        return
    name = _("Lists")
    rows = zip_longest(*lists.values())
    hidden = workbook.add_sheet(name, [Heading(columns[where].label) for where in lists], rows)
    hidden.hide()
    for place, (where, options) in enumerate(lists.items()):
        letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place]
        sheet.data_validation(
            1, where, LAST_ROW, where,
            {
                "validate": "list",
                "source": f"='{name}'!${letter}$2:${letter}${len(options) + 1}",
                "error_title": capfirst(columns[where].label)[:32],
                "error_message": _("Please choose from the list."),
            },
        )  # fmt: skip
