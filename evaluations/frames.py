"""What lies in the pot of a random sample: the records of a project of one kind, in a stretch of time.

Of people the frame knows the internal number and nothing else, and only those are in it who agreed to be phoned.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core import clock
from evaluations.models import Evaluation, Sample
from evaluations.records import expense_label
from evaluations.samples import Unit
from projects.models import Activity, Expense

Kind = Sample.Kind


@dataclass(frozen=True)
class Line:
    """One record of a frame, as it is written down with the draw."""

    key: str
    label: str
    day: date | None = None
    amount: Decimal | None = None

    @property
    def kept(self) -> dict[str, str]:
        day, amount = self.day.isoformat() if self.day else "", "" if self.amount is None else str(self.amount)
        return {"key": self.key, "label": self.label, "day": day, "amount": amount}

    @classmethod
    def of(cls, kept: dict[str, str]) -> "Line":
        day, amount = kept["day"], kept["amount"]
        return cls(
            kept["key"], kept["label"], date.fromisoformat(day) if day else None, Decimal(amount) if amount else None
        )

    @property
    def unit(self) -> Unit:
        return Unit(self.key, self.amount)


def frame_of(evaluation: Evaluation, kind: str, since: date | None, until: date | None) -> list[Line]:
    """Every record of this kind, as it is now, in the order of its key."""
    lines = READERS[Kind(kind)](evaluation, since, until)
    return sorted(lines, key=lambda line: int(line.key))


def _within(rows: Any, field: str, since: date | None, until: date | None) -> Any:
    bounds = {f"{field}__gte": since, f"{field}__lte": until}
    return rows.filter(**{name: day for name, day in bounds.items() if day})


def _vouchers(evaluation: Evaluation, since: date | None, until: date | None) -> list[Line]:
    """What the group has handed in as paid, whatever was decided on it."""
    found = evaluation.project.expenses.exclude(state=Expense.State.ENTERED)
    return [
        Line(str(one.pk), expense_label(one), one.spent_on, one.amount)
        for one in _within(found, "spent_on", since, until)
    ]


def _people(evaluation: Evaluation, since: date | None, until: date | None) -> list[Line]:
    found = evaluation.project.roster.agreed_to_be_called()
    return [Line(str(one.pk), one.code) for one in _within(found, "consented_at__date", None, until)]


def _participants(evaluation: Evaluation, since: date | None, until: date | None) -> list[Line]:
    came = _within(evaluation.project.roster.agreed_to_be_called(), "sign_ins__activity__starts_at__date", since, until)
    return [Line(str(one.pk), one.code) for one in came.filter(sign_ins__isnull=False).distinct()]


def _held(evaluation: Evaluation, since: date | None, until: date | None) -> list[Line]:
    found = _within(evaluation.project.activities.recorded(), "starts_at__date", since, until)
    return [_activity(one) for one in found]


def _ahead(evaluation: Evaluation, since: date | None, until: date | None) -> list[Line]:
    found = evaluation.project.activities.standing().filter(starts_at__gt=clock.now())
    found = found.exclude(state=Activity.State.RECORDED)
    return [_activity(one) for one in _within(found, "starts_at__date", since, until)]


def _activity(one: Activity) -> Line:
    return Line(str(one.pk), one.theme[:200], clock.localdate(one.starts_at))


READERS: dict[Sample.Kind, Callable[[Evaluation, date | None, date | None], list[Line]]] = {
    Kind.VOUCHERS: _vouchers,
    Kind.PEOPLE: _people,
    Kind.PARTICIPANTS: _participants,
    Kind.HELD: _held,
    Kind.AHEAD: _ahead,
}
