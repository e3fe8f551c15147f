"""Who came, how satisfied they are, and who coaches whom."""

from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import clock
from evaluations.satisfaction import ENOUGH, satisfactions_by
from grants.models import ServiceField
from people.models import User
from projects.figures import visits_by_month
from projects.hours import by_mentor, totals
from projects.models import Activity, MentoringNote, Part, Participant, Service
from projects.models.state import UNDER_WAY
from projects.narrowing import NOWHERE, reached
from projects.sessions import held
from reports import charts
from reports.chart_style import plain, with_percent
from reports.charts import Span
from reports.figures.board import Board
from reports.figures.disclosure import LEAST, kept_back
from reports.figures.picture import Picture, count, label, said

MONTHS = 12
LOOKS_BACK = 90
"""Days of coaching that say how much a mentor has to do now."""


def months(board: Board) -> tuple[date, date]:
    """The twelve months up to the last one in which something was recorded, both days included."""
    today = clock.today()
    projects = board.projects.order_by().values("pk")
    held_at = Activity.objects.recorded().filter(project__in=projects, starts_at__date__lte=today)
    last = held_at.aggregate(at=Max("starts_at"))["at"]
    served = Service.objects.filter(project__in=projects, held_on__lte=today).aggregate(on=Max("held_on"))["on"]
    days = [day for day in (clock.localdate(last) if last else None, served) if day]
    until = _last_day(max(days, default=today))
    number = until.year * 12 + until.month - MONTHS  # months since year 0, from 0
    return date(number // 12, number % 12 + 1, 1), until


def _last_day(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def attendance(board: Board) -> tuple[Picture, int, str]:
    """Visits month by month; also their sum and where its rows stand."""
    since, until = months(board)
    found = visits_by_month(board.projects, since, until)
    hidden = kept_back(found) if board.is_public else set()
    title, unit = _("Visits by month"), pgettext("unit", "visits")
    points = tuple((_short(month), None if month in hidden else n) for month, n in found.items())
    rows = []
    for month, n in found.items():
        if month in hidden:
            rows.append([label(f"{month:%Y-%m}"), said(_("fewer than %(n)s") % {"n": LEAST})])
        else:
            url = "" if board.is_public else board.link("boards:visits", since=month, until=_last_day(month))
            rows.append([label(f"{month:%Y-%m}"), count(n, url)])
    how = _("Everybody each time they came to a recorded activity or were served; the last 12 months with records.")
    if board.is_public:
        how += " " + _("Months with fewer than %(n)s are not told.") % {"n": LEAST}
    whole_url = "" if board.is_public else board.link("boards:visits", since=since, until=until)
    picture = Picture(
        "attendance",
        title,
        unit,
        how,
        [_("Month"), _("Visits")],
        rows,
        lambda size: charts.line(title, points, unit, size),
        _("No activity has been recorded yet."),
    )
    return picture, sum(n for month, n in found.items() if month not in hidden), whole_url


def _short(month: date) -> str:
    """2026-05 as it fits under a curve."""
    return f"{month:%y-%m}"


def satisfaction(board: Board) -> Picture:
    """By service field: the share, and Wilson's interval around it."""
    funded = reached(board.projects, "funded")
    names = dict(ServiceField.objects.values_list("pk", "name"))
    by_field = satisfactions_by(funded, "field")
    number: dict[int | None, int] = {}
    for field in funded.order_by().values_list("field", flat=True):
        number[field] = number.get(field, 0) + 1
    title, unit = _("Satisfaction by service field"), "%"
    spans, rows = [], []
    order = sorted(by_field.items(), key=lambda one: (-(one[1].share or Decimal(-1)), names.get(one[0] or 0, "")))
    for field, found in order:
        name = str(names.get(field or 0, _("not said")))
        few = board.is_public and not found.is_enough
        url = "" if board.is_public else board.link(
            "evaluations:voice_list", reached="funded", in_field=NOWHERE if field is None else field
        )  # fmt: skip
        if few:
            cells = [said(_("fewer than %(n)s") % {"n": ENOUGH}), said("—"), said("—")]
        elif not found.n:
            cells = [count(0, url), said("—"), said("—")]
        else:
            cells = [count(found.n, url), said(f"{found.share}%", found.share), said(f"{found.low}%–{found.high}%")]
        projects = (
            board.link(reached="funded", in_field=NOWHERE if field is None else field)
            if few or board.is_public
            else url
        )
        rows.append([label(name), count(number[field], projects), *cells])
        if found.n and not few and found.low is not None and found.share is not None and found.high is not None:
            text = f"{found.share}% (n={found.n:,})"
            spans.append(Span(name, found.low, found.share, found.high, text, weak=not found.is_enough))
    lines = tuple(spans)
    how = _(
        "Satisfied and very satisfied, of all valid answers of residents, with Wilson's 95 percent interval. A signal, "
        "never the reason of a payment."
    )
    how += " " + (
        _("Fields with fewer than %(n)s answers are not told.") if board.is_public
        else _("A hollow dot rests on fewer than %(n)s answers: too few to judge by.")
    ) % {"n": ENOUGH}  # fmt: skip
    return Picture(
        "satisfaction",
        title,
        unit,
        how,
        [_("Service field"), _("Projects"), _("Valid answers"), _("Satisfied"), _("Interval of 95 percent")],
        rows,
        lambda size: charts.interval(title, lines, unit, size, 100, with_percent),
        _("Too few residents have answered yet.") if board.is_public else _("No resident has answered yet."),
    )


def mentors(board: Board) -> Picture:
    """What each mentor carries: projects under way, and hours of coaching in the last 90 days."""
    under_way = board.projects.filter(state__in=UNDER_WAY).order_by()
    carried: dict[int, int] = {}
    for person in Participant.objects.current().filter(part=Part.MENTOR, project__in=under_way).order_by().values_list(
        "person", "project").distinct():  # fmt: skip
        carried[person[0]] = carried.get(person[0], 0) + 1
    since = date.fromordinal(clock.today().toordinal() - LOOKS_BACK)
    notes = MentoringNote.objects.visible_to(board.user).filter(project__in=board.projects, held_on__gte=since)
    lines = held(notes.select_related("mentor", "project__call"))
    hours = {total.of.pk: total for total in totals(lines, by_mentor)}
    entries: dict[int, int] = {}
    for line in lines:
        entries[line.mentor.pk] = entries.get(line.mentor.pk, 0) + 1
    people = {user.pk: user for user in User.objects.filter(pk__in={*carried, *hours})}
    order = sorted(people.values(), key=lambda user: (-carried.get(user.pk, 0), user.name, user.pk))
    title, unit = _("What mentors carry"), pgettext("unit", "projects")
    drawn = tuple((str(user), carried.get(user.pk, 0)) for user in order)
    rows = []
    for user in order:
        total = hours.get(user.pk)
        sessions = board.link("projects:session_list", mentor=user.pk, since=since)
        rows.append([
            label(user),
            count(carried.get(user.pk, 0), board.link(reached="under_way", mentor=user.pk)),
            count(entries.get(user.pk, 0), sessions),
            said(plain(total.hours) if total else "0", total.hours if total else 0, sessions if total else ""),
        ])  # fmt: skip
    return Picture(
        "mentors",
        title,
        unit,
        _(
            "Projects under way by their mentors of today; sessions and hours of the last 90 days. A session with "
            "several groups is a line for each of them, and its hours count once."
        ),
        [_("Mentor"), _("Projects under way"), _("Entries"), _("Hours")],
        rows,
        lambda size: charts.bar(title, drawn, unit, size),
        _("No project under way has a mentor."),
    )
