"""Which projects a figure counts, as what can be asked of a list: a dashboard counts by it, and its links lead to a
list that asks the same. So no figure can say more rows than its list shows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, DecimalField, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.models import Event
from core.money import round_half_up
from people.models import Kind, Organization
from people.territory import inside
from projects.models import Expense, FollowUp, Part, Participant, Project, Report, State
from projects.models.project_queries import ProjectQuerySet
from projects.models.state import FUNDED, PLACED, UNDER_WAY
from projects.survival import Fate

ZERO = Decimal(0)
NOWHERE = "none"
"""Asked as a place or a field: nobody has said which."""

PASSED_CHECK = PLACED | {
    *(State.ELIGIBLE, State.IN_REVIEW, State.NOT_SELECTED, State.WAITLISTED, State.FORFEITED)
}  # fmt: skip
"""States that only a proposal can be in that was accepted."""

REACHED = {
    "received": _("Handed in"),
    "accepted": _("Accepted as eligible, now or before"),
    "shortlisted": _("Shortlisted, now or before"),
    "funded": _("Funded"),
    "under_way": _("Under way"),
    "completed": _("Completed"),
    "ended": _("Completed or terminated"),
}
SCOPES = {"funder": _("Calls of my funders"), "support": _("Projects I mentor or host")}
USED = {"0": (0, 20), "20": (20, 40), "40": (40, 60), "60": (60, 80), "80": (80, None)}
"""How much of the award is spent, in percent: from, and up to (not included)."""


def in_scope(projects: ProjectQuerySet, scope: str, user: Any) -> ProjectQuerySet:
    """Those that this person has to do with in one of two ways; nobody gets more than `visible_to` gives."""
    mine = list(user.roles)
    if scope == "funder":
        return projects.filter(funder__in=Organization.objects.filter(pk__in=mine, kind=Kind.FUNDER))
    mentored = Participant.objects.current().filter(person=user, part=Part.MENTOR).values("project")
    return projects.filter(Q(host__in=mine) | Q(pk__in=mentored))


def reached(projects: ProjectQuerySet, step: str) -> ProjectQuerySet:
    """Those that have come so far, now or at any time: the steps of a funnel, each within the one before it."""
    if step == "accepted":
        return projects.filter(Q(state__in=PASSED_CHECK) | _was_in(State.ELIGIBLE))
    if step == "shortlisted":
        return projects.filter(Q(state__in=[*PLACED, State.FORFEITED]) | _was_in(State.SHORTLISTED))
    states = {"funded": FUNDED, "under_way": UNDER_WAY, "completed": [State.COMPLETED]}
    states["ended"] = [State.COMPLETED, State.TERMINATED]
    if step in states:
        return projects.filter(state__in=states[step])
    return projects.filter(submitted_at__isnull=False)


def _events(**asked: Any) -> QuerySet[Event]:
    kind = ContentType.objects.get_for_model(Project)
    return Event.objects.filter(content_type=kind, object_id=OuterRef("pk"), **asked)


def _was_in(state: str) -> Exists:
    return Exists(_events(target_state=state))


def in_place(projects: ProjectQuerySet, code: str) -> ProjectQuerySet:
    """Of a district, street or community by its code; a project counts where it takes place first of all."""
    if code == NOWHERE:
        return projects.filter(community__isnull=True)
    return projects.filter(inside("community__region_code", code))


def with_spending(projects: ProjectQuerySet) -> ProjectQuerySet:
    """With all that `spending.spent` reads, in two queries more."""
    columns = ("project", "source", "state", "recognised", "spent_on", "amount")
    return projects.prefetch_related(Prefetch("expenses", Expense.objects.only(*columns)), "reports")


def spent_together(projects: ProjectQuerySet) -> Decimal:
    """What `spending.spent` says of each of them, added up by the database; a test holds both against each other."""
    projects = projects.order_by().select_related(None)
    books = Expense.objects.filter(project=OuterRef("project"))
    paid = Expense.objects.granted().filter(project__in=projects.values("pk")).order_by().recognised_sum()
    accepted = Report.objects.filter(project__in=projects.values("pk"), accepted_at__isnull=False)
    at = OuterRef("submitted_at")
    later = Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=OuterRef("pk"))
    newer = Report.objects.filter(later, project=OuterRef("project"), accepted_at__isnull=False)
    said = accepted.filter(~Exists(books), ~Exists(newer)).order_by().aggregate(sum=Sum("spent"))["sum"]
    return round_half_up(paid + (said or 0))  # SQLite adds up in binary


def with_spent(projects: ProjectQuerySet) -> QuerySet[Any]:
    """Each with `is_spent`, what `spending.spent` says of it, worked out by the database; a test holds both against
    each other. To be rounded: SQLite adds up in binary."""
    books = Expense.objects.filter(project=OuterRef("pk")).order_by()
    recognised = books.granted().values("project").annotate(sum=Sum("recognised")).values("sum")
    accepted = Report.objects.filter(project=OuterRef("pk"), accepted_at__isnull=False)
    last = accepted.order_by("-submitted_at", "-pk").values("spent")[:1]
    said = Case(When(Exists(books), then=Subquery(recognised)), default=Subquery(last))
    return projects.annotate(is_spent=Coalesce(said, ZERO, output_field=DecimalField()))


def spending_rates(projects: ProjectQuerySet) -> dict[int, Decimal]:
    """Of projects with money: percent of the award that is spent, by `spending.spent`; one query."""
    rows = with_spent(projects.filter(amount_awarded__gt=0).select_related(None).order_by())
    return {
        pk: round_half_up(round_half_up(used) * 100 / award, 1)
        for pk, award, used in rows.values_list("pk", "amount_awarded", "is_spent").iterator()
    }


def bucket(rate: Any) -> str:
    return next(key for key, (_low, high) in USED.items() if high is None or rate < high)


def with_fate(projects: ProjectQuerySet) -> QuerySet[Any]:
    """The ended ones, each with its `fate` as `projects.lasting` tells it, worked out by the database; a test holds
    both against each other."""
    looks = FollowUp.objects.filter(project=OuterRef("pk"))
    last = looks.answered().order_by("-seen_on", "-pk").values("still_active")[:1]
    fate = Case(
        When(state=State.TERMINATED, then=Value(Fate.TERMINATED)),
        When(last_active=False, then=Value(Fate.STOPPED)),
        When(Exists(looks.silent().order_by()), then=Value(Fate.SILENT)),
        When(last_active=True, then=Value(Fate.ACTIVE)),
        default=Value(Fate.NOT_ASKED),
    )
    return reached(projects, "ended").alias(last_active=Subquery(last)).annotate(fate=fate)


def narrowed(projects: ProjectQuerySet, asked: Mapping[str, Any], user: Any = None) -> ProjectQuerySet:
    """The projects for which all that is asked is true; what is not asked, or is empty, leaves all."""
    if scope := asked.get("scope"):
        projects = in_scope(projects, scope, user)
    if step := asked.get("reached"):
        projects = reached(projects, step)
    if year := asked.get("year"):
        projects = projects.filter(call__opens_at__year=year)
    if call := asked.get("call"):
        projects = projects.filter(call=call)
    if place := asked.get("place"):
        projects = in_place(projects, place)
    if (field := asked.get("in_field")) is not None and field != "":
        projects = projects.filter(field__isnull=True) if field == NOWHERE else projects.filter(field=int(field))
    if state := asked.get("state"):
        projects = projects.filter(state=state)
    if left := asked.get("left"):
        projects = projects.filter(
            _was_in(left), Exists(_events(source_state=left).exclude(target_state__in=["", left]))
        )
    if source := asked.get("source"):
        projects = projects.filter(call__fund__source=source)
    if mentor := asked.get("mentor"):
        coached = Participant.objects.current().filter(person=mentor, part=Part.MENTOR).values("project")
        projects = projects.filter(pk__in=coached)
    if fate := asked.get("fate"):
        ended = with_fate(Project.objects.order_by()).filter(fate=fate)
        projects = projects.filter(pk__in=ended.values("pk"))
    if used := asked.get("used"):
        rates = spending_rates(projects)
        projects = projects.filter(pk__in=[pk for pk, rate in rates.items() if bucket(rate) == used])
    return projects
