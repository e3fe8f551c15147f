"""What is published of an award and of a call, as plain facts that know no database and no format."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from reports.open_data.identifiers import organization_id


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes, under which licence, and where the site is (`base` without a slash at its end)."""

    name: str
    prefix: str
    licence: str
    licence_name: str
    base: str

    def link(self, path: str) -> str | None:
        """The whole address of a page; None where nobody said under which address the site is reached."""
        return f"{self.base}{path}" if self.base and path else None


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation: its name and the number by which the authorities know it."""

    name: str
    kind: str = ""
    credit_code: str = ""
    filing_number: str = ""

    def identifier(self, prefix: str) -> str:
        return organization_id(prefix, credit_code=self.credit_code, filing_number=self.filing_number)


class Status(StrEnum):
    """What became of an award, in the words of CommonGrants; ended early is `cancelled` there."""

    AWARDED = "awarded"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


STATUS_WORDS = {Status.AWARDED: "已立项", Status.COMPLETED: "已结项", Status.CANCELLED: "提前终止"}


@dataclass(frozen=True, slots=True)
class Award:
    """An award that was put to public notice and approved. Amounts in yuan, exactly to the fen."""

    number: str
    title: str
    description: str
    status: Status
    call_code: str
    call_title: str
    call_page: str
    year: int
    source: str
    field: str
    places: tuple[str, ...]
    funder: Party
    recipient: Party
    host: Party | None
    requested: Decimal | None
    awarded: Decimal
    paid: Decimal
    approved_at: datetime
    planned_from: date | None
    planned_until: date | None
    started_on: date | None
    ended_on: date | None
    page: str
    modified: datetime


class Phase(StrEnum):
    """Where a call is, in the words of CommonGrants."""

    FORECASTED = "forecasted"
    OPEN = "open"
    CLOSED = "closed"


PHASE_WORDS = {Phase.FORECASTED: "尚未开放", Phase.OPEN: "正在申报", Phase.CLOSED: "申报已截止"}


@dataclass(frozen=True, slots=True)
class Lane:
    """A track of a call: to whom it is open, and how much it gives at most (yuan; percent of the total budget)."""

    name: str
    open_to: str
    cap: Decimal
    share: Decimal


def modified_at(published_at: datetime, moments: Iterable[datetime | None], now: datetime) -> datetime:
    """The last of the moments of a call that is over."""
    return max((at for at in (published_at, *moments) if at and at <= now), default=published_at)


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A published call. Amounts in yuan."""

    code: str
    title: str
    description: str
    funder: Party
    source: str
    year: int
    mode: str
    legal_basis: str
    fields: tuple[str, ...]
    lanes: tuple[Lane, ...]
    budget: Decimal
    published_at: datetime
    opens_at: datetime
    closes_at: datetime
    starts_on: date
    ends_on: date
    page: str
    concluded_at: datetime | None

    def modified(self, now: datetime) -> datetime:
        """When anything that is published of it last changed: it is published, opens, closes and is concluded."""
        return modified_at(self.published_at, (self.opens_at, self.closes_at, self.concluded_at), now)

    def phase(self, now: datetime) -> Phase:
        """What the clock says; the minute of `closes_at` is over already, as in `Call.is_open`."""
        if now < self.opens_at:
            return Phase.FORECASTED
        return Phase.OPEN if now < self.closes_at else Phase.CLOSED

    @property
    def highest_grant(self) -> Decimal | None:
        """The highest grant of any of its tracks."""
        return max((lane.cap for lane in self.lanes), default=None)
