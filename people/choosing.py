"""Which community, which place, which organisation: there are thousands of each (`core.choosing`)."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Left

from core.choosing import FoundField
from core.forms import OFFERED
from core.lately import once_a_minute
from people.models import Community, place_names
from people.models.region import LENGTHS

DISTRICT, STREET, COMMUNITY = 6, 9, 12
"""So many digits of a code name each."""


class CommunityField(FoundField):
    """Found by district, street and name in any order, or by the region code."""

    columns = ("district", "street", "name", "region_code")
    number = "region_code"
    source = "people:community_choices"


class OrganizationField(FoundField):
    """A registered organisation, by name or credit code."""

    columns = ("name", "credit_code")
    number = "credit_code"


class HostField(OrganizationField):
    """One that can sign for a filed group."""

    source = "people:host_choices"


class BureauField(FoundField):
    """A bureau, by a part of its name or the code of its region."""

    columns = ("name", "region")
    number = "region"
    source = "people:bureau_choices"


class MentorField(FoundField):
    """A membership as mentor, by the name of the person or of the support organisation."""

    columns = ("user__name", "organization__name")

    def full_name(self, row: Any) -> str:
        return f"{row.user} {row.organization}"

    def label_from_instance(self, row: Any) -> str:
        return f"{row.user} ({row.organization})"


def in_district_of(place: Community | None) -> QuerySet[Community]:
    """What is offered to tick beside a place: its district. Without a place all, while these are few, else none yet."""
    if place is not None:
        return Community.objects.filter(region_code__startswith=place.region_code[:6])
    every = Community.objects.all()
    return every if every[: OFFERED + 1].count() <= OFFERED else every.none()


def in_streets(codes: Iterable[str]) -> QuerySet[Community]:
    """The communities of these streets, by nine digits each."""
    return Community.objects.annotate(_street=Left("region_code", STREET)).filter(_street__in=list(codes))


def places(
    found: QuerySet[Community], chosen: str = "", *, to: int = STREET, districts: bool = False
) -> list[tuple[str, str]]:
    """Codes and names of the places that a filter offers, down to streets or communities.

    All of them while they are few. Else the region comes first: the larger ones, and of the one that is chosen those
    that lie in it; choosing again goes a step deeper. Every code is the beginning of those inside it. `districts`: each
    of them can be chosen as a whole too.
    """
    columns = {"code": Left("region_code", to), "in_street": F("street"), "in_district": F("district")}
    if to == COMMUNITY:
        columns["called"] = F("name")

    def has(kept: list[dict[str, str]]) -> bool:
        return any(line["code"].startswith(chosen) for line in kept)

    known = {line["code"]: line for line in once_a_minute(found.order_by().values(**columns).distinct(), has)}
    above = {code[:DISTRICT] for code in known}
    offered = offered_codes(known, chosen)
    if districts and len(above) <= OFFERED:
        offered = sorted({*offered, *above})
    larger = place_names([code for code in offered if len(code) < DISTRICT])
    return [(code, larger.get(code, "") or _name(code, known, len(above) > 1)) for code in offered]


def offered_codes(codes: Collection[str], chosen: str = "") -> list[str]:
    """The deepest level of which there are at most a hundred, and what lies below the chosen one. Pure."""
    lengths = [length for length in LENGTHS if any(len(code) >= length for code in codes)]
    at = next((length for length in reversed(lengths) if len({code[:length] for code in codes}) <= OFFERED), 2)
    offered = {code[:at] for code in codes}
    for below in (length for length in lengths if length > at):
        above = lengths[lengths.index(below) - 1]
        if len(chosen) < above:
            break
        offered |= {code[:below] for code in codes if code.startswith(chosen[:above])}
    return sorted(offered)


def _name(code: str, known: dict[str, dict[str, str]], several: bool) -> str:
    line = known.get(code) or next((line for full, line in known.items() if full.startswith(code)), {})
    if len(code) < DISTRICT:
        return code
    if len(code) == DISTRICT:
        return line["in_district"]
    street = f"{line['in_district']}{line['in_street']}" if several else line["in_street"]
    return f"{street}{line['called']}" if len(code) == COMMUNITY else street
