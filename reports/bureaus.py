"""Bureaus further down as those above see them: figures, and what a new one still lacks. No names, no drafts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.lately import lately
from grants.models import Adoption, Call, Fund, Need, Offer
from people.models import Community, Expert, Organization, Role
from people.territory import inside
from projects.models import Project, State
from projects.models.state import FUNDED
from reports.models import Mark

ENOUGH_EXPERTS = 3
FIGURES = ("calls", "received", "funded", "awarded", "paid", "completed")


def figures_of(bureaus: list[Organization]) -> list[dict[str, Any]]:
    """One line a bureau: its closed calls and what became of their proposals, and beside them how many calls are open;
    the queries are the same for one and for a hundred. A project counts with the bureau that pays for it, wherever it
    takes place."""
    keys = [bureau.pk for bureau in bureaus]
    projects = Project.objects.counted_in_public().filter(funder__in=keys).order_by()
    is_funded = Q(state__in=FUNDED)
    counted = {
        row["funder"]: row
        for row in projects.values("funder").annotate(
            received=Count("pk"),
            funded=Count("pk", filter=is_funded),
            awarded=Sum("amount_awarded", filter=is_funded),
            paid=Sum("amount_paid", filter=is_funded),
            completed=Count("pk", filter=Q(state=State.COMPLETED)),
        )
    }
    published = Call.objects.published().filter(funder__in=keys).order_by()
    is_closed = Q(closes_at__lte=clock.now())
    calls = {
        row["funder"]: {"calls": row["closed"], "open_calls": row["every"] - row["closed"]}
        for row in published.values("funder").annotate(every=Count("pk"), closed=Count("pk", filter=is_closed))
    }
    rows = []
    for bureau in bureaus:
        found = counted.get(bureau.pk, {})
        row: dict[str, Any] = {name: found.get(name) or 0 for name in FIGURES}
        rows.append(row | {"bureau": bureau, "open_calls": 0} | calls.get(bureau.pk, {}))
    return rows


def figures_lately(bureaus: list[Organization]) -> tuple[list[dict[str, Any]], datetime | None]:
    """The same for a page, with the moment of which they are where counting takes long; alike for everybody."""
    key = sha256(repr([bureau.pk for bureau in bureaus]).encode()).hexdigest()
    return lately(f"bureaus:{key}", lambda: figures_of(bureaus))


def sums_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: sum((row[name] for row in rows), Decimal(0) if name in ("awarded", "paid") else 0) for name in FIGURES
    }


def paid_from_elsewhere(regions: list[str]) -> dict[str, Any]:
    """What takes place in these regions and is paid by a bureau from outside: a number and a sum, not the projects."""
    here = Project.objects.counted_in_public().filter(inside("community__region_code", *regions), state__in=FUNDED)
    found = here.exclude(inside("funder__region", *regions)).order_by()
    summed = found.aggregate(projects=Count("pk"), awarded=Sum("amount_awarded"))
    return summed | {"awarded": summed["awarded"] or Decimal(0)}


def open_needs(regions: list[str]) -> int:
    return Need.objects.open().filter(inside("community__region_code", *regions)).count()


@dataclass(frozen=True)
class Point:
    """One line of the checklist: what it is, whether it is done, what there is, where one does it, and who; `by` in
    words, where it is nobody of the bureau itself."""

    label: str
    is_done: bool
    detail: str
    url: str = ""
    is_optional: bool = False
    who: tuple[Role, ...] = (Role.MANAGER,)
    by: str = ""

    @property
    def doers(self) -> str:
        return "、".join(str(role.label) for role in self.who)


def missing(points: list[Point], *roles: str) -> int:
    """How many of them hinder the first call; with roles, those that somebody in one of them does."""
    hinder = [point for point in points if not point.is_done and not point.is_optional]
    return sum(not roles or bool({*roles} & {*point.who}) for point in hinder)


def checklist(bureau: Organization) -> list[Point]:
    """What a bureau needs before its first call is published; experts, whom it needs when it closes, can wait."""
    holders: dict[str, set[int]] = {role: set() for role in Role.values}
    for user, role in bureau.memberships.current().values_list("user", "role"):
        holders[role].add(user)
    clerks, approvers, finance = holders[Role.STAFF], holders[Role.APPROVER], holders[Role.FINANCE]
    apart = any(len({a, b, c}) == 3 for a in clerks for b in approvers for c in finance)
    communities = Community.objects.filter(inside("region_code", bureau.region)).count()
    experts = Expert.objects.available().of_bureaus([bureau.pk]).count()
    offered = Offer.objects.standing().reaching(bureau.region).count()
    adopted = Adoption.objects.filter(bureau=bureau).values("offer__title").distinct().count()
    members = bureau.get_absolute_url()
    people = _("%(clerks)s clerks, %(approvers)s approvers, %(finance)s in finance") % {
        "clerks": len(clerks), "approvers": len(approvers), "finance": len(finance),
    }  # fmt: skip
    calls = Call.objects.filter(funder=bureau)
    return [
        Point(_("A head, who adds and ends members"), bool(holders[Role.MANAGER]), "", members,
              by=_("invited by a bureau above or the system administrator")),
        Point(_("Clerk, approver and finance are three persons (four eyes)"), apart, people, members),
        Point(_("An auditor, who reads and decides nothing"), bool(holders[Role.AUDITOR]), "", members, True),
        Point(_("The office mark of its papers"), Mark.objects.filter(issuer=bureau).exists(), "",
              reverse("reports:marks_edit", args=[bureau.pk]), who=(Role.STAFF, Role.APPROVER)),
        Point(_("Communities of the region are entered"), communities > 0, str(communities),
              reverse("reports:import_create", args=["communities"]), who=(Role.STAFF,)),
        Point(_("Templates from above"), adopted > 0,
              _("%(all)s offered from above, %(n)s taken over") % {"n": adopted, "all": offered},
              reverse("grants:offer_list"), is_optional=True, who=(Role.STAFF,)),
        Point(_("A fund"), Fund.objects.filter(funder=bureau).exists(), "", reverse("grants:fund_create"),
              who=(Role.FINANCE,)),
        Point(_("Experts, its own or borrowed"), experts >= ENOUGH_EXPERTS,
              _("%(n)s of at least %(all)s") % {"n": experts, "all": ENOUGH_EXPERTS}, reverse("people:expert_list"),
              is_optional=True, who=(Role.STAFF,)),
        Point(_("A call is drafted"), calls.exists(), "", reverse("grants:call_create"), who=(Role.STAFF,)),
    ]  # fmt: skip
