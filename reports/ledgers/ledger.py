"""What a ledger (台账) is, who asks for it, and how its rows are read in pieces.

A ledger is a function from what was asked to rows; page, workbook and csv file come from the same rows. Rows are read
2,000 at a time, each time from where the last piece ended, and what belongs to them in a number of queries that does
not grow with their number: so memory stays the same, however long the ledger is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import reduce
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from core.paging import first_of
from core.spreadsheets import TEXT, WIDTHS, Heading
from core.workflow import permit
from grants.models import Call
from people.models import User
from projects.models import Project
from projects.models.project_queries import ProjectQuerySet
from projects.narrowing import narrowed
from reports.pdf import LANGUAGE

BATCH = 2000
FIRST = 25
Rows = Iterator[list[Any]]


@dataclass(frozen=True)
class Asked:
    """One person's question: narrowed as the dashboards narrow (`projects.narrowing`), and from one day to another."""

    user: User
    given: dict[str, Any] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    """The last day, included."""
    newest_first: bool = False
    """Where the rows come by time: a page begins with what is new, a book with what is old."""

    def in_time(self, *order: str) -> tuple[str, ...]:
        """Fields of time in which rows are read, as `pieces` takes them."""
        return tuple(f"-{name}" for name in order) if self.newest_first else order

    @property
    def projects(self) -> ProjectQuerySet:
        """The projects handed in whose delivery the person may see, as far as they are asked for."""
        seen = Project.objects.delivery_visible_to(self.user).filter(submitted_at__isnull=False)
        return narrowed(seen, self.given, self.user)

    @property
    def call(self) -> Call | None:
        return self.given.get("call")

    @property
    def is_narrowed(self) -> bool:
        return any(value not in (None, "") for value in self.given.values())

    def within(self, found: QuerySet, name: str) -> Any:
        """Those whose day or moment lies in the period."""
        is_moment = found.model._meta.get_field(name.split("__")[0]).get_internal_type() == "DateTimeField"
        for day, comparison, hour in ((self.since, "gte", time.min), (self.until, "lte", time.max)):
            if day is not None:
                at = timezone.make_aware(datetime.combine(day, hour)) if is_moment else day
                found = found.filter(**{f"{name}__{comparison}": at})
        return found


@dataclass(frozen=True)
class Ledger:
    """One ledger: its name, who may have it, its columns, and its rows.

    `period`: what the chosen months are compared with; empty, when they do not matter. `of_calls`: its columns follow
    from the call, and these calls it can be of. `notes` say how it counts, on the second sheet.
    """

    key: str
    label: Any
    columns: Callable[[Asked], list[Heading]]
    count: Callable[[Asked], int]
    rows: Callable[[Asked], Rows]
    permission: str = ""
    period: Any = ""
    of_calls: Callable[[QuerySet[Call]], QuerySet[Call]] | None = None
    follows: tuple[str, ...] = ("call", "place", "in_field", "state", "year")
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Its name on paper and of its files, in Chinese like all papers."""
        with translation.override(LANGUAGE):
            return str(self.label)

    @property
    def needs_call(self) -> bool:
        return self.of_calls is not None

    def allow(self, user: Any) -> None:
        """Refuse it to who may not have it; what has no permission of its own shows each the rows that are theirs."""
        if self.permission:
            permit(self.permission, user)


def column(label: str, shown: str = TEXT, width: int = 0, *, adds_up: bool = False, formula: str = "") -> Heading:
    """A typed column, as wide as what stands in it."""
    return Heading(label, width or WIDTHS[shown], shown=shown, adds_up=adds_up, formula=formula)


def pieces(found: QuerySet, *order: str, size: int = 0) -> Iterator[list[Any]]:
    """The rows in this order (fields that are never empty), in pieces; each begins after the last row before it. The
    first is small: often only the first rows are shown. A minus at the first field turns the whole order round."""
    size, most = min(size or FIRST, FIRST), size or BATCH
    back = order[0].startswith("-")
    names = (*(name.lstrip("-") for name in order), "pk")
    found = found.order_by(*(f"-{name}" if back else name for name in names))
    last: list[Any] = []
    while True:
        rows = first_of(found.filter(_after(names, last, "lt" if back else "gt")) if last else found, size)
        if rows:
            yield rows
        if len(rows) < size:
            return
        last, size = [reduce(getattr, name.split("__"), rows[-1]) for name in names], most


def _after(names: tuple[str, ...], values: list[Any], comparison: str) -> Q:
    condition = Q()
    for place, name in enumerate(names):
        same = dict(zip(names[:place], values, strict=False))
        condition |= Q(**same, **{f"{name}__{comparison}": values[place]})
    return condition


def month_of(moment: date | datetime) -> str:
    day = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    return f"{day:%Y-%m}"


PLACE = [column("区县", width=12), column("街道（镇）", width=14), column("社区", width=16)]


def place_cells(community: Any) -> list[str]:
    return [community.district, community.street, community.name] if community else ["", "", ""]


PROJECT = [
    column("项目编号", width=20), column("项目", width=32), column("批次", width=30), column("申报单位", width=30),
    column("服务领域", width=14), *PLACE,
]  # fmt: skip
"""What every ledger says of the project that a row belongs to."""
OF_PROJECT = ("call", "applicant", "field", "community")


def project_cells(project: Any) -> list[Any]:
    return [
        project.number, project.title, project.call.title, project.applicant.name, str(project.field or ""),
        *place_cells(project.community),
    ]  # fmt: skip


def of_project(found: QuerySet, path: str = "project") -> Any:
    """With what `project_cells` reads, without the long texts."""
    return found.select_related(*(f"{path}__{name}" for name in OF_PROJECT))
