"""Who was let in to a bureau's data from outside, for what and until when (委托处理, 个人信息保护法 article 21)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock
from evaluations.models import Commission
from people.models import Membership, Organization
from projects.actions.people import ENDS_AFTER
from projects.models import Participant, Project
from projects.models.state import ENDED

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


def entrusted(funders: list[int]) -> list[Entrusted]:
    """Everybody who takes part from outside in what these bureaus were handed in: in the MOST projects that moved
    last, and at most as many of each kind."""
    latest = _handed_in(funders).order_by("-state_since", "-pk").values("pk")[:MOST]
    found = [*_commissions(funders), *_participants(latest), *_hosts(latest), *_members(funders)]
    return sorted(found, key=lambda one: (one.is_over, one.until or date.max, one.who))


def _commissions(funders: list[int]) -> list[Entrusted]:
    rows = Commission.objects.filter(call__funder__in=funders).select_related("call", "organization")[:MOST]
    return [
        Entrusted(
            str(one.organization), str(one.organization), str(_("Evaluation")), str(one.call), one.get_absolute_url(),
            one.since, one.until + timedelta(days=1),
        )
        for one in rows
    ]  # fmt: skip


def are_more(funders: list[int]) -> bool:
    """Whether these bureaus have more projects than are looked through."""
    return _handed_in(funders)[: MOST + 1].count() > MOST


def _handed_in(funders: list[int]) -> QuerySet[Project]:
    """A draft is not theirs yet: whoever coaches it was let in by the group."""
    return Project.objects.filter(funder__in=funders, submitted_at__isnull=False).order_by()


def _participants(latest: QuerySet) -> list[Entrusted]:
    rows = Participant.objects.filter(project__in=latest).order_by("-pk")
    return [_participant(one) for one in rows.select_related("project", "person", "organization")[:MOST]]


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


def _hosts(latest: QuerySet) -> list[Entrusted]:
    rows = Project.objects.filter(pk__in=latest, host__isnull=False).order_by("-pk").select_related("host")
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
        for one in rows[:MOST]
    ]  # fmt: skip


def bureaus_of(user: Any, *roles: str) -> list[Organization]:
    return list(Organization.objects.funders_of(user, *roles).order_by("name"))
