"""Who was let in to a bureau's data from outside, for what and until when (委托处理, 个人信息保护法 article 21)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils.translation import gettext as _

from core import clock
from evaluations.models import Commission
from people.models import Membership, Organization
from projects.actions.people import ENDS_AFTER
from projects.models import Participant, Project
from projects.models.state import ENDED, NOT_ENDED

MOST = 300


@dataclass(frozen=True)
class Entrusted:
    """One line: who, for whom, with what, from when, and the first day on which it is over."""

    who: str
    organization: str
    part: str
    what: str
    url: str
    since: date | None
    until: date | None
    ends_when: str = ""
    """In words, where no day is set yet."""

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until <= clock.today()


def entrusted(funders: list[int]) -> tuple[list[Entrusted], bool]:
    """Everybody who takes part from outside in what these bureaus were handed in, and whether somebody was left out: of
    each kind there are at most MOST, first those who have access now."""
    projects = _projects(funders)
    kinds = [_commissions(funders), _participants(projects), _hosts(projects), _members(funders)]
    found = [one for kind in kinds for one in kind]
    found.sort(key=lambda one: (one.is_over, one.until or date.max, one.who))
    return found, any(len(kind) == MOST for kind in (projects, *kinds))


def _projects(funders: list[int]) -> list[int]:
    """The keys of those that go on, and then of those that ended last. A draft is not the bureau's yet: whoever coaches
    it was let in by the group.

    State by state, in the order of their index: where nearly everything has ended, PostgreSQL would look for the first
    of all that go on through the whole table.
    """
    handed_in = Project.objects.filter(funder__in=funders, submitted_at__isnull=False).values_list("pk", flat=True)
    keys: list[int] = []
    for state in NOT_ENDED:
        keys += handed_in.filter(state=state).order_by("state_since", "pk")[: MOST - len(keys)]
    return keys + list(handed_in.filter(state__in=ENDED)[: MOST - len(keys)])


def _commissions(funders: list[int]) -> list[Entrusted]:
    rows = Commission.objects.filter(call__funder__in=funders).select_related("call", "organization")
    return [
        Entrusted(
            str(one.organization), str(one.organization), str(_("Evaluation")), str(one.call), one.get_absolute_url(),
            one.since, one.until + timedelta(days=1),
        )
        for one in rows.order_by("-until", "-pk")[:MOST]
    ]  # fmt: skip


def _participants(projects: list[int]) -> list[Entrusted]:
    rows = Participant.objects.filter(project__in=projects).select_related("project", "person", "organization")
    has_ended = ExpressionWrapper(Q(project__state__in=ENDED), BooleanField())
    return [_participant(one) for one in rows.order_by(has_ended, F("until").desc(nulls_first=True), "-pk")[:MOST]]


def _participant(one: Participant) -> Entrusted:
    project, until = one.project, one.until
    if until is None and project.state in ENDED:
        until = clock.localdate(project.state_since + ENDS_AFTER)
    words = "" if until else _("two years after the project's end, by itself")
    organization: Any = one.organization or ""
    return Entrusted(
        str(one.person), str(organization), one.get_part_display(), project.title, project.get_absolute_url(),
        one.since, until, words,
    )  # fmt: skip


def _hosts(projects: list[int]) -> list[Entrusted]:
    rows = Project.objects.filter(pk__in=projects, host__isnull=False).order_by("-pk").select_related("host")
    return [
        Entrusted(
            str(one.host), str(one.host), str(_("Host")), one.title, one.get_absolute_url(),
            clock.localdate(one.submitted_at), None, _("as long as it hosts the group; it signs and keeps the account"),
        )
        for one in rows.only("title", "submitted_at", "host__name")
    ]  # fmt: skip


def _members(funders: list[int]) -> list[Entrusted]:
    """People of the bureau itself whose role has a last day: on loan, or leaving."""
    rows = Membership.objects.filter(organization__in=funders, until__isnull=False).select_related(
        "user", "organization"
    )
    return [
        Entrusted(
            str(one.user), str(one.organization), one.get_role_display(), str(one.organization),
            one.organization.get_absolute_url(), one.since, one.until,
        )
        for one in rows.order_by("-until", "-pk")[:MOST]
    ]  # fmt: skip


def bureaus_of(user: Any, *roles: str) -> list[Organization]:
    return list(Organization.objects.funders_of(user, *roles).order_by("name"))
