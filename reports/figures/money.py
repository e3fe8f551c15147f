"""Where the money comes from, where it goes, and what has been spent of it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.money import round_half_up
from grants.forms.funds import funds_asked_for
from grants.models import Fund, ServiceField
from projects.narrowing import NOWHERE, USED, bucket, reached, spending_rates, with_spent
from reports import chart_style, charts
from reports.figures.board import STREET, Board
from reports.figures.picture import (
    Picture,
    amount,
    count,
    drawable,
    label,
    listed,
    only_drawn,
    said,
    short_money,
    shortened,
    yuan_words,
)

ZERO = Decimal(0)
PLACES = ("paid", "committed", "reserved", "free")


def funds(board: Board) -> Picture:
    """By kind of source: what the ledger says of the funds."""
    found = list(funds_asked_for(Fund.objects.visible_to(board.user), year=board.year, call=board.call))
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(PLACES))
    number: dict[str, int] = defaultdict(int)
    for fund, balance in zip(found, Fund.balances(found), strict=True):
        number[fund.source] += 1
        sums[fund.source] = [
            have + getattr(balance, place) for have, place in zip(sums[fund.source], PLACES, strict=True)
        ]
    title, unit = _("Funds by source"), yuan_words()
    parts = (_("Paid"), _("Committed"), _("Reserved"), _("Free"))
    order = sorted(sums, key=lambda source: -sum(sums[source], ZERO))
    names = dict(Fund.Source.choices)
    drawn = tuple((str(names[source]), tuple(sums[source])) for source in order)
    rows = []
    for source in order:
        url = board.link("grants:fund_list", source=source, place=None, scope=None)
        whole = amount(sum(sums[source], ZERO), url)
        rows.append(
            [label(names[source]), count(number[source], url), *(amount(part, url) for part in sums[source]), whole]
        )
    return Picture(
        "funds",
        title,
        unit,
        _("The balances of the funds, by their ledger. The year is the fund's own; a street does not narrow it."),
        [_("Source"), _("Funds"), *parts, _("Allocated")],
        rows,
        lambda size: charts.stacked(title, parts, drawn, unit, size, short_money),
        _("No money has been entered yet."),
    )


def _awards(
    board: Board, key: str, title: str, head: str, grouped: Iterable[tuple[str, int, Decimal, str]], empty: str
) -> Picture:
    """Awarded money by something: name, projects, yuan and address of each."""
    order = sorted(grouped, key=lambda one: -one[2])
    unit = yuan_words()
    drawn = tuple((name, money) for name, _n, money, _url in order)
    whole = sum((money for _n, _p, money, _u in order), ZERO)
    rows = [
        [
            label(name),
            count(n, url),
            amount(money, url),
            said(f"{round_half_up(money * 100 / whole, 1)}%" if whole else "—"),
        ]
        for name, n, money, url in listed(order)
    ]
    return Picture(
        key,
        title,
        unit,
        _("What was awarded to funded projects. A project counts where it takes place first of all, and once.")
        + only_drawn(order),
        [head, _("Projects"), _("Awarded (yuan)"), _("Share")],
        rows,
        lambda size: charts.bar(title, drawable(drawn), unit, size, short_money),
        empty,
        in_hall=lambda size: charts.bar(title, shortened(drawn), unit, size, short_money),
    )


def _grouped(board: Board, by: str) -> list[tuple[Any, int, Decimal]]:
    funded = reached(board.projects, "funded").order_by()
    sums = funded.values_list(by).annotate(n=Count("pk"), money=Sum("amount_awarded"))
    return [(key, n, round_half_up(money or ZERO)) for key, n, money in sums]  # SQLite adds up in binary


def by_source(board: Board) -> Picture:
    names = dict(Fund.Source.choices)
    found = [(str(names[key]), n, money, board.link(reached="funded", source=key))
             for key, n, money in _grouped(board, "call__fund__source")]  # fmt: skip
    return _awards(board, "source", _("Awards by source of the money"), _("Source"), found, _("Nothing is funded yet."))


def by_field(board: Board) -> Picture:
    names = dict(ServiceField.objects.values_list("pk", "name"))
    found = [
        (
            str(names.get(key, _("not said"))),
            n,
            money,
            board.link(reached="funded", in_field=NOWHERE if key is None else key),
        )
        for key, n, money in _grouped(board, "field")
    ]
    return _awards(board, "field", _("Awards by service field"), _("Service field"), found, _("Nothing is funded yet."))


def by_place(board: Board) -> list[Picture]:
    """By street, and by district where there are several."""
    lines = reached(board.projects, "funded").order_by().values_list(
        "community__region_code", "community__district", "community__street", "amount_awarded"
    )  # fmt: skip
    streets: dict[str, list[Any]] = {}
    districts: dict[str, list[Any]] = {}
    for code, district, street, money in lines:
        for table, key, name in ((districts, code and code[:6], district), (streets, code and code[:STREET], street)):
            line = table.setdefault(key or NOWHERE, [name or _("not said"), 0, ZERO, district])
            line[1], line[2] = line[1] + 1, line[2] + (money or ZERO)
    several = len(districts) > 1
    if several:
        for key, line in streets.items():
            line[0] = f"{line[3]}{line[0]}" if key != NOWHERE else line[0]

    def named(table: dict[str, list[Any]]) -> list[tuple[str, int, Decimal, str]]:
        return [(name, n, money, _of(board, key)) for key, (name, n, money, _d) in table.items()]

    empty = _("Nothing is funded yet.")
    found = [_awards(board, "street", _("Awards by street"), _("Street or town"), named(streets), empty)]
    if several:
        title = _("Awards by district")
        found.insert(0, _awards(board, "district", title, _("District"), named(districts), empty))
    return found


def _of(board: Board, place: str) -> str:
    """A place inside the one that the page is narrowed to stays inside it."""
    inside = board.place if board.place and board.place.startswith(place) else place
    return board.link(reached="funded", place=inside)


def spending(board: Board) -> Picture:
    """By call: what is spent, what is paid and not yet spent, and the rest of the award."""
    funded = with_spent(reached(board.projects, "funded").select_related(None).order_by())
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO] * 5)
    number: dict[int, int] = defaultdict(int)
    for pk, awarded, paid, exact in funded.values_list("call", "amount_awarded", "amount_paid", "is_spent").iterator():
        number[pk] += 1
        award, used = awarded or ZERO, round_half_up(exact)
        # What one project has not spent yet is not what another has laid out before it was paid.
        each = (award, paid, used, max(ZERO, paid - used), max(ZERO, award - max(paid, used)))
        sums[pk] = [have + more for have, more in zip(sums[pk], each, strict=True)]
    calls = [call for call in board.calls if call.pk in sums]
    title, unit = _("Spending against the award"), yuan_words()
    parts = (_("Spent"), _("Paid, not yet spent"), _("Neither paid nor spent yet"))
    lines = tuple((call.title, tuple(sums[call.pk][2:])) for call in calls)
    rows = []
    for call in listed(calls):
        award, paid, used, *_others = sums[call.pk]
        url = board.link("boards:spending", call=call)
        rate = f"{round_half_up(used * 100 / award, 1)}%" if award else "—"
        rows.append(
            [
                label(call.title),
                count(number[call.pk], url),
                amount(award, url),
                amount(paid, url),
                amount(used, url),
                said(rate),
            ]
        )
    return Picture(
        "spending",
        title,
        unit,
        _(
            "Spent is what the funder has recognised of the payments entered; without payments, what the last accepted "
            "report says."
        )
        + only_drawn(lines),
        [_("Call"), _("Projects"), _("Awarded (yuan)"), _("Paid (yuan)"), _("Spent (yuan)"), _("Spent of the award")],
        rows,
        lambda size: charts.stacked(title, parts, drawable(lines), unit, size, short_money),
        _("Nothing is funded yet."),
        in_hall=lambda size: charts.stacked(title, parts, shortened(lines, 5), unit, size, short_money),
    )


def rates(board: Board) -> Picture:
    """How the projects under way are spread by what they have spent."""
    found = spending_rates(reached(board.projects, "under_way"))
    counts = dict.fromkeys(USED, 0)
    for rate in found.values():
        counts[bucket(rate)] += 1
    title, unit = _("How much the projects under way have spent"), pgettext("unit", "projects")
    rows = [
        [label(f"{low}%–{high}%" if high else f"≥ {low}%"), count(n, board.link(reached="under_way", used=key))]
        for (key, (low, high)), n in zip(USED.items(), counts.values(), strict=True)
    ]
    numbers = tuple(counts.values())
    return Picture(
        "rates",
        title,
        unit,
        _("Projects under way by the share of the award that is spent. Each step goes up to, and without, its end."),
        [_("Spent of the award"), _("Projects")],
        rows,
        lambda size: charts.histogram(title, (0, 20, 40, 60, 80, 100), numbers, unit, size, chart_style.with_percent),
        _("No project is under way."),
    )
