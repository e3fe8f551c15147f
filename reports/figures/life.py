"""How projects fare: the funnel, where they wait, and what lasts."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import clock
from core.models import Event
from core.money import round_half_up
from projects.forms.narrowing import FATES
from projects.indicator_facts import workdays_of
from projects.models import Project, State
from projects.narrowing import reached, with_fate
from projects.survival import Fate
from reports import chart_style, charts
from reports.charts import Span
from reports.figures.board import Board
from reports.figures.picture import (
    Cell,
    Picture,
    Tile,
    amount,
    count,
    drawable,
    label,
    listed,
    only_drawn,
    said,
    shortened,
)
from reports.figures.waiting import Wait, stays, waits

NOT_WAITING = {State.DRAFT}
"""Nobody but the group knows of a draft."""


def funnel(board: Board) -> Picture:
    """收到 → 受理 → 入围 → 立项 → 结项."""
    words = {
        "received": pgettext("funnel", "Received"),
        "accepted": pgettext("funnel", "Accepted"),
        "shortlisted": pgettext("funnel", "Shortlisted"),
        "funded": pgettext("funnel", "Funded"),
        "completed": pgettext("funnel", "Completed"),
    }
    steps = [(key, words[key], reached(board.projects, key).count()) for key in words]
    title, unit = _("From proposal to completion"), pgettext("unit", "projects")
    first = steps[0][2]
    rows = []
    for before, (key, name, n) in zip([None, *steps], steps, strict=False):
        of_first = f"{round(100 * n / first)}%" if first else "—"
        of_before = f"{round(100 * n / before[2])}%" if before and before[2] else "—"
        rows.append([label(name), count(n, board.link(reached=key)), said(of_first), said(of_before)])
    drawn = tuple((name, n) for _key, name, n in steps)
    how = _(
        "Received: handed in. Accepted: passed the formal check, now or before. Shortlisted: proposed for an award, "
        "now or before. Funded: the award is made and was not given up. Completed: settled and archived."
    )
    if board.is_public:
        how += " " + _("Calls that still take proposals are not counted.")
    return Picture(
        "funnel",
        title,
        unit,
        how,
        [_("Step"), _("Projects"), _("Of those received"), _("Of the step before")],
        rows,
        lambda size: charts.funnel(title, drawn, unit, size),
        _("No proposal has been handed in yet."),
    )


def headlines(board: Board, visits: int, visits_url: str) -> list[Tile]:
    """What one sees first."""
    funded = reached(board.projects, "funded")
    sums = funded.order_by().aggregate(n=Count("pk"), awarded=Sum("amount_awarded"), paid=Sum("amount_paid"))
    awarded, paid = (round_half_up(sums[name] or Decimal(0)) for name in ("awarded", "paid"))  # SQLite adds in binary
    received, completed = board.projects.count(), reached(board.projects, "completed").count()
    url = board.link(reached="funded")
    paid_url = url if board.is_public else board.link("boards:spending")
    return [
        Tile(_("Proposals received"), count(received, board.link(reached="received"))),
        Tile(_("Projects funded"), count(sums["n"], url)),
        Tile(_("Awarded (yuan)"), amount(awarded, url)),
        Tile(_("Paid (yuan)"), amount(paid, paid_url), f"{round(100 * paid / awarded)}%" if awarded else ""),
        Tile(_("Visits in 12 months"), count(visits, visits_url)),
        Tile(_("Projects completed"), count(completed, board.link(reached="completed"))),
    ]


def _log(board: Board) -> list[tuple[int, str, str, datetime]]:
    kind = ContentType.objects.get_for_model(Project)
    moves = Event.objects.filter(content_type=kind, object_id__in=board.projects.order_by().values("pk"))
    moves = moves.exclude(target_state="").exclude(target_state=F("source_state")).order_by("object_id", "at", "pk")
    return list(moves.values_list("object_id", "source_state", "target_state", "at"))


def waiting(board: Board) -> Picture:
    """Workdays in each state, and how many stand there now."""
    found = [one for one in stays(_log(board), clock.localdate) if one.state not in NOT_WAITING]
    lengths = workdays_of([(one.since, one.until) for one in found])
    by_state = waits((one.project, one.state, days) for one, days in zip(found, lengths, strict=True))
    now = Counter(board.projects.order_by().values_list("state", flat=True))
    title, unit = _("Where projects wait"), _("workdays")
    shown = [state for state in State if state in by_state and state != State.RUNNING]
    spans = tuple(
        Span(str(state.label), w.lower, w.middle, w.upper, _said(w), weak=w.projects < 5)
        for state in shown
        for w in [by_state[state]]
    )
    rows = []
    for state in State:
        wait, standing = by_state.get(state), now[state]
        if (not wait and not standing) or state in NOT_WAITING:
            continue
        here = count(standing, board.link(state=state.value))
        if wait:
            left = count(wait.projects, board.link(left=state.value))
            days: list[Cell] = [said(chart_style.plain(each), each) for each in (wait.lower, wait.middle, wait.upper)]
        else:
            left, days = count(0), [said("—")] * 3
        rows.append([label(state.label), here, left, *days])
    return Picture(
        "waiting",
        title,
        unit,
        _(
            "Workdays from the move into a state to the move out of it, by the log, of the projects that have left "
            "it. The dot is the median, the bar goes from the lower to the upper quartile; a hollow dot rests on fewer "
            "than five projects. Several stays of one project count together. To run is to work, not to wait: it "
            "stands in the table only."
        ),
        [_("State"), _("There now"), _("Have left it"), _("Lower quartile"), _("Median"), _("Upper quartile")],
        rows,
        lambda size: charts.interval(title, spans, unit, size),
        _("No project has moved yet."),
    )


def _said(wait: Wait) -> str:
    return f"{chart_style.plain(wait.middle)} ({chart_style.plain(wait.lower)}–{chart_style.plain(wait.upper)})"


def survival(board: Board) -> Picture:
    """By call: what became of the funded projects that have ended."""
    by_call: dict[int, Counter[str]] = defaultdict(Counter)
    ended = with_fate(board.projects.select_related(None)).order_by()
    for pk, fate, n in ended.values_list("call", "fate").annotate(n=Count("pk")):
        by_call[pk][fate] = n
    found = [(call, by_call[call.pk]) for call in board.calls if call.pk in by_call]
    title, unit = _("What lasts after the end"), pgettext("unit", "projects")
    parts = tuple(str(words) for words in FATES.values())
    drawn = tuple((call.title, tuple(fates[fate] for fate in Fate)) for call, fates in found)
    rows = [
        [
            label(call.title),
            *(count(fates[fate], board.link(call=call, fate=fate.value)) for fate in Fate),
            count(sum(fates.values()), board.link(call=call, reached="ended")),
        ]
        for call, fates in listed(found)
    ]
    return Picture(
        "survival",
        title,
        unit,
        _(
            "Of the funded projects that have ended (completed, or terminated), what was last known of them. Groups "
            "are asked 6, 12 and 24 months after completion."
        )
        + only_drawn(found),
        [_("Call"), *parts, _("Ended")],
        rows,
        lambda size: charts.stacked(title, parts, drawable(drawn), unit, size),
        _("No funded project has ended yet."),
        in_hall=lambda size: charts.stacked(title, parts, shortened(drawn, 5), unit, size),
    )
