"""How satisfied people are with a project (满意度), counted from what they said. Everything that shows it asks here.

A signal for whoever judges, never the trigger of a payment: no gate, instalment or state of a project asks this module
(`tests/evaluations/test_satisfaction.py` holds that).

Satisfied = 非常满意 + 满意 over valid answers (field guide 2.11). Valid is what was neither taken back nor left out by
a person with a reason; what was left out is counted beside it, so that both figures can be read. Questionnaires that
the group itself has entered stand apart (`own_paper`) and are in no other figure. Residents, the community and
volunteers are indicators of their own. Shares are shown in percent with one place, and so are the ends of Wilson's
interval; what is decided by a share is decided by the exact one: 2249 of 2500 are shown as 90.0 and are not 90.
Below 30 answers there is no grade. Of how many asked depends on whom one asks: see `asked_of`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from core.money import round_half_up
from evaluations.models import Audience, Channel, Voice
from evaluations.models.voice import APART
from evaluations.questions import SATISFIED_FROM, steps
from evaluations.wilson import wilson
from people.models import Organization
from projects.figures import visits_by_activity, visits_by_project
from projects.models import Activity, Project, VolunteerTime

ENOUGH = 30
"""With fewer answers nothing is said about how good it is (field guide 2.11)."""
GRADES = ((90, "excellent"), (80, "good"), (60, "pass"))
"""From so many percent on (field guide 2.9 E: 90/80/60)."""


@dataclass(frozen=True)
class Tally:
    """How many answered, and how many of them are satisfied."""

    n: int = 0
    satisfied: int = 0

    @property
    def share(self) -> Decimal | None:
        """In percent with one place, to be shown."""
        return percent(self.satisfied, self.n)

    @property
    def exact(self) -> Fraction:
        """In percent, to be decided by; 0 where nobody has answered."""
        return Fraction(100 * self.satisfied, self.n) if self.n else Fraction(0)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.n + other.n, self.satisfied + other.satisfied)


@dataclass(frozen=True)
class Satisfaction(Tally):
    """The figures of one project, activity or organisation in one period."""

    asked: int = 0
    audience: str = Audience.RESIDENT
    excluded: Tally = Tally()
    own_paper: Tally = Tally()
    levels: dict[int, int] = field(default_factory=dict)
    channels: dict[str, Tally] = field(default_factory=dict)

    @property
    def low(self) -> Decimal | None:
        """The lower end of the 95 percent interval."""
        return round_half_up(Decimal(str(wilson(self.satisfied, self.n)[0] * 100)), 1) if self.n else None

    @property
    def high(self) -> Decimal | None:
        return round_half_up(Decimal(str(wilson(self.satisfied, self.n)[1] * 100)), 1) if self.n else None

    @property
    def bar(self) -> dict[str, int]:
        """Where the interval and the share lie on a bar of 300 points."""
        low, share, high = (round((end or 0) * 3) for end in (self.low, self.share, self.high))
        return {"left": low, "width": max(1, high - low), "point": min(297, max(0, share - 1))}

    @property
    def level_rows(self) -> list[tuple[str, int]]:
        """The five steps in words, the best first, with how many chose each."""
        return [(words, self.levels.get(level, 0)) for level, words in steps("satisfied")]

    @property
    def is_enough(self) -> bool:
        return self.n >= ENOUGH

    @property
    def response_rate(self) -> Decimal | None:
        """How many in a hundred of those who were there have answered; None where that cannot be said."""
        return percent(self.n, self.asked) if self.n <= self.asked else None

    @property
    def asked_words(self) -> str:
        """What the denominator is."""
        return asked_words(self.audience)

    @property
    def with_excluded(self) -> Tally:
        """The same with everything that was left out."""
        return Tally(self.n, self.satisfied) + self.excluded

    @property
    def grade(self) -> str:
        """excellent, good, pass or fail; empty below 30 answers."""
        if not self.is_enough:
            return ""
        return next((name for least, name in GRADES if self.exact >= least), "fail")

    @property
    def grade_words(self) -> str:
        words = {"excellent": _("Excellent"), "good": _("Good"), "pass": _("Passed"), "fail": _("Not passed")}
        return str(words.get(self.grade, ""))

    @property
    def channel_rows(self) -> list[tuple[str, Tally, bool]]:
        """Every channel that was used, in words, and whether it stands apart."""
        rows = [(str(Channel(key).label), self.channels[key], False) for key in Channel.values if key in self.channels]
        if self.own_paper.n:
            rows.append((str(Channel.PAPER.label), self.own_paper, True))
        return rows


def percent(part: int, whole: int) -> Decimal | None:
    return round_half_up(Decimal(part) * 100 / whole, 1) if whole else None


def asked_words(audience: str) -> str:
    words = {
        Audience.RESIDENT: _("everybody who came to an activity or was served, each time"),
        Audience.COMMUNITY: _("the communities in which the project takes place"),
        Audience.VOLUNTEER: _("volunteers whose time is confirmed"),
    }
    return str(words[Audience(audience)])


def satisfaction_of(
    project: Project, since: date | None = None, until: date | None = None, *, audience: str = Audience.RESIDENT
) -> Satisfaction:
    """Of one project, both days included."""
    return satisfactions([project.pk], since, until, audience=audience)[project.pk]


def satisfactions(
    projects: Iterable[int],
    since: date | None = None,
    until: date | None = None,
    *,
    audience: str = Audience.RESIDENT,
) -> dict[int, Satisfaction]:
    """Of many projects at once, by their numbers, in a constant number of queries."""
    numbers = list(projects)
    counted = _counted(Voice.objects.filter(project__in=numbers), "project", since, until, audience)
    asked = asked_of(numbers, since, until, audience=audience)
    return {number: _figures(counted[number], asked.get(number, 0), audience) for number in numbers}


def satisfactions_of_organizations(
    organizations: Iterable[Organization],
    since: date | None = None,
    until: date | None = None,
    *,
    audience: str = Audience.RESIDENT,
) -> dict[int, Satisfaction]:
    """Of all projects of each organisation together, in a constant number of queries."""
    owners = dict(Project.objects.filter(applicant__in=organizations).values_list("pk", "applicant"))
    voices = Voice.objects.filter(project__in=owners)
    counted = _counted(voices, "project__applicant", since, until, audience)
    asked: dict[int, int] = defaultdict(int)
    for project, n in asked_of(list(owners), since, until, audience=audience).items():
        asked[owners[project]] += n
    return {one.pk: _figures(counted[one.pk], asked[one.pk], audience) for one in organizations}


def satisfactions_of_activities(activities: Iterable[Activity]) -> dict[int, Satisfaction]:
    """Of each activity, by residents, in a constant number of queries."""
    numbers = [activity.pk for activity in activities]
    counted = _counted(Voice.objects.filter(activity__in=numbers), "activity", None, None, Audience.RESIDENT)
    asked = visits_by_activity(numbers)
    return {number: _figures(counted[number], asked.get(number, 0), Audience.RESIDENT) for number in numbers}


def by_question(project: Project, *, audience: str = Audience.RESIDENT) -> list[tuple[str, Tally]]:
    """Each question of the longer form as it was last worded, with how many answered it on the good side."""
    voices = Voice.objects.filter(project=project, audience=audience).valid().independent().exclude(answers={})
    texts: dict[str, str] = {}
    tallies: dict[str, Tally] = {}
    for answers, items in voices.order_by("said_at", "pk").values_list("answers", "questionnaire__items"):
        texts |= {item["key"]: item["text"] for item in items}
        for key, level in answers.items():
            tallies[key] = tallies.get(key, Tally()) + Tally(1, int(level >= SATISFIED_FROM))
    return [(text, tallies[key]) for key, text in texts.items() if key in tallies]


def asked_of(
    projects: list[int], since: date | None = None, until: date | None = None, *, audience: str = Audience.RESIDENT
) -> dict[int, int]:
    """How many could have answered, by project: the denominator of the response rate.

    Of residents: everybody each time they came to a recorded activity or were served, as one answers once a day and
    occasion. Of volunteers: those whose time is confirmed. Of the community: the communities of the project.
    """
    if audience == Audience.VOLUNTEER:
        times = VolunteerTime.objects.confirmed().filter(
            volunteer__project__in=projects, **_days("held_on", since, until)
        )
        rows = times.order_by().values_list("volunteer__project")
        return dict(rows.annotate(n=Count("volunteer", distinct=True)))
    if audience == Audience.COMMUNITY:
        found = Project.objects.filter(pk__in=projects).annotate(others=Count("other_communities", distinct=True))
        return {pk: others + (own is not None) for pk, own, others in found.values_list("pk", "community", "others")}
    return visits_by_project(projects, since, until)


def _days(name: str, since: date | None, until: date | None) -> dict[str, date]:
    bounds = {f"{name}__gte": since, f"{name}__lte": until}
    return {key: day for key, day in bounds.items() if day is not None}


Counted = dict[tuple[str, int, bool], int]
"""How many answers there are by channel, level, and whether they were left out."""


def _counted(
    voices: QuerySet[Voice], key: str, since: date | None, until: date | None, audience: str
) -> dict[Any, Counted]:
    found: dict[Any, Counted] = defaultdict(dict)
    rows = voices.filter(withdrawn_at__isnull=True, audience=audience, **_days("day", since, until)).order_by()
    left_out = Q(excluded_at__isnull=False)
    for owner, channel, level, inside, outside in rows.values_list(key, "channel", "level").annotate(
        inside=Count("pk", filter=~left_out), outside=Count("pk", filter=left_out)
    ):
        found[owner][(channel, level, False)] = inside
        found[owner][(channel, level, True)] = outside
    return found


def _figures(counted: Counted, asked: int, audience: str) -> Satisfaction:
    channels: dict[str, Tally] = {}
    levels: dict[int, int] = defaultdict(int)
    excluded = own_paper = Tally()
    for (channel, level, is_out), n in counted.items():
        tally = Tally(n, n if level >= SATISFIED_FROM else 0)
        if not n:
            continue
        if is_out:
            excluded += tally if channel not in APART else Tally()
        elif channel in APART:
            own_paper += tally
        else:
            channels[channel] = channels.get(channel, Tally()) + tally
            levels[level] += n
    whole = sum(channels.values(), Tally())
    return Satisfaction(
        n=whole.n,
        satisfied=whole.satisfied,
        asked=asked,
        audience=audience,
        excluded=excluded,
        own_paper=own_paper,
        levels=dict(levels),
        channels=channels,
    )
